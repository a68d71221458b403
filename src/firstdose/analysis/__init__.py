"""Estimand and snapshot to results, each with its provenance."""
