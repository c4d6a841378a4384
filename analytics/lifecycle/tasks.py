"""Background work on the life of products."""

from __future__ import annotations

from analytics.lifecycle.actions import measure_decisions, refresh_stages
from core.tasks import task


@task(cluster="long")
def nightly_stages() -> None:
    """Look where every product stands, then what came of former decisions."""
    refresh_stages()
    measure_decisions()
