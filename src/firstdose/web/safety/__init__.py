"""Injection day with its dose gate, adverse events with their clocks, the safety board's desk."""
