"""Deadlines: how much of the time for something is gone, and a length of time in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Clock:
    """`used` is the percentage of the time that is gone, `left` what remains (negative when late).

    `tone` is "ok", "soon" when less than a quarter is left, or "late".
    """

    used: int
    left: timedelta
    tone: Literal["ok", "soon", "late"]

    @property
    def is_late(self) -> bool:
        return self.tone == "late"


def clock(whole: timedelta, *, due: datetime, now: datetime) -> Clock:
    """The clock of something that has `whole` from its beginning and whose time is over at `due`."""
    whole = whole or timedelta(seconds=1)
    left = due - now
    used = round(100 * (1 - left / whole))
    if left < timedelta(0):
        return Clock(100, left, "late")
    return Clock(max(0, min(100, used)), left, "soon" if left < whole / 4 else "ok")


def span(length: timedelta) -> str:
    """A length of time in its two largest units: "3 d 4 h", "1 h 52 min", "6 min"."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        whole = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return _("%(days)s %(hours)s h") % {"days": whole, "hours": hours} if hours else whole
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)s min") % {"minutes": minutes}
