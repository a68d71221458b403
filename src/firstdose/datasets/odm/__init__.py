"""A study as CDISC ODM 1.3.2: definitions from the protocol, values from the log with who, when and why."""

from firstdose.datasets.odm.exporting import export_odm, export_odm_of_state
from firstdose.datasets.odm.reading import OdmReading, read_odm

__all__ = ["OdmReading", "export_odm", "export_odm_of_state", "read_odm"]
