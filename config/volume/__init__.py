"""A marketplace of a given number of orders, written straight into the tables: to measure what size does to pages.

The command is `manage.py make_volume`. Unlike config.demo it tells no story; it is quick, and the same for a seed.
"""
