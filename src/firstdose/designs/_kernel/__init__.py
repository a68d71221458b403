"""The arithmetic that designs share."""
