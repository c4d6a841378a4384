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
