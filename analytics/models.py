"""Re-exports: each feature keeps its own models."""

from analytics.facts.models import CategoryFact, DailyFact, DirtyDay, VariantFact

__all__ = ["CategoryFact", "DailyFact", "DirtyDay", "VariantFact"]
