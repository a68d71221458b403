"""The arithmetic that assays share."""
