"""From raw files of instruments to the records of an activity: samples, runs, verdicts, lineage."""
