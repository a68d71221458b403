"""Invented participants walk the whole protocol: `rehearsing.rehearse` and `writing.write_study`."""
