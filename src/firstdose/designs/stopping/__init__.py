"""When dosing must rest, one module per rule: counts in, halt or go on out."""
