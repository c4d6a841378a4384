"""Writing down what became of notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.merchants.models import Merchant
from notifications.usefulness.models import KindUse, PartUse
from notifications.usefulness.queries import SPAN_FIELDS, measured, measured_parts
from notifications.usefulness.rules import Use


@transaction.atomic
def measure(now: datetime) -> int:
    """Replace the figures of the merchant in scope; returns for how many kinds there are any. Safe to run twice."""
    merchant = Merchant.objects.select_for_update().in_scope()
    kinds = [KindUse(**_figures(use, now)) for use in measured(now, merchant.working_time)]
    parts = [
        PartUse(part=use.part[:40], name=use.name[:120], **_figures(use, now))
        for use in measured_parts(now, merchant.working_time)
    ]
    KindUse.objects.all().delete()
    KindUse.objects.bulk_create(kinds)
    PartUse.objects.all().delete()
    PartUse.objects.bulk_create(parts)
    return len(kinds)


def _figures(use: Use, now: datetime) -> dict[str, Any]:
    return {
        "kind": use.kind.name,
        "told": use.told,
        "opened": use.opened,
        "acted": use.acted,
        "in_time": use.in_time,
        "muted": use.muted,
        "settled": use.settled,
        "at": now,
        **dict(zip(SPAN_FIELDS, use.spans, strict=True)),
    }
