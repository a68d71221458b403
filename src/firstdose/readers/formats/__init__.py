"""One module a foreign file format, each with one constant ENTRY; found by walking the folder."""
