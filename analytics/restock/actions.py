"""Telling once, and in time, that something will be sold out."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.demand.actions import refresh_outlooks
from analytics.restock.events import StockOutExpected, StockOutsExpected
from analytics.restock.models import StockWarning
from analytics.restock.queries import Outlook, stock_outlooks, with_variants
from analytics.restock.rules import CALM
from core.actors import SYSTEM
from core.among import Among
from core.bulk import bulk_insert
from ecommerce.catalog.models import Variant

ONE_BY_ONE = 3  # more that open at once are one event


@transaction.atomic
def check_stock() -> int:
    """Open an episode, with its event, for every variant that will likely be sold out before the shop's limit.

    The limit is the merchant's `low_stock_days`. Episodes end when the stock lasts clearly longer, or nothing sells any
    more. Returns how many were opened.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    refresh_outlooks()
    outlooks = stock_outlooks(merchant.today(), within=merchant.low_stock_days * CALM)
    known = set(StockWarning.objects.open().values_list("variant_id", flat=True))
    short = [one for one in outlooks if one.lasts.middle <= merchant.low_stock_days]
    near = {one.variant_id for one in outlooks}
    StockWarning.objects.open().exclude(Among("variant_id", near)).update(closed_at=timezone.now())
    new = with_variants(one for one in short if one.variant_id not in known)
    if len(new) > ONE_BY_ONE:
        _open_many(new)
    else:
        for one, variant in new:
            _open(one, variant)
    return len(new)


def _warning(one: Outlook, variant: Variant) -> StockWarning:
    assert one.out_low is not None
    assert one.out_middle is not None
    return StockWarning(
        merchant_id=variant.merchant_id,
        variant=variant,
        available=one.available,
        per_day=one.per_day,
        out_low=one.out_low,
        out_middle=one.out_middle,
        out_high=one.out_high,
    )


def _open_many(new: list[tuple[Outlook, Variant]]) -> None:
    """Open the episodes of many variants at once, with one event for all: a night may bring hundreds."""
    warnings = bulk_insert([_warning(one, variant) for one, variant in new])
    (first, variant), *_ = new
    event = StockOutsExpected(
        first_warning_id=warnings[0].pk,
        last_warning_id=warnings[-1].pk,
        count=len(new),
        sku=variant.sku,
        out_middle=str(first.out_middle),
    )
    record(event, actor=SYSTEM)


def _open(one: Outlook, variant: Variant) -> StockWarning:
    assert one.out_low is not None
    assert one.out_middle is not None
    warning = _warning(one, variant)
    warning.save()
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
