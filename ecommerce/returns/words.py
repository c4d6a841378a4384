"""The clocks of returns as words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.clocks import span
from ecommerce.returns.models import Return


@dataclass(frozen=True)
class ClockInWords:
    """A clock for the ring and the list: `used` in percent, `tone` "ok", "soon", "late" or "" where none runs."""

    tone: str
    used: int
    label: str
    left: str


def clock_in_words(case: Return, now: datetime) -> ClockInWords:
    clock = case.clock(now)
    if clock is None:
        return ClockInWords("", 100, "", "")
    if case.state == Return.State.RECEIVED:
        label = _("To settle, late by") if clock.is_late else _("To settle in")
    elif case.state == Return.State.REPAIRING:
        label = _("To send back, late by") if clock.is_late else _("To send back in")
    else:
        label = _("Answer late by") if clock.is_late else _("Answer due in")
    return ClockInWords(clock.tone, clock.used, label, span(clock.left))
