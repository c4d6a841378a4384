"""Background work on stock to come."""

from __future__ import annotations

from analytics.restock.actions import check_stock
from core.tasks import task


@task()
def watch_stock() -> None:
    """Look whether something will be sold out soon."""
    check_stock()
