"""Marking days whose figures changed, and counting them again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.merchants.models import Merchant
from analytics.facts.models import CategoryFact, DailyFact, DirtyDay, VariantFact
from analytics.facts.queries import count_days, first_and_last_event
from analytics.facts.rules import SMALL_SHOP, spans
from core.tenancy import current_tenant_id
from ecommerce.orders.models import Order

MOST_DAYS = 1500  # dirty days taken on in one go, so that one job stays short


@transaction.atomic
def mark_days(days: Iterable[date]) -> None:
    """Put days of the merchant in scope on the list of days to count again."""
    now = timezone.now()
    DirtyDay.objects.bulk_create(
        [DirtyDay(day=day, marked_at=now) for day in sorted(set(days))],
        update_conflicts=True,
        unique_fields=["merchant", "day"],
        update_fields=["marked_at"],
        batch_size=500,
    )


def mark_everything() -> None:
    """Put every day of the merchant in scope on the list, from the first to the last thing that happened."""
    merchant = Merchant.objects.get(pk=current_tenant_id())
    edges = first_and_last_event(merchant)
    counted = DailyFact.objects.order_by("day").values_list("day", flat=True)
    days = [*counted[:1], *counted.reverse()[:1], *(edges or ())]
    if days:
        mark_days(min(days) + timedelta(days=step) for step in range((max(days) - min(days)).days + 1))


def rebuild_dirty() -> int:
    """Count the marked days of the merchant in scope again, at most MOST_DAYS of them. Returns how many were marked.

    Each run of days is one transaction, so pages see a run before or after, and a killed worker leaves the rest marked.
    """
    merchant = Merchant.objects.get(pk=current_tenant_id())
    marks = dict(DirtyDay.objects.order_by("day").values_list("day", "marked_at")[:MOST_DAYS])
    small = not Order.objects.order_by("pk")[SMALL_SHOP : SMALL_SHOP + 1].exists()
    for first, last in spans(marks, small=small):
        with transaction.atomic():
            # One rebuild at a time per merchant. Not a full lock: orders that point at the merchant may go on.
            Merchant.objects.select_for_update(no_key=True).filter(pk=merchant.pk).first()
            _replace(merchant, first, last)
            for marked_at in {marks[day] for day in marks if first <= day <= last}:
                DirtyDay.objects.filter(day__gte=first, day__lte=last, marked_at=marked_at).delete()
    return len(marks)


def _replace(merchant: Merchant, first: date, last: date) -> None:
    counted = count_days(merchant, first, last)
    tables: list[tuple[Any, list[Any]]] = [
        (DailyFact, counted.days),
        (VariantFact, counted.variants),
        (CategoryFact, counted.categories),
    ]
    for model, rows in tables:
        model.objects.filter(day__gte=first, day__lte=last).delete()
        model.objects.bulk_create(rows, batch_size=1000)
