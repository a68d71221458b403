"""What templates say of people."""
