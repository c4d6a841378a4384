"""The order of the inbox, and what is found in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

_LATEST = 10**11


def rank_of(urgency: int, at: datetime) -> int:
    """A number that sorts ascending as the inbox reads: by urgency, then newest first. Good until the year 5138."""
    return urgency * _LATEST + (_LATEST - 1 - int(at.timestamp()))


def searched_text(params: Mapping[str, Any]) -> str:
    """The names and numbers in what is told, in one line of at most 300 signs: what one searches for."""
    return " ".join(value for value in params.values() if isinstance(value, str) and len(value) <= 120)[:300]
