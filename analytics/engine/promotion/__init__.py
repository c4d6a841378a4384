"""Promotions: what they will sell, and what they did, in plain numbers."""
