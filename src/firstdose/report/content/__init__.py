"""The content of the report: what it says, section by section."""
