"""Forecasting as plain numbers: arrays in, values out. No Django, no clock, no files, no randomness."""
