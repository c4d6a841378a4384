"""Figures at a million orders; bench/orders.py prints them all."""
