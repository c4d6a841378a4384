"""What the stock is worth, how fast it turns, what lies dead, what was missed without it, and how to treat it."""
