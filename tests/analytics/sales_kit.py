"""Shops with a past, for tests of what looks ahead."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from analytics.facts.models import DailyFact

TODAY = date(2026, 6, 15)


def sales_history(days: int, *, last: date = TODAY - timedelta(days=1), level: float = 40.0, seed: int = 1) -> None:
    """Daily figures of the shop in scope for `days` days up to `last`: a weekly rhythm and noise, ¥100 an order."""
    chance = np.random.default_rng(seed)
    rhythm = np.array([0.9, 0.9, 0.95, 1.0, 1.1, 1.2, 0.95])
    rows = []
    for step in range(days):
        day = last - timedelta(days=days - 1 - step)
        orders = int(chance.poisson(level * rhythm[day.weekday()]))
        if orders:
            rows.append(DailyFact(day=day, orders=orders, units=orders, value=100 * orders, item_value=100 * orders))
    DailyFact.objects.bulk_create(rows)
