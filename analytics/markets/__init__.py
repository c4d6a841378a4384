"""Market shares: who sells which part of a category, week by week, and what is likely to come."""
