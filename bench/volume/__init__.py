"""Whether orders, stock and purchasing hold what they promise, on a shop's real data and at size."""
