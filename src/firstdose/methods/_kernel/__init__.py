"""Numerics that several methods share. No entries: the catalogue does not look in here."""
