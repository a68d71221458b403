"""A study for REDCap, and back: data dictionary, events, instruments, repeating instruments and data as CSV files."""

from firstdose.datasets.redcap.exporting import export_redcap
from firstdose.datasets.redcap.reading import RedcapReading, read_dictionary, read_redcap_data
from firstdose.datasets.redcap.starting import starter_items

__all__ = ["RedcapReading", "export_redcap", "read_dictionary", "read_redcap_data", "starter_items"]
