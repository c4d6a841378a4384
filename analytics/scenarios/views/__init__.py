"""The pages of scenarios: asking, what was kept, and the tools beside them."""
