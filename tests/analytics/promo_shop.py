"""A shop with promotions in its past, as facts: what was paid per day, and what was sold for it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from analytics.facts.models import DailyFact, VariantFact
from core.bulk import insert_columns
from ecommerce.models import StockLevel, Variant
from tests import factories

TODAY = date(2026, 6, 15)
YESTERDAY = TODAY - timedelta(days=1)


def promoted_shop(
    *, days: int = 300, ago: int = 70, length: int = 14, off: float = 0.25, lift: float = 2.2, seed: int = 1
) -> tuple[list[Variant], date]:
    """Two things of a category, the first of which was cheaper for `length` days from a Monday `ago` days back or so;
    two more of another category. Returns them and that Monday."""
    chance = np.random.default_rng(seed)
    mine, other = factories.ProductFactory(), factories.ProductFactory(category=factories.CategoryFactory())
    things = [factories.VariantFactory(product=one) for one in (mine, mine, other, other)]
    place = factories.WarehouseFactory(is_default=True)
    StockLevel.objects.bulk_create(StockLevel(warehouse=place, variant=one, on_hand=50) for one in things)
    first = TODAY - timedelta(days=days)
    monday = TODAY - timedelta(days=ago)
    monday -= timedelta(days=monday.weekday())
    rate = np.full((len(things), days), 9.0)
    price = np.full((len(things), days), 100.0)
    span = slice((monday - first).days, (monday - first).days + length)
    rate[0, span] *= lift
    price[0, span] *= 1 - off
    units = chance.poisson(rate)
    rows, columns = np.nonzero(units)
    insert_columns(
        VariantFact,
        {
            "variant_id": [things[row].pk for row in rows],
            "day": [first + timedelta(days=int(column)) for column in columns],
            "units": units[rows, columns].tolist(),
            "value": (units * price)[rows, columns].tolist(),
        },
        orders=1,
    )
    DailyFact.objects.bulk_create(
        DailyFact(
            day=first + timedelta(days=at), orders=20, units=int(units[:, at].sum()), value=int(units[:, at].sum())
        )
        for at in range(days)
    )
    return things, monday
