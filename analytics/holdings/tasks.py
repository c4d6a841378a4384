"""Background work on the figures of stock."""

from __future__ import annotations

from analytics.holdings.actions import refresh_holdings
from core.tasks import task


@task(cluster="long")
def nightly_holdings() -> None:
    """Work the figures out anew."""
    refresh_holdings()
