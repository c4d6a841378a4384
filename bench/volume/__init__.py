"""Figures at a million orders, each in a database of its own; bench/orders.py prints them all."""
