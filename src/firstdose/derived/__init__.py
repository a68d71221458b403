"""What follows from the records: pure, same snapshot, same columns."""
