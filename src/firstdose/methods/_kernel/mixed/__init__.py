"""Mixed models for few participants: the marginal model of repeated measures, and variance components.

`cells`, `inference` and `answers` are plain numpy; the modules that hold loops are compiled and imported when needed.
"""
