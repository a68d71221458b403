"""Raw files of instruments for rehearsed trials, in the formats that the readers read; every number is invented."""
