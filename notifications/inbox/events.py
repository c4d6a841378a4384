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
