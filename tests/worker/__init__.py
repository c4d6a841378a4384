"""A Django app with background work that misbehaves, for tests that start real worker processes."""
