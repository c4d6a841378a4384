"""Where a product stands in its life, what the numbers suggest to do, and what came of what was done."""
