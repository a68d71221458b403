"""The log in the database: tables, triggers, the one function that writes, and projections that can be rebuilt."""
