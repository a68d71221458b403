"""Exchange files made from protocol, snapshot and derived columns."""
