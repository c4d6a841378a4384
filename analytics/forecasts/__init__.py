"""Forecasts of a shop's daily sales and orders: made, kept, shown, and held against what came."""
