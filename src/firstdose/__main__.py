"""`python -m firstdose` is the command `firstdose`."""

from firstdose.cli import run

run()
