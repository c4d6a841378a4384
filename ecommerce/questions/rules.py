"""How long buyers wait for an answer, and how long texts may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

ANSWER_WITHIN = timedelta(hours=24)
LONGEST_TEXT = 2000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # of what was asked: earlier moments are mistakes, and break calendars


def is_late(asked_at: datetime, answered_at: datetime | None, now: datetime) -> bool:
    """Whether a question waits for longer than a day. One that was answered waits no more."""
    return answered_at is None and now - asked_at > ANSWER_WITHIN
