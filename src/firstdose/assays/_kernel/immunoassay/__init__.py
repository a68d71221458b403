"""Standard curves and what is read off them: the arithmetic that immunoassays share."""
