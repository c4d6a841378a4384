"""A market as arrays: what every player sold in every period, and what is known to drive it.

Whatever is wrong with the input has a policy with a name; each use of one is a `Note`, whose sentence the edge may
translate. Nothing is mended silently and nothing stops the rest of a market from being forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.engine.protocol import Array

Indices = NDArray[np.intp]

PRICE = "price"
LARGEST = 1e12
"""Beyond this a number is taken for a mistake."""
GONE_AFTER, GONE_AT_ONCE = 13, 3
"""Periods without a sale after which a player is gone: so many at most, so few where it always sold before."""

POLICIES = {
    "not_a_number": "{count} values of {field} were not numbers that can be used; they count as not known.",
    "negative_units": "{count} negative sales count as none.",
    "price_not_positive": "{count} prices were zero or less; the price before stands in their place.",
    "driver_filled": "{count} missing values of {field} were filled: flags with 0, others with the value before.",
    "nothing_sold": "In {count} periods nobody sold anything; they are not scored, and shares stay as they were.",
    "driver_constant": "{field} never varied and explains nothing; it was left out.",
    "one_player": "There is only one player; its share is always 1.",
    "no_sales": "Nobody has sold anything; there is no share to forecast.",
    "too_short": "{count} periods are too few to forecast from and to score against.",
    "not_selling": "{field} has not sold in the {count} periods before; it is forecast at 0 until it sells.",
}


@dataclass(frozen=True)
class Note:
    """A policy that was applied: `code` is a key of POLICIES."""

    code: str
    field: str = ""
    count: int = 0

    @property
    def message(self) -> str:
        return POLICIES[self.code].format(field=self.field, count=self.count)


class NoForecast(ValueError):
    """A market that cannot be forecast; `note` says why."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.message)
        self.note = note


@dataclass(frozen=True)
class SharePanel:
    """A market: `shares` is periods x players, NaN from period `known` on; `drivers` periods x players x names.

    Drivers have no gaps; `price` among them is its natural logarithm. `counted` marks the periods that may be scored.
    `moments` orders periods across markets, ascending.
    """

    periods: tuple[str, ...]
    players: tuple[str, ...]
    shares: Array
    drivers: Array
    names: tuple[str, ...]
    counted: Array
    known: int
    moments: Array
    notes: tuple[Note, ...] = ()

    def selling(self, origin: int) -> Indices:
        """Which players sell at `origin`, as indices: all but those silent for more than twice their longest gap."""
        sold = self.shares[:origin] > 0
        return np.array([at for at in range(len(self.players)) if _sells(sold[:, at])], dtype=np.intp)

    def silent(self, origin: int) -> list[Note]:
        """One note for each player that is forecast at nothing because it has stopped, or not begun, to sell."""
        gone = sorted(set(range(len(self.players))) - set(self.selling(origin).tolist()))
        ever = [np.flatnonzero(self.shares[:origin, at] > 0) for at in gone]
        silence = [origin - 1 - int(sales[-1]) if len(sales) else origin for sales in ever]
        return [Note("not_selling", self.players[at], count) for at, count in zip(gone, silence, strict=True)]


def _sells(sold: NDArray[np.bool_]) -> bool:
    """Whether a player that sold in these periods still does: it has been silent no longer than is usual for it."""
    sales = np.flatnonzero(sold)
    if not len(sales):
        return False
    longest = int(np.diff(sales).max(initial=1)) - 1
    silence = len(sold) - 1 - int(sales[-1])
    return silence < min(GONE_AFTER, max(GONE_AT_ONCE, 2 * longest + 1))


def make_panel(
    periods: Sequence[str],
    players: Sequence[str],
    units: Array,
    drivers: Mapping[str, Array] | None = None,
    moments: Array | None = None,
) -> SharePanel:
    """The panel of periods x players arrays. Trailing periods without any sale known are the plan ahead.

    NaN units before that count as no sale. Raises `NoForecast` where nobody ever sold.
    """
    notes: list[Note] = []
    units = _usable(units, "units", notes)
    if (negative := int((units < 0).sum())) > 0:
        notes.append(Note("negative_units", count=negative))
        units = np.where(units < 0, 0.0, units)
    observed = np.flatnonzero(np.isfinite(units).any(axis=1))
    known = int(observed[-1]) + 1 if len(observed) else 0
    sold = np.where(np.isfinite(units), units, 0.0)
    if not (sold > 0).any():
        raise NoForecast(Note("no_sales"))
    if len(players) == 1:
        notes.append(Note("one_player"))
    names, layers = [], []
    for name, values in (drivers or {}).items():
        layer = _driver(name, values, notes)
        if layer is not None:
            names.append(name)
            layers.append(layer)
    shares, counted = _shares(sold, known, notes)
    moments = np.arange(len(units), dtype=float) if moments is None else moments
    stacked = np.stack(layers, axis=2) if layers else np.zeros((*units.shape, 0))
    return SharePanel(
        periods=tuple(periods),
        players=tuple(players),
        shares=shares,
        drivers=stacked,
        names=tuple(names),
        counted=counted,
        known=known,
        moments=moments,
        notes=tuple(notes),
    )


def _usable(values: Array, field: str, notes: list[Note]) -> Array:
    """The values with absurd ones as NaN."""
    values = np.asarray(values, dtype=float)
    absurd = np.isinf(values) | (np.abs(np.nan_to_num(values, posinf=0.0, neginf=0.0)) > LARGEST)
    if absurd.any():
        notes.append(Note("not_a_number", field, int(absurd.sum())))
    return np.where(absurd, np.nan, values)


def _shares(sold: Array, known: int, notes: list[Note]) -> tuple[Array, Array]:
    """Shares that sum to one (NaN ahead of `known`), and which periods count; periods of no sales take the one before.

    Before the first sale of the market shares are even.
    """
    totals = sold.sum(axis=1)
    counted = (totals > 0) & (np.arange(len(sold)) < known)
    shares = np.full(sold.shape, np.nan)
    shares[counted] = sold[counted] / totals[counted, None]
    empty = known - int(counted.sum())
    if empty:
        notes.append(Note("nothing_sold", count=empty))
        first = int(np.flatnonzero(counted)[0])
        shares[:first] = 1.0 / sold.shape[1]
        for period in range(first + 1, known):
            if not counted[period]:
                shares[period] = shares[period - 1]
    return shares, counted


def _driver(name: str, values: Array, notes: list[Note]) -> Array | None:
    """One driver without gaps, or None where it never varies."""
    values = _usable(values, name, notes)
    if name == PRICE:
        if (wrong := int((values <= 0).sum())) > 0:
            notes.append(Note("price_not_positive", count=wrong))
        values = np.log(np.where(values > 0, values, np.nan))
    known = values[np.isfinite(values)]
    if not len(known) or np.ptp(known) <= 1e-9 * max(1.0, float(np.abs(known).max())):
        notes.append(Note("driver_constant", name))
        return None
    if missing := int((~np.isfinite(values)).sum()):
        notes.append(Note("driver_filled", name, missing))
        values = _filled(values, is_flag=bool(np.median(known) == 0 and name != PRICE))
    return values


def _filled(values: Array, *, is_flag: bool) -> Array:
    """Gaps closed: a flag (mostly zero) by zero, else by the player's value before, else that after, else the mean."""
    if is_flag:
        return np.where(np.isfinite(values), values, 0.0)
    filled = values.copy()
    for step in range(1, len(filled)):
        filled[step] = np.where(np.isfinite(filled[step]), filled[step], filled[step - 1])
    for step in range(len(filled) - 2, -1, -1):
        filled[step] = np.where(np.isfinite(filled[step]), filled[step], filled[step + 1])
    return np.where(np.isfinite(filled), filled, float(values[np.isfinite(values)].mean()))
