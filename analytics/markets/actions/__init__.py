"""What changes markets: building, planning, forecasting, scoring, observing."""

from analytics.markets.actions.building import open_markets, rebuild_market
from analytics.markets.actions.observing import name_competitor, observe
from analytics.markets.actions.planning import PlannedFor, declare_plan, make_own_runs
from analytics.markets.actions.running import make_share_runs
from analytics.markets.actions.scoring import score_share_forecasts

__all__ = [
    "PlannedFor",
    "declare_plan",
    "make_own_runs",
    "make_share_runs",
    "name_competitor",
    "observe",
    "open_markets",
    "rebuild_market",
    "score_share_forecasts",
]
