"""What a price did: the prices of a variant over time with the units sold at each."""
