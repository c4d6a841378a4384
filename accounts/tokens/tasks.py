"""Forgetting what the API need not remember."""

from __future__ import annotations

import time

from django.utils import timezone

from accounts.tokens.idempotency import KEPT
from accounts.tokens.limits import WINDOW
from accounts.tokens.models import IdempotencyKey, RateCount
from core.tasks import task
from core.tenancy import every_tenant


@task(per_merchant=False)
def prune_api() -> None:
    """Delete the answers of named calls after a day, and the counts of calls of past minutes."""
    with every_tenant("old answers are forgotten for all merchants"):
        IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    RateCount.objects.filter(minute__lt=int(time.time() // WINDOW) - 5).delete()
