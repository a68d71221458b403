"""Capture: the protocol file as the trial's web application. A shell; the core judges, the log records."""
