"""Festivals that come near, told in time to prepare for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.calendar.events import FestivalAhead
from analytics.calendar.models import FestivalNotice
from analytics.calendar.queries import OWN, effects_of
from analytics.calendar.surroundings import calendar_of
from analytics.engine.occasions import Special, own_phase
from analytics.facts.models import VariantFact
from core.actors import SYSTEM
from ecommerce.catalog.models import Product

AHEAD = timedelta(days=30)
YEAR = timedelta(days=400)  # that the last occasion of a moving festival lies within
USUAL_DAYS = 28
MEASURE = "sales_value"  # whose effects are told
MOST_PRODUCTS = 5
FEWEST_UNITS = 10
TIMES = 1.2  # of its usual, below which a product is not affected


@transaction.atomic
def tell_festivals() -> int:
    """Announce each festival and holiday of the next 30 days that the shop follows and was not told of; how many.

    Five queries, and two for each festival that is new: their number does not depend on that of products.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    today = merchant.today()
    occasions, _closed = calendar_of(merchant, today - YEAR, today + AHEAD, today)
    near = [(day, one) for one in occasions if not one.key.startswith(OWN) for day in _days(one, today, today + AHEAD)]
    told = set(FestivalNotice.objects.filter(year__gte=today.year).values_list("key", "year"))
    effects = effects_of(MEASURE)
    count = 0
    for day, one in sorted(near, key=lambda pair: (pair[0], pair[1].key)):
        if (one.key[:60], day.year) in told:
            continue
        told.add((one.key[:60], day.year))
        FestivalNotice.objects.create(key=one.key[:60], year=day.year)
        seen = effects.get(one.key)
        fact = FestivalAhead(
            key=one.key,
            day=day.isoformat(),
            days=(day - today).days,
            past=seen.past if seen else 0,
            effect_percent=None if seen is None or seen.change is None else round(100 * seen.change),
            products=most_affected(one, today),
        )
        record(fact, actor=SYSTEM)
        count += 1
    return count


def _days(occasion: Special, first: date, last: date) -> list[date]:
    return [day for day in occasion.between(first, last) if first <= day <= last]


def most_affected(occasion: Special, today: date) -> list[dict[str, Any]]:
    """Products for sale that sold most above their usual at the last occasion, by the units above it; one query.

    The occasion is its days up to the last that belong to the festival itself; usual are the 28 days before them. What
    else moved a product in those days is not told apart.
    """
    past = _days(occasion, today - YEAR, today - timedelta(days=1))
    if not past:
        return []
    day = past[-1]
    first = day + timedelta(days=occasion.phases[0][0])
    last = min(day + timedelta(days=occasion.phases[own_phase(occasion)][1]), today - timedelta(days=1))
    length, before = (last - first).days + 1, first - timedelta(days=USUAL_DAYS)
    rows = (
        VariantFact.objects.filter(day__gte=before, day__lte=last, variant__product__state__in=Product.FOR_SALE)
        .order_by()
        .values("variant__product_id", "variant__product__title")
        .annotate(n=Sum("units", filter=Q(day__gte=first)), n_before=Sum("units", filter=Q(day__lt=first)))
        .filter(n__gte=FEWEST_UNITS)
    )
    found = []
    for row in rows:
        usual = (row["n_before"] or 0) * length / USUAL_DAYS
        if row["n"] >= TIMES * usual and row["n_before"]:
            found.append((row["n"] - usual, row, usual))
    found.sort(key=lambda one: (-one[0], one[1]["variant__product_id"]))
    return [
        {
            "product_id": row["variant__product_id"],
            "title": row["variant__product__title"],
            "units": row["n"],
            "usual": round(usual, 1),
        }
        for _above, row, usual in found[:MOST_PRODUCTS]
    ]
