"""How long stock lasts, and who is told before it is gone."""
