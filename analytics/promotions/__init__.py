"""Promotions: what past ones did, what a planned one will do, and what became of the plan."""
