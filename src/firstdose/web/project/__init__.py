"""The site as a whole: settings, addresses, pages' frame, and `firstdose serve`."""

import os

# Read by polars when it is imported, which is after this. A page asks many small tables: threads of its own that wait for a
# part of one take the processor from the requests beside it.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
