"""Queries, source data verification, signatures, freeze and lock, deviations."""
