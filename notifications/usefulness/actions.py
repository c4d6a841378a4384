"""Writing down what became of notifications."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.merchants.models import Merchant
from notifications.usefulness.models import KindUse
from notifications.usefulness.queries import SPAN_FIELDS, measured


@transaction.atomic
def measure(now: datetime) -> int:
    """Replace the figures of the merchant in scope; returns for how many kinds there are any. Safe to run twice."""
    merchant = Merchant.objects.select_for_update().in_scope()
    rows = [
        KindUse(
            kind=use.kind.name,
            told=use.told,
            opened=use.opened,
            acted=use.acted,
            in_time=use.in_time,
            muted=use.muted,
            settled=use.settled,
            at=now,
            **dict(zip(SPAN_FIELDS, use.spans, strict=True)),
        )
        for use in measured(now, merchant.working_time)
    ]
    KindUse.objects.all().delete()
    KindUse.objects.bulk_create(rows)
    return len(rows)
