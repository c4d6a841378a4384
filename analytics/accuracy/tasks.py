"""Background work on track records."""

from __future__ import annotations

from analytics.accuracy.actions import score_due_overrides
from core.tasks import task


@task(cluster="long")
def score_overrides() -> None:
    """Hold own figures, and the machine's beside them, against what came."""
    score_due_overrides()
