"""Re-exports: each feature keeps its own models."""

from analytics.accuracy.models import ForecastOverride, OverrideScore
from analytics.calendar.models import (
    FestivalMark,
    FestivalNotice,
    OccasionChoice,
    OccasionEffect,
    OutsideSeries,
    OutsideUpload,
    OutsideValue,
    OwnEvent,
)
from analytics.demand.models import (
    DemandChunk,
    DemandForecast,
    DemandOutlook,
    DemandRelease,
    DemandResult,
    DemandRun,
    DemandScore,
    DemandTerms,
    ServiceWeek,
)
from analytics.episodes.models import ProductEpisode
from analytics.facts.models import CategoryFact, DailyFact, DirtyDay, VariantFact, VariantPace
from analytics.forecasts.models import Forecast, ForecastRun, ForecastScore
from analytics.holdings.models import Holding, HoldingTotal
from analytics.lifecycle.models import LifecycleDecision, LifecycleOutcome, ProductStage
from analytics.markets.models import (
    Market,
    Observation,
    PlannedWeek,
    Player,
    PlayerWeek,
    ShareForecast,
    ShareRun,
    ShareScore,
    ShareState,
)
from analytics.promotions.models import Promotion, PromotionDraft, PromotionReport
from analytics.quality.models import ListingQuality
from analytics.restock.models import ProposalAnswer, StockWarning
from analytics.scenarios.models import PriceTest, Promise, PromiseOutcome, Scenario, ScenarioLink

__all__ = [
    "CategoryFact",
    "DailyFact",
    "DemandChunk",
    "DemandForecast",
    "DemandOutlook",
    "DemandRelease",
    "DemandResult",
    "DemandRun",
    "DemandScore",
    "DemandTerms",
    "DirtyDay",
    "FestivalMark",
    "FestivalNotice",
    "Forecast",
    "ForecastOverride",
    "ForecastRun",
    "ForecastScore",
    "Holding",
    "HoldingTotal",
    "LifecycleDecision",
    "LifecycleOutcome",
    "ListingQuality",
    "Market",
    "Observation",
    "OccasionChoice",
    "OccasionEffect",
    "OutsideSeries",
    "OutsideUpload",
    "OutsideValue",
    "OverrideScore",
    "OwnEvent",
    "PlannedWeek",
    "Player",
    "PlayerWeek",
    "PriceTest",
    "ProductEpisode",
    "ProductStage",
    "Promise",
    "PromiseOutcome",
    "Promotion",
    "PromotionDraft",
    "PromotionReport",
    "ProposalAnswer",
    "Scenario",
    "ScenarioLink",
    "ServiceWeek",
    "ShareForecast",
    "ShareRun",
    "ShareScore",
    "ShareState",
    "StockWarning",
    "VariantFact",
    "VariantPace",
]
