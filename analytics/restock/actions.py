"""Telling once, and in time, that something will be sold out."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.restock.events import StockOutExpected
from analytics.restock.models import StockWarning
from analytics.restock.queries import Outlook, stock_outlooks, with_variants
from analytics.restock.rules import CALM
from core.actors import SYSTEM
from core.tenancy import current_tenant_id
from ecommerce.catalog.models import Variant


@transaction.atomic
def check_stock() -> int:
    """Open an episode, with its event, for every variant that will likely be sold out before the shop's limit.

    The limit is the merchant's `low_stock_days`. Episodes end when the stock lasts clearly longer, or nothing sells any
    more. Returns how many were opened.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    outlooks = stock_outlooks(merchant.today())
    known = set(StockWarning.objects.open().values_list("variant_id", flat=True))
    short = [one for one in outlooks if one.lasts.middle <= merchant.low_stock_days]
    near = {one.variant_id for one in outlooks if one.lasts.middle <= merchant.low_stock_days * CALM}
    StockWarning.objects.open().exclude(variant_id__in=near).update(closed_at=timezone.now())
    new = with_variants(one for one in short if one.variant_id not in known)
    for one, variant in new:
        _open(one, variant)
    return len(new)


def _open(one: Outlook, variant: Variant) -> StockWarning:
    assert one.out_low is not None
    assert one.out_middle is not None
    warning = StockWarning.objects.create(
        variant=variant,
        available=one.available,
        per_day=one.per_day,
        out_low=one.out_low,
        out_middle=one.out_middle,
        out_high=one.out_high,
    )
    event = StockOutExpected(
        warning_id=warning.pk,
        variant_id=variant.pk,
        sku=variant.sku,
        title=variant.full_title,
        available=one.available,
        per_day=round(one.per_day, 2),
        out_low=one.out_low.isoformat(),
        out_middle=one.out_middle.isoformat(),
        out_high=one.out_high.isoformat() if one.out_high else "",
    )
    record(event, actor=SYSTEM, subject=variant)
    return warning
