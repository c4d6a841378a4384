"""What forecasts announce. Days are ISO dates; amounts plain numbers in the merchant's currency or orders."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ForecastMade(Event):
    """`low` to `high` is the 80 % range of the sum over the whole horizon. `asked` tells that a person wanted it."""

    kind = "forecasts.made"
    label = _("Forecast made")
    run_id: int
    measure: str
    data_to: str
    first_day: str
    last_day: str
    low: float
    middle: float
    high: float
    asked: bool = False


@event
@dataclass(frozen=True, kw_only=True)
class ForecastRefused(Event):
    kind = "forecasts.refused"
    label = _("Forecast not possible")
    run_id: int
    measure: str
    code: str
    asked: bool = False


@dataclass(frozen=True, kw_only=True)
class OutlookChanged(Event):
    """The next two weeks leave what is usual.

    `usual` is what two weeks brought on average in the last four; it lies outside the 80 % range `low` to `high`.
    """

    run_id: int
    first_day: str
    last_day: str
    usual: float
    low: float
    middle: float
    high: float
    currency: str


@event
@dataclass(frozen=True, kw_only=True)
class SurgeExpected(OutlookChanged):
    kind = "forecasts.surge_expected"
    label = _("Surge of sales expected")


@event
@dataclass(frozen=True, kw_only=True)
class DropExpected(OutlookChanged):
    kind = "forecasts.drop_expected"
    label = _("Drop of sales expected")


@dataclass(frozen=True, kw_only=True)
class WatchChanged(Event):
    """How forecasts of a subject stand has changed: a measure of forecasts, "demand", or "share" of a category.

    `reason` is the chart that noticed it (engine.monitor), `inside` the part of the last `points` forecasts that the
    80 % range held, `widening` the factor of the ranges from now on. `since` is the day on which the review began.
    """

    run_id: int
    subject_name: str
    since: str
    reason: str
    inside: float
    points: int
    widening: float
    category: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class DriftNoticed(WatchChanged):
    kind = "forecasts.drift_noticed"
    label = _("Forecasts put under review")


@event
@dataclass(frozen=True, kw_only=True)
class DriftOver(WatchChanged):
    kind = "forecasts.drift_over"
    label = _("Forecasts hold again")
