"""The data of charts: plain values for static/js/charts.js and the same numbers as a table for readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext

QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


@dataclass(frozen=True)
class Event:
    """Something that happens on a day, drawn as a dotted line; `limit` draws it in the colour of danger."""

    day: date
    label: str
    limit: bool = False


@dataclass(frozen=True)
class Fan:
    """What happened and the range of what is to come, one value per day or week.

    `past` and `future` are the dates; `fan` holds for each future date the values at QUANTILES, rising. `then` is what
    was predicted at the time for past dates, as (low, middle, high) of the 80 % range or None; `compare` an earlier
    period, one value per date of both. `unit` is "money", "percent" or "number".
    """

    past: Sequence[date]
    actual: Sequence[float | None]
    future: Sequence[date]
    fan: Sequence[Sequence[float]]
    unit: str = "number"
    currency: str = ""
    digits: int | None = None
    then: Sequence[tuple[float, float, float] | None] | None = None
    compare: Sequence[float | None] | None = None
    events: Sequence[Event] = field(default_factory=tuple)
    window: tuple[date, date] | None = None

    def __post_init__(self) -> None:
        assert len(self.past) == len(self.actual), "one actual value per past date"
        assert len(self.future) == len(self.fan), "one row of quantiles per future date"
        assert all(len(row) == len(QUANTILES) for row in self.fan), "seven quantiles in each row"

    def data(self) -> dict[str, Any]:
        """What the template passes to core/chart.html as `data`."""
        days = [*self.past, *self.future]
        made: dict[str, Any] = {
            "labels": [formats.date_format(day, "SHORT_DATE_FORMAT") for day in days],
            "ticks": [short_day(day) for day in days],
            "actual": [None if value is None else float(value) for value in self.actual],
            "fan": [[float(value) for value in row] for row in self.fan],
            "unit": self.unit,
            "currency": self.currency,
            "digits": self.digits,
            "today": gettext("Today"),
            "events": [
                {"at": days.index(event.day), "label": event.label, "limit": event.limit}
                for event in self.events
                if event.day in days
            ],
        }
        if self.then is not None:
            made["then"] = [None if row is None else [float(value) for value in row] for row in self.then]
        if self.compare is not None:
            made["compare"] = [None if value is None else float(value) for value in self.compare]
        if self.window and self.window[0] in days and self.window[1] in days:
            made["window"] = [days.index(self.window[0]), days.index(self.window[1])]
        return made


def series_data(
    days: Sequence[date],
    series: Sequence[tuple[str, Sequence[float | None], str]],
    *,
    unit: str = "number",
    currency: str = "",
    digits: int | None = None,
    stacked: bool = False,
) -> dict[str, Any]:
    """Data of a line or bar chart.

    `series` are (name, values, role), the role one of own, compare, total, c1 to c4, other.
    """
    return {
        "labels": [formats.date_format(day, "SHORT_DATE_FORMAT") for day in days],
        "ticks": [short_day(day) for day in days],
        "series": [
            {"name": str(name), "values": [None if value is None else float(value) for value in values], "role": role}
            for name, values, role in series
        ],
        "unit": unit,
        "currency": currency,
        "digits": digits,
        "stacked": stacked,
    }


def short_day(day: date) -> str:
    """A day as the axis of a chart writes it: 21 Oct, 10月21日."""
    return formats.date_format(day, "MONTH_DAY_FORMAT")
