"""What happens to orders by itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from core.actors import SYSTEM
from core.tasks import task
from ecommerce.orders.actions import complete_orders

RETURNS_WITHIN = timedelta(days=14)
BATCH = 1000


@task()
def complete_delivered_orders() -> None:
    """Close the merchant's orders that arrived so long ago that nothing comes back any more. Once a day."""
    before = timezone.now() - RETURNS_WITHIN
    while complete_orders(delivered_before=before, limit=BATCH, actor=SYSTEM) == BATCH:
        pass
