"""The order of the inbox."""

from __future__ import annotations

from datetime import datetime

_LATEST = 10**11


def rank_of(urgency: int, at: datetime) -> int:
    """A number that sorts ascending as the inbox reads: by urgency, then newest first. Good until the year 5138."""
    return urgency * _LATEST + (_LATEST - 1 - int(at.timestamp()))
