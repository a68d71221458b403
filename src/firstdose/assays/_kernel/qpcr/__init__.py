"""Arithmetic of real-time PCR: relative expression, reference genes, standard curves, runs, curves."""
