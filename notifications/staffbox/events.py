"""Facts of the staff's inbox. They are the platform's own: no shop's log has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class StaffNoticeAssigned(Event):
    kind: ClassVar[str] = "staffbox.assigned"
    label: ClassVar[object] = _("Case passed on to a colleague")

    notice_id: int
    to_id: int


@event
@dataclass(frozen=True, kw_only=True)
class StaffNoticeEscalated(Event):
    """Nobody of the staff opened it in time, so it went further: to one more (step 1), or to the admins (step 2)."""

    kind: ClassVar[str] = "staffbox.escalated"
    label: ClassVar[object] = _("Case that nobody opened went further")

    notice_id: int
    step: int
    to_ids: str
