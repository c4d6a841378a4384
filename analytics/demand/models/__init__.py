"""Demand forecasts, what follows from them for the stock, and how the promise of it was kept."""

from analytics.demand.models.runs import (
    DemandChunk,
    DemandChunkQuerySet,
    DemandForecast,
    DemandOutlook,
    DemandOutlookQuerySet,
    DemandRelease,
    DemandResult,
    DemandRun,
    DemandRunQuerySet,
    DemandScore,
    DemandTerms,
    PatternName,
)
from analytics.demand.models.service import ServiceWeek, ServiceWeekQuerySet

__all__ = [
    "DemandChunk",
    "DemandChunkQuerySet",
    "DemandForecast",
    "DemandOutlook",
    "DemandOutlookQuerySet",
    "DemandRelease",
    "DemandResult",
    "DemandRun",
    "DemandRunQuerySet",
    "DemandScore",
    "DemandTerms",
    "PatternName",
    "ServiceWeek",
    "ServiceWeekQuerySet",
]
