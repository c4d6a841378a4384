"""What a promotion that is over did: extra units, the dip after it, what sister products lost, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from accounts.merchants.models import Merchant
from analytics.engine.promotion.panel import DEEP_ENOUGH, depth, log_prices
from analytics.engine.promotion.uplift import Effect, measure, quiet_periods
from analytics.engine.protocol import Array
from analytics.promotions.history import Weeks, best_selling, read_channels, read_weeks
from analytics.promotions.returning import returns
from analytics.promotions.rules import AFTER_WEEKS, LIKELY, WEEK, WEEKS_BACK, rounded

BEFORE_SHOWN = 8  # weeks of the chart before the first one
PRODUCTS_SHOWN = 30


def measure_promotion(
    merchant: Merchant, variants: Sequence[int], first: date, last: date, known_until: date, spend: float = 0.0
) -> dict[str, Any]:
    """Fields of a PromotionReport, from weeks that begin on the weekday of the first day.

    Held against a level of quiet weeks and against what the shop's other products did; products of the same category
    are kept out of that, since they may have lost to the promoted ones. `spend` is what it cost beside the discount.
    """
    length = -(-((last - first).days + 1) // WEEK)
    begin = first - timedelta(days=WEEK * (WEEKS_BACK - length - AFTER_WEEKS))
    count = min(((known_until - begin).days + 1) // WEEK, WEEKS_BACK + WEEKS_BACK // 3)
    chosen = set(variants)
    weeks = read_weeks(sorted(chosen | set(best_selling(begin, known_until))), begin, count)
    start = (first - begin).days // WEEK
    window, after = slice(start, start + length), slice(start + length, start + length + AFTER_WEEKS)
    own = np.array([pk in chosen for pk in weeks.variants])
    cheap = _cheap(weeks)
    cheap[own, window] = True
    sisters = ~own & np.isin(weeks.category, weeks.category[own])
    others = ~own & ~sisters & ~cheap[:, window.start : after.stop].any(axis=1)
    donors = weeks.units[others & np.isfinite(weeks.units).all(axis=1)]
    quiet = quiet_periods(cheap[own].mean(axis=0) > 0.25, AFTER_WEEKS)
    total = _together(weeks.units[own])
    effect = measure(total, window, quiet=quiet, donors=donors) if total is not None else None
    later = measure(total, after, quiet=quiet, donors=donors) if effect and total is not None else None
    headline = _headline(weeks, own, window, effect)
    still = sisters & ~cheap[:, window].any(axis=1)
    lost = _sisters(weeks, still, cheap, window, donors)
    dip = _said(later)
    channels = read_channels(merchant, sorted(chosen), begin, count)
    return {
        **headline,
        "figures": {
            "dip": dip,
            "sisters": lost,
            "products": _products(weeks, own, window, cheap, donors),
            "channels": _channels(channels, window, quiet, donors),
            "weeks": _weeks(weeks, own, window, effect, after, later),
            "tests": effect.tests if effect else 0,
            **returns(weeks, own, still, window, headline, dip, lost, spend),
        },
    }


def _cheap(weeks: Weeks) -> np.ndarray:
    low: np.ndarray = (depth(log_prices(weeks.price)) <= np.log(1 - DEEP_ENOUGH)) & np.isfinite(weeks.price)
    return low


def _together(rows: Array) -> Array | None:
    """The sum of rows over the weeks in which the first of them sold; None where there is none."""
    if not len(rows) or not np.isfinite(rows).any():
        return None
    known = np.isfinite(rows).any(axis=0)
    return np.where(known, np.nansum(rows, axis=0), np.nan)


def _headline(weeks: Weeks, own: np.ndarray, window: slice, effect: Effect | None) -> dict[str, Any]:
    units = np.nan_to_num(weeks.units[own][:, window])
    with np.errstate(invalid="ignore"):
        before = np.exp(log_prices(weeks.price[own]) - depth(log_prices(weeks.price[own])))[:, window]
    paid = np.where(units > 0, weeks.price[own][:, window], before)
    discount = float(np.nansum(units * np.maximum(before - paid, 0.0)))
    made: dict[str, Any] = {"units": float(units.sum()), "discount": rounded(discount)}
    if effect is None:
        return made | {"expected": None, "extra_low": None, "extra": None, "extra_high": None}
    low, middle, high = (rounded(float(effect.extra[place])) for place in LIKELY)
    return made | {"expected": rounded(effect.expected), "extra_low": low, "extra": middle, "extra_high": high}


def _said(effect: Effect | None) -> dict[str, float] | None:
    if effect is None:
        return None
    low, middle, high = (rounded(float(effect.extra[place])) for place in LIKELY)
    return {"came": effect.came, "expected": rounded(effect.expected), "low": low, "middle": middle, "high": high}


def _sisters(
    weeks: Weeks, still: np.ndarray, cheap: np.ndarray, window: slice, donors: Array
) -> dict[str, float] | None:
    total = _together(weeks.units[still])
    if total is None:
        return None
    return _said(measure(total, window, quiet=quiet_periods(cheap[still].mean(axis=0) > 0.25, 0), donors=donors))


def _products(weeks: Weeks, own: np.ndarray, window: slice, cheap: np.ndarray, donors: Array) -> list[dict[str, Any]]:
    """Each promoted variant, the best selling ones first: what came, what it would have sold, and the range."""
    sold = np.nan_to_num(weeks.units[:, window]).sum(axis=1)
    rows = sorted(np.flatnonzero(own).tolist(), key=lambda row: (-sold[row], row))[:PRODUCTS_SHOWN]
    made = []
    for row in rows:
        quiet = quiet_periods(cheap[row], AFTER_WEEKS)
        said = _said(measure(weeks.units[row], window, quiet=quiet, donors=donors))
        made.append({"variant": weeks.variants[row], "units": float(sold[row]), "effect": said})
    return made


def _channels(channels: dict[str, Array], window: slice, quiet: np.ndarray, donors: Array) -> list[dict[str, Any]]:
    """The promoted variants together, by the channel they were ordered on, the one that sold most first."""
    made = []
    for channel, units in channels.items():
        sold = float(np.nansum(units[window]))
        if sold > 0:
            said = _said(measure(units, window, quiet=quiet, donors=donors))
            made.append({"channel": channel, "units": sold, "effect": said})
    return sorted(made, key=lambda one: -one["units"])


def _weeks(
    weeks: Weeks, own: np.ndarray, window: slice, effect: Effect | None, after: slice, later: Effect | None
) -> list[dict[str, Any]]:
    """What came week by week round the promotion, and in it and after it what was expected without."""
    total = np.nansum(weeks.units[own], axis=0)
    shown = range(max(0, window.start - BEFORE_SHOWN), min(after.stop, len(total)))
    rows = []
    for week in shown:
        row: dict[str, Any] = {"day": weeks.day(week).isoformat(), "units": float(total[week]), "on": False}
        row["on"] = window.start <= week < window.stop
        for span, told in ((window, effect), (after, later)):
            if told is not None and span.start <= week < span.stop:
                at = week - span.start
                low, high = told.band_each[at]
                row["expected"] = rounded(float(told.expected_each[at]))
                row |= {"low": rounded(low), "high": rounded(high)}
        rows.append(row)
    return rows
