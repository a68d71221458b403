"""Lists of adverse event terms, one module per dictionary and version."""
