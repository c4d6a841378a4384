"""Daily figures per merchant, variant and category, kept equal to a recount of the rows they are made from."""
