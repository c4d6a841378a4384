"""What a forecast run says of the special days ahead and of the outside series it was offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from analytics.calendar.actions import keep_effects
from analytics.calendar.models import OutsideSeries
from analytics.calendar.queries import OWN
from analytics.engine.forecast import Forecast as Projection
from analytics.engine.surroundings import Surroundings, Verdict
from analytics.forecasts.models import ForecastRun


def regressors_of(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Each outside series by its name, and whether it took part."""
    if not verdicts:
        return []
    known = OutsideSeries.objects.in_bulk([int(one.key) for one in verdicts])
    return [
        {
            "series": int(one.key),
            "name": known[int(one.key)].name,
            "code": one.code,
            "gain": one.gain,
            "known_ahead": one.ahead,
            "ahead": known[int(one.key)].ahead,
        }
        for one in verdicts
        if int(one.key) in known
    ]


def own_events_without_effect(result: Projection, around: Surroundings) -> list[dict[str, Any]]:
    """Notes on own events in the days ahead that the forecast expects nothing of: first ones, and idle ones."""
    first, last = result.calendar.end + timedelta(days=1), result.calendar.end + timedelta(days=result.horizon)
    seen = {one.key: one for one in result.effects}
    notes = []
    for occasion in around.occasions:
        effect = seen.get(occasion.key)
        if not occasion.key.startswith(OWN) or (effect is not None and effect.factor is not None):
            continue
        for day in occasion.between(first, last):
            if first <= day <= last:
                past = effect.past if effect is not None else 0
                code = "event_flat" if past else "event_new"
                notes.append({"code": code, "key": occasion.key, "day": day.isoformat(), "past": past})
    return notes


def tell_calendar(run: ForecastRun, result: Projection, data_to: date) -> None:
    """Let the calendar say what the newest forecast saw each occasion do."""
    seen = [(one.key, one.past, None if one.factor is None else round(one.factor - 1, 4)) for one in result.effects]
    keep_effects(run.measure, seen, data_to)
