"""Pages of the log: the trail, the history of a value, its review, and the state of the system."""
