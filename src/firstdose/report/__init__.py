"""Results to tables, figures, listings and pages: one tree of blocks, built once, drawn by small renderers."""
