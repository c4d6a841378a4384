"""Shops whose variants have a past, for tests of demand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.urls import reverse

from analytics.facts.models import DailyFact, VariantFact
from core.bulk import insert_columns
from ecommerce.models import StockLevel, Variant
from tests import factories

TODAY = date(2026, 6, 15)
YESTERDAY = TODAY - timedelta(days=1)


def variants(count: int, *, products: int = 3) -> list[Variant]:
    """Variants of a few products in one category."""
    things = [factories.ProductFactory() for _ in range(min(products, count))]
    return [factories.VariantFactory(product=things[place % len(things)]) for place in range(count)]


def sold(things: Sequence[Variant], units: np.ndarray, *, last: date = YESTERDAY) -> None:
    """Facts of what each variant sold per day, up to `last`: variants x days."""
    days = units.shape[1]
    first = last - timedelta(days=days - 1)
    rows, columns = np.nonzero(units)
    insert_columns(
        VariantFact,
        {
            "variant_id": [things[row].pk for row in rows],
            "day": [first + timedelta(days=int(column)) for column in columns],
            "units": units[rows, columns].astype(int).tolist(),
        },
        orders=1,
        value=1,
    )
    for column, total in enumerate(units.sum(axis=0).astype(int).tolist()):
        day = DailyFact.objects.filter(day=first + timedelta(days=column)).first()
        if day is not None:
            DailyFact.objects.filter(pk=day.pk).update(units=day.units + total)
        elif total:
            DailyFact.objects.create(day=first + timedelta(days=column), orders=1, units=total, value=total)


def shop_with_past(
    count: int = 6, days: int = 120, *, rate: float = 4.0, on_hand: int = 60, seed: int = 1, last: date = YESTERDAY
) -> list[Variant]:
    """Variants that sell about `rate` a day each, all with the same stock."""
    things = variants(count)
    chance = np.random.default_rng(seed)
    sold(things, chance.poisson(rate, (count, days)), last=last)
    place = factories.WarehouseFactory(is_default=True)
    StockLevel.objects.bulk_create(StockLevel(warehouse=place, variant=thing, on_hand=on_hand) for thing in things)
    return things


def text_of(browser: Any, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    """The text of a page, with single spaces."""
    response = browser.get(reverse(name, args=args) + query)
    assert response.status_code == status, response.content[:500]
    return re.sub(r"\s+", " ", response.content.decode())
