"""Looking at listings again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.merchants.models import Merchant
from analytics.quality.models import ListingQuality
from analytics.quality.queries import read_listings
from analytics.quality.rules import judge, score_of

FIELDS = ["score", "parts", "sales", "worth", "updated_at"]
BATCH = 500


def refresh_quality(products: Sequence[int] | None = None) -> int:
    """Score all listings of the merchant in scope, or some; returns how many. Safe to run twice."""
    merchant = Merchant.objects.in_scope()
    now = timezone.now()
    rows = []
    for pk, listed, sales in read_listings(merchant, products):
        parts = judge(listed)
        score = score_of(parts)
        stored = [{"name": part.name, "share": part.share, "faults": part.faults} for part in parts]
        rows.append(
            ListingQuality(
                product_id=pk,
                score=score,
                parts=stored,
                sales=sales,
                worth=sales * (100 - score) / 100,
                updated_at=now,
            )
        )
    with transaction.atomic():
        ListingQuality.objects.bulk_create(
            rows, BATCH, update_conflicts=True, unique_fields=["product"], update_fields=FIELDS
        )
    return len(rows)
