"""What the calendar announces. Days are ISO dates."""

from __future__ import annotations

from dataclasses import dataclass

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
