"""What the track record announces."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ForecastOverridden(Event):
    """A person stated a figure of their own beside a forecast; `first_day` is an ISO date."""

    kind = "accuracy.forecast_overridden"
    label = _("Own figure stated beside a forecast")
    override_id: int
    measure: str
    first_day: str
    days: int
    value: float
    machine: float
