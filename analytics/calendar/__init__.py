"""What days are special to a shop, and what it measures beside its sales."""
