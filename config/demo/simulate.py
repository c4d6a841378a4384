"""The simulated market: prices and promotions move demand between shops, stock runs out, baskets form.

Everything is drawn from one seed, so the same day gives the same marketplace.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from config.demo.rhythm import Floats, demand
from config.demo.spend import lift
from config.demo.world import ITEMS, SHOPS, Item, ShopSpec

SEED = 20251111
ELASTICITY = 2.0
CROSS = 0.5
LEAD_DAYS = 9
HELD_EVERY, HELD_DAYS = 45, 14
"""So often a shop that holds back has a kiln lot checked, and so long it is off the shelf."""
# Cumulative shares of baskets of one, two and three pieces (the rest has four), and of the hours orders come in.
_SIZES = (0.66, 0.88, 0.97)
_HOURS = (8, 10, 12, 15, 18, 20, 21, 22, 23)
_HOURS_UP_TO = (0.06, 0.20, 0.32, 0.45, 0.55, 0.72, 0.86, 0.96)


@dataclass(frozen=True)
class Sale:
    """One order line to be: variant index, units, unit price in cents."""

    variant: int
    quantity: int
    cents: int


@dataclass(frozen=True)
class Basket:
    """One order to be; `minute` is of the shop's day."""

    day: int
    minute: int
    lines: tuple[Sale, ...]


@dataclass
class ShopHistory:
    """What happened in one shop. Arrays are days x variants; `receipts` are deliveries from suppliers.

    `held`: from which day which variant was not sold for HELD_DAYS.
    """

    spec: ShopSpec
    days: list[date]
    variants: list[tuple[Item, tuple[str, str, float]]]
    base_cents: list[int]
    cents: np.ndarray
    opening: np.ndarray
    receipts: list[tuple[int, int, int]] = field(default_factory=list)
    baskets: list[Basket] = field(default_factory=list)
    held: list[tuple[int, int]] = field(default_factory=list)
    stock_out_days: int = 0


def market(today: date) -> list[ShopHistory]:
    """Two years up to `today` for every shop."""
    rng = np.random.default_rng(SEED)
    histories = [_open(spec, today, rng) for spec in SHOPS]
    for category in ITEMS:
        _compete([history for history in histories if history.spec.category == category], rng)
    return histories


def _open(spec: ShopSpec, today: date, rng: np.random.Generator) -> ShopHistory:
    days = [today - timedelta(days=back) for back in range(spec.days - 1, -1, -1)]
    variants = [(item, option) for item in ITEMS[spec.category] for option in item.options]
    level = rng.uniform(0.9, 1.12)
    base = [round(item.price * option[2] * level) * 100 - 10 * int(rng.integers(0, 2)) for item, option in variants]
    return ShopHistory(spec, days, variants, base, _prices(days, base, rng), np.zeros(len(variants), dtype=int))


def _prices(days: list[date], base: list[int], rng: np.random.Generator) -> np.ndarray:
    """Shelf prices in cents: a slow drift, promotions of a week, and the festivals' discounts."""
    cents = np.tile(np.array(base, dtype=float), (len(days), 1))
    for column in range(len(base)):
        drift = 1.0
        for start in range(0, len(days), 45):
            cents[start:, column] = base[column] * drift
            if rng.random() < 0.35:
                drift = float(np.clip(drift * rng.uniform(0.95, 1.06), 0.85, 1.2))
    for start in range(12, len(days) - 6, 21):
        if rng.random() < 0.6:
            chosen = rng.random(len(base)) < 0.4
            cents[start : start + 7, chosen] *= 1 - rng.choice([0.1, 0.15, 0.2, 0.25])
    for position, day in enumerate(days):
        if (day.month, day.day) in {(11, 10), (11, 11), (6, 17), (6, 18), (12, 12)}:
            cents[position] *= 0.82
    return (np.round(cents / 10) * 10).astype(int)


def _compete(shops: list[ShopHistory], rng: np.random.Generator) -> None:
    """Day by day: demand from rhythm and relative prices, sold as far as stock lasts."""
    longest = max(shops, key=lambda shop: len(shop.days))
    relative = {
        shop.spec.slug: np.pad(
            shop.cents / np.array(shop.base_cents), ((len(longest.days) - len(shop.days), 0), (0, 0)), mode="edge"
        )
        for shop in shops
    }
    average = np.mean([prices.mean(axis=1) for prices in relative.values()], axis=0)
    for shop in shops:
        prices = relative[shop.spec.slug][-len(shop.days) :]
        rivals = average[-len(shop.days) :, None]
        pull = prices**-ELASTICITY * (rivals / prices) ** CROSS
        weights = np.array([item.weight / len(item.options) for item, _ in shop.variants])
        weights = weights / weights.sum() * rng.uniform(0.8, 1.2, len(weights))
        rhythm = demand(shop.days, category=shop.spec.category, story_name=shop.spec.story, growth=shop.spec.growth)
        rhythm = rhythm * lift(shop.spec, shop.days)
        units_a_day = shop.spec.rate * 1.45
        expected = rhythm[:, None] * weights[None, :] * units_a_day * pull
        noise = rng.gamma(12.0, 1 / 12.0, size=expected.shape)
        wanted = rng.poisson(expected * noise)
        _sell(shop, expected, wanted, rng)


def _sell(shop: ShopHistory, expected: Floats, wanted: np.ndarray, rng: np.random.Generator) -> None:
    """Run the stock: what is wanted is sold while it lasts; a review each week orders up to five weeks of demand."""
    typical = np.maximum(expected.mean(axis=0), 0.05)
    shop.opening = np.ceil(typical * 40).astype(int) + 3
    stock = shop.opening.copy()
    arriving: dict[int, np.ndarray] = {}
    last = len(shop.days) - 1
    back = np.zeros(len(stock), dtype=int)  # from which day a variant is on the shelf again
    checks = np.random.default_rng(SEED + len(shop.days))
    for position in range(len(shop.days)):
        if shop.spec.holds_back and position % HELD_EVERY == HELD_EVERY - 1 and position < last - 2 * HELD_DAYS:
            taken = checks.random(len(stock)) < 0.5
            back[taken] = position + HELD_DAYS
            shop.held += [(position, int(variant)) for variant in np.flatnonzero(taken)]
        off = position < back
        if position in arriving:
            delivered = arriving.pop(position)
            if (off & (delivered > 0)).any():
                when = int(back.max())
                arriving[when] = arriving.get(when, np.zeros(len(stock), dtype=int)) + np.where(off, delivered, 0)
                delivered = np.where(off, 0, delivered)
            stock += delivered
            shop.receipts += [(position, int(v), int(delivered[v])) for v in np.flatnonzero(delivered)]
        sold = np.where(off, 0, np.minimum(wanted[position], stock))
        shop.stock_out_days += int(((stock == 0) & (wanted[position] > 0)).sum())
        stock -= sold
        _baskets(shop, position, sold, rng)
        # The last two weeks' deliveries are left out: some products must be about to run out now.
        if position % 7 == 0 and position < last - 16:
            recent = wanted[max(0, position - 27) : position + 1].mean(axis=0)
            pipeline = sum(arriving.values(), np.zeros(len(stock), dtype=int))
            missing = np.ceil(np.maximum(recent, typical * 0.5) * 34).astype(int) - stock - pipeline
            order = np.where(missing > 0, missing, 0)
            if rng.random() < 0.12:
                order[rng.random(len(order)) < 0.4] = 0
            if order.any():
                when = position + LEAD_DAYS + int(rng.integers(-2, 5))
                arriving[when] = arriving.get(when, np.zeros(len(stock), dtype=int)) + order


def _baskets(shop: ShopHistory, position: int, sold: np.ndarray, rng: np.random.Generator) -> None:
    """Put the units sold in a day into orders of one to three lines."""
    units = np.repeat(np.arange(len(sold)), sold)
    rng.shuffle(units)
    pieces, draws = units.tolist(), rng.random((len(units), 2)).tolist()
    minutes = rng.integers(0, 60, len(units)).tolist()
    taken = number = 0
    while taken < len(pieces):
        size = bisect(_SIZES, draws[number][0]) + 1
        counts = Counter(pieces[taken : taken + size])
        taken += size
        lines = tuple(Sale(v, n, int(shop.cents[position, v])) for v, n in sorted(counts.items()))
        hour = _HOURS[bisect(_HOURS_UP_TO, draws[number][1])]
        shop.baskets.append(Basket(position, hour * 60 + minutes[number], lines))
        number += 1
