"""How good the listing of a product is, what is wrong with it, and what mending it would be worth."""
