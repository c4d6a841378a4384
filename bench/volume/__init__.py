"""Figures at size: a database of its own for each, filled for it."""
