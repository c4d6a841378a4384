"""Facts of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class NotificationAssigned(Event):
    kind: ClassVar[str] = "inbox.assigned"
    label: ClassVar[object] = _("Notification passed on")

    notification_id: int
    to_id: int


@event
@dataclass(frozen=True, kw_only=True)
class NotificationEscalated(Event):
    """Nobody opened it in time, so it went further: to one more member (step 1), or to the owners (step 2)."""

    kind: ClassVar[str] = "inbox.escalated"
    label: ClassVar[object] = _("Notification that nobody opened went further")

    notification_id: int
    step: int
    to_ids: str


@event
@dataclass(frozen=True, kw_only=True)
class NotificationOverdue(Event):
    """Nobody did it by its time, so whoever has it was told again, and the owners."""

    kind: ClassVar[str] = "inbox.overdue"
    label: ClassVar[object] = _("Task that is overdue told to the owners")

    notification_id: int
    to_ids: str
