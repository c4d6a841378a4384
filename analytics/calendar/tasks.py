"""Background work of the calendar."""

from __future__ import annotations

from analytics.calendar.ahead import tell_festivals
from core.tasks import task


@task()
def nightly_calendar() -> None:
    """Look which festivals come near."""
    tell_festivals()
