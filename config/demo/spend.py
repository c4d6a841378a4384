"""What a demo shop that advertises spends on advertising by week, and what that brings it.

Its draws are its own, so that nothing else in the marketplace depends on them. Advertising saturates: twice the usual
spend brings less than twice the gain.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from config.demo.rhythm import Floats
from config.demo.world import ShopSpec

SEED, FULL_EFFECT = 20260618, 0.45


def spend(spec: ShopSpec, days: list[date]) -> dict[date, float]:
    """Money by Monday: campaigns of two to four weeks, pauses between them."""
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    chance = np.random.default_rng(SEED)
    found: dict[date, float] = {}
    while len(found) < len(mondays):
        level = float(chance.choice([0.0, 0.5, 1.0, 1.5, 2.0]))
        for _ in range(int(chance.integers(2, 5))):
            if len(found) < len(mondays):
                found[mondays[len(found)]] = round(spec.advertising * level * float(chance.uniform(0.9, 1.1)), 2)
    return found


def lift(spec: ShopSpec, days: list[date]) -> Floats:
    """The factor of a shop's demand on each day."""
    if not spec.advertising:
        return np.ones(len(days))
    money = spend(spec, days)
    each = np.array([money[day - timedelta(days=day.weekday())] for day in days])
    return np.asarray(np.exp(FULL_EFFECT * each / (each + spec.advertising)), dtype=float)
