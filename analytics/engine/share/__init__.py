"""Forecasting of market shares: who sells which part of a market, and what price and promotion do to it."""
