"""Forecasts with their scores, written down without the engine, for tests of what is made of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from analytics.forecasts.models import Forecast, ForecastRun, ForecastScore
from analytics.forecasts.queries import digest_of

SPREAD = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.4)
NAMES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


def made_run(data_to: date, *, measure: str = "orders", middle: float = 100.0, days: int = 28, **fields: Any) -> Any:
    """A run that says the same of every day, sealed as the real ones are."""
    totals = {
        f"{first}-{last}": [round(middle * (last - first + 1) * part, 4) for part in SPREAD]
        for first, last in ((1, 7), (8, 14), (15, 21), (22, 28), (1, 14), (1, 28))
    }
    run = ForecastRun(
        measure=measure, data_from=data_to - timedelta(days=90), data_to=data_to, horizon=28, outcome="made",
        model="ses_weekday", reason="best_cheap", totals=totals, actor_label="Storecast", **fields,
    )  # fmt: skip
    run.adopt_tenant()
    rows = [
        Forecast(
            merchant_id=run.merchant_id,
            step=step,
            day=data_to + timedelta(days=step),
            mean=middle,
            **dict(zip(NAMES, [round(middle * part, 4) for part in SPREAD], strict=True)),
        )
        for step in range(1, days + 1)
    ]
    run.digest = digest_of(run, rows)
    run.save()
    for row in rows:
        row.run = run
    Forecast.objects.bulk_create(rows)
    return run


def scored(run: Any, *, actual: float, naive: float, days: int = 7) -> None:
    """The first days of a run came as `actual`; the naive guess had been `naive`."""
    ForecastScore.objects.bulk_create(
        ForecastScore.of(row, actual=actual, naive=naive, merchant_id=row.merchant_id)
        for row in Forecast.objects.filter(run=run, step__lte=days)
    )
