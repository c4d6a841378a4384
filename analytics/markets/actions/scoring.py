"""Holding share forecasts against what came."""

from __future__ import annotations

from django.db import transaction

from analytics.engine.protocol import Array
from analytics.engine.share.information import Information as Told
from analytics.markets import forecasting
from analytics.markets.models import Information, Market, ShareRun, ShareScore
from analytics.markets.panels import MarketPanel, share_panel


@transaction.atomic
def score_share_forecasts(market: Market) -> int:
    """Score every step of the market's forecasts whose week is known. Returns how many; none twice.

    Each is scored as it was made, and as it would have been made with the prices and promotions that came: all of them,
    or the shop's own where it knew its own plan.
    """
    if market.last_week is None:
        return 0
    scores: list[ShareScore] = []
    runs = (
        ShareRun.objects.made()
        .filter(market=market, last_week__lt=market.last_week)
        .exclude(forecasts__scores__step=ShareRun._meta.get_field("horizon").default)
    )
    kinds = runs.order_by("measure", "information").values_list("measure", "information").distinct()
    for measure, information in kinds:
        found = share_panel(market, measure)
        open_runs = list(runs.filter(measure=measure, information=information).order_by("last_week"))
        told = Told.ALL if information == Information.NONE else Told.OWN
        planned = forecasting.with_the_plan_that_came(found, sorted({run.last_week for run in open_runs}), told)
        for run in open_runs:
            scores += _due(run, found, planned.get(run.last_week))
    ShareScore.objects.bulk_create(scores, ignore_conflicts=True, batch_size=500)
    return len(scores)


def _due(run: ShareRun, found: MarketPanel, planned: Array | None) -> list[ShareScore]:
    """The scores of a run's steps whose weeks are known and that have none yet."""
    column = {player.pk: at for at, player in enumerate(found.players)}
    origin = found.weeks.index(run.last_week) + 1
    due = min(run.horizon, len(found.weeks) - origin)
    done = set(ShareScore.objects.filter(forecast__run=run).values_list("forecast_id", "step"))
    scores: list[ShareScore] = []
    for forecast in run.forecasts.all():
        at = column.get(forecast.player_id)
        if at is None:
            continue
        for step in range(1, due + 1):
            week = origin + step - 1
            actual = float(found.panel.shares[week, at])
            nothing_to_say = not actual and not forecast.last  # a player that had not begun, and did not
            if (forecast.pk, step) in done or not found.panel.counted[week] or nothing_to_say:
                continue
            told = None if planned is None else float(planned[step - 1, at])
            scores.append(ShareScore.of(forecast, step, actual=actual, planned=told))
    return scores
