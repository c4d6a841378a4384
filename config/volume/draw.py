"""What happened in one shop, drawn as arrays: plain numbers, no database. The same seed draws the same shop.

Moments are numpy datetime64[s] in UTC, money is whole cents, a state is its place in STATES.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DAYS = 730
LINE_COUNTS = (0.28, 0.27, 0.22, 0.13, 0.10)  # of 1 to 5 lines: 2.5 on average
MOST_LINES = len(LINE_COUNTS)
STATES = (
    "placed", "paid", "packed", "partly_shipped", "shipped", "delivered", "completed", "on_hold", "cancelled",
)  # fmt: skip
PLACED, PAID, PACKED, PARTLY, SHIPPED, DELIVERED, COMPLETED, ON_HOLD, CANCELLED = range(len(STATES))
# Chances of the states by the order's age in days: up to 3, up to 10, older.
BY_AGE = (
    (3, (0.10, 0.36, 0.14, 0.03, 0.30, 0.00, 0.00, 0.02, 0.05)),
    (10, (0.01, 0.02, 0.01, 0.01, 0.55, 0.34, 0.00, 0.01, 0.05)),
    (DAYS + 1, (0.002, 0.0, 0.0, 0.0, 0.003, 0.05, 0.884, 0.001, 0.06)),
)
REFUNDED = 0.02  # of the orders that arrived, a part of the money back
HOUR_WEIGHTS = np.array([2, 1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 8, 7, 7, 7, 7, 7, 8, 10, 12, 12, 9, 5], dtype=float)


@dataclass(frozen=True)
class Orders:
    """One entry an order, in the order they were placed; `first_line` points into the lines."""

    placed: np.ndarray
    state: np.ndarray
    buyer: np.ndarray
    channel: np.ndarray
    subtotal: np.ndarray
    discount: np.ndarray
    fee: np.ndarray
    total: np.ndarray
    paid: np.ndarray
    refunded: np.ndarray
    units: np.ndarray
    first_line: np.ndarray
    lines: np.ndarray

    def at(self, hours: float, spread: float, chance: np.random.Generator, where: np.ndarray) -> np.ndarray:
        """Moments `hours` after the orders were placed, give or take; NaT where `where` is false."""
        later = (chance.uniform(hours, hours + spread, len(self.placed)) * 3600).astype("timedelta64[s]")
        return np.where(where, self.placed + later, np.datetime64("NaT", "s"))


@dataclass(frozen=True)
class Lines:
    """One entry a line; `order` is the place of its order, `variant` the place of the variant in the shop."""

    order: np.ndarray
    position: np.ndarray
    variant: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    total: np.ndarray
    shipped: np.ndarray
    cancelled: np.ndarray
    reserved: np.ndarray


def draw(
    chance: np.random.Generator, count: int, buyers: int, prices: np.ndarray, channels: int, until: np.datetime64
) -> tuple[Orders, Lines]:
    """The orders of a shop over two years up to `until`. A few variants and buyers have most of the orders."""
    placed = _moments(chance, count, until)
    state = _states(chance, placed, until)
    lines = chance.choice(MOST_LINES, size=count, p=LINE_COUNTS) + 1
    lines = np.minimum(lines, len(prices))
    state = np.where((state == PARTLY) & (lines < 2), PACKED, state)
    of = np.repeat(np.arange(count), lines)
    first_line = np.concatenate([[0], np.cumsum(lines)[:-1]])
    position = np.arange(len(of)) - first_line[of]
    popular = (len(prices) * chance.random(count) ** 2).astype(np.int64)
    stride = chance.integers(1, max(2, len(prices) // MOST_LINES + 1), count)
    variant = (popular[of] + position * stride[of]) % len(prices)
    quantity = chance.choice(3, size=len(of), p=(0.75, 0.17, 0.08)) + 1
    worth = prices[variant] * quantity
    subtotal = np.add.reduceat(worth, first_line)
    discount = np.where(chance.random(count) < 0.15, subtotal // 10, 0)
    fee = np.where(chance.random(count) < 0.4, 1000, 0)
    total = subtotal - discount + fee
    had_paid = chance.random(count) < 0.5
    is_paid = np.isin(state, (PAID, PACKED, PARTLY, SHIPPED, DELIVERED, COMPLETED)) | (
        had_paid & np.isin(state, (ON_HOLD, CANCELLED))
    )
    paid = np.where(is_paid, total, 0)
    some = np.isin(state, (DELIVERED, COMPLETED)) & (chance.random(count) < REFUNDED)
    refunded = np.where(some, total // 4, np.where(is_paid & (state == CANCELLED), total, 0))
    orders = Orders(
        placed, state, (buyers * chance.random(count) ** 1.5).astype(np.int64), chance.integers(0, channels, count),
        subtotal, discount, fee, total, paid, refunded, np.add.reduceat(quantity, first_line), first_line, lines,
    )  # fmt: skip
    gone = np.isin(state, (SHIPPED, DELIVERED, COMPLETED))[of] | ((state == PARTLY)[of] & (position == 0))
    waits = np.isin(state, (PAID, PACKED, PARTLY))[of] & ~gone
    return orders, Lines(
        of, position + 1, variant, quantity, prices[variant], worth,
        np.where(gone, quantity, 0), np.where((state == CANCELLED)[of], quantity, 0), np.where(waits, quantity, 0),
    )  # fmt: skip


def _moments(chance: np.random.Generator, count: int, until: np.datetime64) -> np.ndarray:
    """More in the evening and from year to year; Double 11 is three times a day of its time."""
    days = np.arange(DAYS)
    first = until.astype("datetime64[D]") - np.timedelta64(DAYS - 1, "D")
    dates = first + days.astype("timedelta64[D]")
    weight = (1 + days / DAYS) * (1 + 0.15 * np.sin(2 * np.pi * days / 7))
    texts = np.datetime_as_string(dates, unit="D")
    weight *= np.where([text.endswith("-11-11") for text in texts], 3.0, 1.0)
    day = chance.choice(DAYS, size=count, p=weight / weight.sum())
    hour = chance.choice(24, size=count, p=HOUR_WEIGHTS / HOUR_WEIGHTS.sum())
    seconds = hour * 3600 + chance.integers(0, 3600, count) - 8 * 3600  # hours of the shop's day, which is UTC+8
    placed = np.sort(dates[day].astype("datetime64[s]") + seconds.astype("timedelta64[s]"))
    return np.minimum(placed, until)


def _states(chance: np.random.Generator, placed: np.ndarray, until: np.datetime64) -> np.ndarray:
    age = (until - placed) / np.timedelta64(1, "D")
    state, younger = np.zeros(len(placed), dtype=np.int64), -1.0
    for oldest, chances in BY_AGE:
        within = (age > younger) & (age <= oldest)
        weights = np.array(chances) / sum(chances)
        state[within] = chance.choice(len(STATES), size=int(within.sum()), p=weights)
        younger = oldest
    return state
