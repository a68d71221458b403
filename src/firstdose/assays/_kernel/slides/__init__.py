"""What is measured on slides, one module a kind of source."""
