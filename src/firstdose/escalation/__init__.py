"""What next, and how the design behaves: one answer for decision, path, exact characteristics and simulation."""
