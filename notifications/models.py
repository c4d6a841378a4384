"""Re-exports: each feature keeps its own models."""
