"""What is decided about who is told."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class CareTaken(Event):
    """`what` is one of Care.Target, `target_id` its key."""

    kind = "routing.care_taken"
    label = _("Member looks after something")
    sentence = _("Member looks after “%(name)s”")
    member_id: int
    what: str
    target_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class CareEnded(Event):
    kind = "routing.care_ended"
    label = _("Member no longer looks after something")
    sentence = _("Member no longer looks after “%(name)s”")
    member_id: int
    what: str
    target_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class AbsenceSet(Event):
    """Days as ISO dates of the merchant's calendar, both included; `deputy_id` is None where nobody stands in."""

    kind = "routing.absence_set"
    label = _("Absence of a member entered")
    sentence = _("Absence of a member entered, %(first_day)s to %(last_day)s")
    member_id: int
    deputy_id: int | None
    first_day: str
    last_day: str


@event
@dataclass(frozen=True, kw_only=True)
class AbsenceRemoved(Event):
    kind = "routing.absence_removed"
    label = _("Absence of a member removed")
    member_id: int
    first_day: str
    last_day: str


@event
@dataclass(frozen=True, kw_only=True)
class StaffAbsenceSet(Event):
    """Days as ISO dates of the person's own calendar, both included; `deputy_id` is None where nobody stands in."""

    kind = "routing.staff_absence_set"
    label = _("Absence of a staff member entered")
    sentence = _("Absence of a staff member entered, %(first_day)s to %(last_day)s")
    user_id: int
    deputy_id: int | None
    first_day: str
    last_day: str


@event
@dataclass(frozen=True, kw_only=True)
class StaffAbsenceRemoved(Event):
    kind = "routing.staff_absence_removed"
    label = _("Absence of a staff member removed")
    user_id: int
    first_day: str
    last_day: str
