"""What the calendar announces. Days are ISO dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class OwnEventSaved(Event):
    """A special day of the shop's own was entered or changed."""

    kind = "calendar.own_event_saved"
    label = _("Own event saved")
    event_id: int
    name: str
    first_day: str
    last_day: str
    is_new: bool


@event
@dataclass(frozen=True, kw_only=True)
class OwnEventDeleted(Event):
    kind = "calendar.own_event_deleted"
    label = _("Own event deleted")
    event_id: int
    name: str
    first_day: str


@event
@dataclass(frozen=True, kw_only=True)
class OccasionSwitched(Event):
    """A festival or holiday is followed from now on, or no longer."""

    kind = "calendar.occasion_switched"
    label = _("Festival switched on or off")
    key: str
    is_on: bool


@event
@dataclass(frozen=True, kw_only=True)
class OutsideSeriesSaved(Event):
    kind = "calendar.outside_series_saved"
    label = _("Outside series saved")
    series_id: int
    name: str
    is_new: bool


@event
@dataclass(frozen=True, kw_only=True)
class OutsideValuesAdded(Event):
    """Values came in, by file or program; `refused` rows could not be used."""

    kind = "calendar.outside_values_added"
    label = _("Values of an outside series added")
    series_id: int
    added: int
    unchanged: int
    refused: int
    source: str


@event
@dataclass(frozen=True, kw_only=True)
class FestivalAhead(Event):
    """A festival or public holiday that the shop follows comes within 30 days: once for each year.

    `key` is that of festivals.Known, `days` those until `day`. The newest forecast saw it change the shop's sales by
    `effect_percent` (None: not known, or not beyond chance) on `past` former occasions. `products` sold most above
    their usual at its last occasion, the first most: {product_id, title, units, usual}, at most five.
    """

    kind = "calendar.festival_ahead"
    label = _("Festival within 30 days")
    sentence = _("Festival ahead on %(day)s")
    key: str
    day: str
    days: int
    past: int = 0
    effect_percent: int | None = None
    products: list[dict[str, Any]] = field(default_factory=list)
