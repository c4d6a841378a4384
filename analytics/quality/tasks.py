"""Background work on listings."""

from __future__ import annotations

from analytics.quality.actions import refresh_quality
from core.tasks import task


@task()
def nightly_quality() -> None:
    """Score every listing."""
    refresh_quality()


@task()
def score_product(product_id: int) -> None:
    """Score one listing again."""
    refresh_quality([product_id])
