"""What advertising, sold-out days and ratings are to the model of a market: plain numbers in, drivers out.

    advertising   log(1 + spend / the player's usual spend): the same for every currency and size, and each further unit
                  of money adds less than the one before
    stock-outs    -log(1 - part of the week sold out): with a slope of -1 sold-out days sell nothing and the others take
                  it in proportion; what customers buy instead in the same shop makes the slope smaller
    rating        mean stars so far, as they are

A player of whom one of them is not known, or never moved, keeps one value all along and so says nothing of it. A driver
that moved for nobody does not enter the market.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.engine.protocol import Array

ADVERTISING: Final = "advertising"
STOCKOUT: Final = "stockout"
RATING: Final = "rating"
FURTHER: Final = (ADVERTISING, STOCKOUT, RATING)
"""Drivers beside price and promotion, in the order in which they stand in a panel."""
FEWEST: Final = 8
"""Weeks that must be known of a player before its advertising or rating counts."""
MOVES: Final = 4
"""... in so many of which it must have moved."""
NOTICED: Final = {ADVERTISING: 0.05, STOCKOUT: 0.03, RATING: 0.2}
"""What counts as having moved: a change of advertising, a sold-out part of a week, and a span of stars."""
GONE: Final = 0.98
"""A week sold out altogether counts as so much of it, or the driver would be infinite."""
LATELY: Final = 13
"""Advertising goes on at the mean of so many weeks."""


def usual_spend(spend: Array) -> float:
    """The mean of the weeks in which something was spent; 0 where none is known."""
    spent = spend[np.isfinite(spend) & (spend > 0)]
    return float(spent.mean()) if len(spent) else 0.0


def felt(spend: Array | float, usual: float) -> Array:
    """Spend as the model takes it."""
    return np.asarray(np.log1p(np.maximum(spend, 0.0) / usual), dtype=float)


def missed(part: Array | float) -> Array:
    """The sold-out part of a week as the model takes it."""
    return np.asarray(-np.log1p(-np.clip(part, 0.0, GONE)), dtype=float)


def part_of(driver: Array | float) -> Array:
    """The sold-out part that `missed` was made of."""
    return np.asarray(-np.expm1(-np.asarray(driver)), dtype=float)


def as_recorded(name: str, driver: Array) -> Array:
    """A driver as one can read it: advertising in usual spends, stock-outs as a part of the week, stars as they are."""
    if name == ADVERTISING:
        return np.asarray(np.expm1(driver), dtype=float)
    return part_of(driver) if name == STOCKOUT else driver


def going_on(name: str, past: Array) -> float:
    """What a driver (periods) is taken for in weeks to come where nobody says otherwise.

    Nothing is planned to be sold out, advertising goes on at its recent mean, all else stays as it was last.
    """
    known = past[np.isfinite(past)]
    if name == STOCKOUT or not len(known):
        return 0.0
    if name == ADVERTISING:
        return float(np.log1p(np.expm1(known[-LATELY:]).mean()))
    return float(known[-1])


def as_drivers(name: str, raw: Array) -> Array | None:
    """The driver of all players (periods x players) from what was recorded; None where it moved for nobody.

    A player of whom it is not known, or with whom it did not move, has NaN for advertising and rating, and 0 for
    stock-outs.
    """
    made = np.full(raw.shape, 0.0 if name == STOCKOUT else np.nan)
    moved = False
    for at in range(raw.shape[1]):
        column = raw[:, at]
        if name == ADVERTISING:
            usual = usual_spend(column)
            column = felt(column, usual) if usual > 0 else np.full(len(column), np.nan)
        elif name == STOCKOUT:
            column = missed(np.nan_to_num(column))
        if _moved(name, column, raw[:, at]):
            made[:, at] = column
            moved = True
    return made if moved else None


def _moved(name: str, column: Array, raw: Array) -> bool:
    known = column[np.isfinite(column)]
    if name == STOCKOUT:
        return int((np.nan_to_num(raw) >= NOTICED[STOCKOUT]).sum()) >= MOVES
    if len(known) < FEWEST:
        return False
    if name == RATING:
        return float(np.ptp(known)) >= NOTICED[RATING]
    return int((np.abs(np.diff(known)) >= NOTICED[ADVERTISING]).sum()) >= MOVES
