"""What staff did with a notice."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class AnnouncementSent(Event):
    """`people` is how many it was to reach when it was released; `at` is the ISO time it was put off to, or ""."""

    kind = "announcements.sent"
    label = _("Notice to members released")
    sentence = _("Notice to %(people)s members released")
    announcement_id: int
    people: int
    at: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class AnnouncementWithdrawn(Event):
    """`told` is how many had it in their inbox by then."""

    kind = "announcements.withdrawn"
    label = _("Notice to members withdrawn")
    announcement_id: int
    told: int
