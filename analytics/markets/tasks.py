"""Background work on markets, on the `long` cluster."""

from __future__ import annotations

from django.utils import timezone

from accounts.jobs.models import Job
from accounts.jobs.queue import enqueue
from accounts.jobs.runner import report_progress
from analytics.markets.actions import (
    make_own_runs,
    make_share_runs,
    open_markets,
    rebuild_market,
    score_share_forecasts,
)
from analytics.markets.models import Market, Measure
from analytics.markets.queries import newest_share_run
from core.actors import SYSTEM, Actor
from core.tasks import task

REPLAYED = 12
"""A market's first forecast comes with those it would have got in so many weeks before, so that it has a record."""


@task(cluster="long", per_merchant=False)
def forecast_market(market_id: int, actor_kind: str, actor_id: int | None, actor_label: str) -> None:
    """Build a market anew, score what has come due, and forecast it by value and by units."""
    market = Market.objects.filter(pk=market_id).first()
    if market is None:
        return
    actor = Actor(actor_kind, actor_id, actor_label)  # type: ignore[arg-type]
    steps = 1 + 2 * len(Measure.values)
    report_progress(0, steps)
    market = rebuild_market(market, today=timezone.localdate())
    if market.last_week is None:
        return
    score_share_forecasts(market)
    is_new = False
    for number, measure in enumerate(Measure.values):
        report_progress(1 + number, steps)
        is_first = newest_share_run(market, measure) is None
        is_new = is_new or is_first
        make_share_runs(market, measure, actor=actor, replay=REPLAYED if is_first else 0)
        make_own_runs(market, measure, actor=actor)
    report_progress(steps - 1, steps)
    if is_new:
        score_share_forecasts(market)


def request_share_forecast(market: Market, *, actor: Actor) -> Job:
    """Queue a forecast of the market; while one waits or runs, that one is returned."""
    return enqueue(forecast_market, market.pk, actor.kind, actor.id, actor.label, key=f"market:{market.pk}")


@task(cluster="long", per_merchant=False)
def nightly_markets() -> None:
    """A job for every market there is."""
    for market in open_markets():
        request_share_forecast(market, actor=SYSTEM)
