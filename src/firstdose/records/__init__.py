"""What was done: tables are read, checked against the protocol and frozen; no value is ever changed."""
