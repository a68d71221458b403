"""Units, quantities, strict numbers, partial dates, windows and Issues: nothing here knows a clinic."""
