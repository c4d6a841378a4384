"""Marking days whose figures changed, and counting them again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.merchants.models import Merchant
from analytics.facts.models import CategoryFact, DailyFact, DirtyDay, VariantFact, VariantPace
from analytics.facts.queries import count_days, first_and_last_event, is_summed_up, sold_before
from analytics.facts.rules import PACE_DAYS, SMALL_SHOP, spans
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
    merchant = Merchant.objects.in_scope()
    edges = first_and_last_event(merchant)
    counted = DailyFact.objects.order_by("day").values_list("day", flat=True)
    days = [*counted[:1], *counted.reverse()[:1], *(edges or ())]
    if days:
        mark_days(min(days) + timedelta(days=step) for step in range((max(days) - min(days)).days + 1))


def rebuild_dirty() -> int:
    """Count the marked days of the merchant in scope again, at most MOST_DAYS of them. Returns how many were marked.

    Each run of days is one transaction, so pages see a run before or after, and a killed worker leaves the rest marked.
    """
    merchant = Merchant.objects.in_scope()
    marks = dict(DirtyDay.objects.order_by("day").values_list("day", "marked_at")[:MOST_DAYS])
    small = not Order.objects.order_by("pk")[SMALL_SHOP : SMALL_SHOP + 1].exists()
    for first, last in spans(marks, small=small):
        with transaction.atomic():
            # One rebuild at a time per merchant. Not a full lock: orders that point at the merchant may go on.
            Merchant.objects.select_for_update(no_key=True).filter(pk=merchant.pk).first()
            _replace(merchant, first, last)
            for marked_at in {marks[day] for day in marks if first <= day <= last}:
                DirtyDay.objects.filter(day__gte=first, day__lte=last, marked_at=marked_at).delete()
            today = merchant.today()
            if _touches(first, last, today) or not is_summed_up(today):
                keep_pace(today)
    return len(marks)


def _touches(first: date, last: date, today: date) -> bool:
    return first < today and last >= today - timedelta(days=PACE_DAYS)


@transaction.atomic
def keep_pace(until: date) -> None:
    """Sum up what each variant of the merchant in scope sold in the PACE_DAYS days before `until`."""
    rows = [
        VariantPace(variant_id=variant_id, until=until, sold=sold, squares=squares)
        for variant_id, sold, squares in sold_before(until).filter(sold__gt=0)
    ]
    VariantPace.objects.all().delete()
    VariantPace.objects.bulk_create(rows, batch_size=1000)


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
