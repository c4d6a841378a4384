"""What demand forecasts announce."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class DemandMade(Event):
    """A run over all variants of the shop ended; `made` of them have a forecast.

    `live` runs speak of the days from now on: they moved what is said of each variant's stock. `asked_by` is the person
    who wanted it, 0 for the night.
    """

    kind = "demand.made"
    label = _("Demand forecast made")
    run_id: int
    data_to: str
    made: int
    failed: int
    live: bool = True
    asked_by: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class DemandRefused(Event):
    kind = "demand.refused"
    label = _("Demand forecast not possible")
    run_id: int
    code: str
    asked_by: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class DemandCancelled(Event):
    """Somebody stopped a run; what it had finished by then stays."""

    kind = "demand.cancelled"
    label = _("Demand forecast cancelled")
    run_id: int
    made: int


@event
@dataclass(frozen=True, kw_only=True)
class DemandTermsChanged(Event):
    """`variant_id` is 0 for the terms of the whole shop."""

    kind = "demand.terms_changed"
    label = _("Ordering terms changed")
    variant_id: int = 0
