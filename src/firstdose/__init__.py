"""firstdose: one protocol file drives a phase I trial of a locally injected therapy, from check to report."""

__version__ = "0.1.0"
