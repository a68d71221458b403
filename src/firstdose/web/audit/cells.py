"""Cells of tables that leave for a spreadsheet."""

from __future__ import annotations

import re
from typing import Final

# A sign before a number is part of it; before anything else a spreadsheet takes it for the start of a formula.
_FORMULA: Final = re.compile(r"(?:[=@\t\r\n]|[+-](?!\s*[\d.,]+(?:[eE][+-]?\d+)?\s*$))")


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula; numbers with a sign stay as they are."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
