"""What people rate or record, one module per thing: items, limits, score, rules between items, examples.

A score's `compute` and a rule's `broken` take item name -> array. Numbers, ordinals and truths (1, 0) come as floats
with NaN where missing, codes and texts as text objects with None where missing.
"""
