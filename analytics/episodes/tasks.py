"""Background work on products that stand out."""

from __future__ import annotations

from analytics.episodes.actions import find_bursts, find_praised
from core.tasks import task


@task(cluster="long")
def nightly_episodes() -> None:
    """Look which products are praised and rising, and about which complaints burst."""
    find_bursts()
    find_praised()
