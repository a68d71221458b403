"""How the next dose is chosen, one module per design: its name and the keys that a protocol may set."""
