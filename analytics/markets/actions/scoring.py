"""Holding share forecasts against what came."""

from __future__ import annotations

from django.db import transaction

from analytics.markets import forecasting
from analytics.markets.models import Market, ShareRun, ShareScore
from analytics.markets.panels import share_panel


@transaction.atomic
def score_share_forecasts(market: Market) -> int:
    """Score every step of the market's forecasts whose week is known. Returns how many; none twice."""
    if market.last_week is None:
        return 0
    scores: list[ShareScore] = []
    runs = (
        ShareRun.objects.made()
        .filter(market=market, last_week__lt=market.last_week)
        .exclude(forecasts__scores__step=ShareRun._meta.get_field("horizon").default)
    )
    for measure in runs.order_by().values_list("measure", flat=True).distinct():
        found = share_panel(market, measure)
        column = {player.pk: at for at, player in enumerate(found.players)}
        open_runs = list(runs.filter(measure=measure).order_by("last_week"))
        planned = forecasting.with_the_plan_that_came(found, [run.last_week for run in open_runs])
        for run in open_runs:
            origin = found.weeks.index(run.last_week) + 1
            due = min(run.horizon, len(found.weeks) - origin)
            done = set(ShareScore.objects.filter(forecast__run=run).values_list("forecast_id", "step"))
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
                    told = planned.get(run.last_week)
                    scores.append(
                        ShareScore.of(
                            forecast,
                            step,
                            actual=actual,
                            planned=None if told is None else float(told[step - 1, at]),
                        )
                    )
    ShareScore.objects.bulk_create(scores, ignore_conflicts=True, batch_size=500)
    return len(scores)
