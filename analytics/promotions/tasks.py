"""Background work on promotions."""

from __future__ import annotations

from analytics.promotions.actions import find_past_promotions, report_due_plans
from core.tasks import task


@task(cluster="long")
def nightly_promotions() -> None:
    """Report on plans that are over, then on promotions that only the prices paid tell of."""
    report_due_plans()
    find_past_promotions()
