"""What the engine is given: the past of a shop's variants as arrays."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts.merchants.models import Merchant
from analytics import frames
from analytics.calendar.surroundings import surroundings
from analytics.demand.models import DemandRun
from analytics.engine.backtest import backtest
from analytics.engine.cleaning import filled, without_closed
from analytics.engine.conformal import Window
from analytics.engine.demand import Demand, forecast_demand
from analytics.engine.forecast import MODELS
from analytics.engine.monitor import wider
from analytics.engine.protocol import Array, Calendar
from analytics.engine.regressors import try_regressors
from analytics.engine.surroundings import Verdict, foresee
from core.among import Among
from ecommerce.catalog.models import Product, Variant

log = logging.getLogger(__name__)

QUICK = [model for model in MODELS if model.tier == 0]
SHORTEST = 28  # days of the shop's units on which outside series can be tried
WITHDRAWN = 90  # days without stock up to the last one after which a thing counts as no longer offered


@dataclass(frozen=True)
class History:
    """Units sold, variants x days, NaN where nothing was there to be sold; `categories` is 0 where there is none."""

    variants: list[int]
    panel: Array
    categories: np.ndarray
    for_sale: np.ndarray

    def rows(self, chosen: np.ndarray) -> History:
        return History(
            [self.variants[row] for row in chosen], self.panel[chosen], self.categories[chosen], self.for_sale[chosen]
        )


def read_history(run: DemandRun, merchant: Merchant, variants: Sequence[int]) -> History:
    """The past of the variants as a run knows it: three queries. Variants that are gone are left out."""
    assert run.data_from is not None
    assert run.data_to is not None
    known: Any = Variant.objects.filter(Among("pk", variants)).order_by()
    about = {
        pk: (category or 0, active and state in Product.FOR_SALE)
        for pk, category, active, state in known.values_list(
            "pk", "product__category_id", "is_active", "product__state"
        )
    }
    ids = [pk for pk in variants if pk in about]
    panel = frames.variant_units(ids, run.data_from, run.data_to)
    out = unknown_days(frames.sold_out_days(ids, run.data_from, run.data_to, merchant))
    panel[out & (panel == 0)] = np.nan
    categories = np.array([about[pk][0] for pk in ids], dtype=np.int64)
    return History(ids, panel, categories, np.array([about[pk][1] for pk in ids], dtype=bool))


def unknown_days(out: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The days without stock on which nobody knows what would have been sold: not those of what was withdrawn."""
    since = np.where(out.all(axis=1), 0, out.shape[1] - np.argmin(out[:, ::-1], axis=1))
    withdrawn = (out.shape[1] - since > WITHDRAWN)[:, None] & (np.arange(out.shape[1]) >= since[:, None])
    return out & ~withdrawn


@dataclass(frozen=True)
class DayFactors:
    """What the shop's calendar and its outside series do to its units, day by day up to the end of the horizon.

    `factors` is empty where nothing does anything; `ahead` are the occasions of the coming days, `regressors` says of
    each outside series whether it took part (engine.surroundings.Verdict).
    """

    factors: list[float]
    ahead: list[dict[str, Any]]
    regressors: tuple[Verdict, ...] = ()


def festival_factors(
    merchant: Merchant, first: date, last: date, horizon: int, as_of: date
) -> tuple[list[float], list[dict[str, Any]]]:
    """The factors of the calendar alone, and what is ahead."""
    found = day_factors(merchant, first, last, horizon, as_of, outside=False)
    return found.factors, found.ahead


def day_factors(
    merchant: Merchant, first: date, last: date, horizon: int, as_of: date, *, outside: bool = True
) -> DayFactors:
    """What festivals, closed days and outside series do from `first` to the end of the horizon.

    Learnt from the shop's own past as a whole, a single product sells too little to tell, and from what other shops
    saw. Festivals that have not proved themselves do nothing; outside series are used where with them tests on past
    days of the shop's units came nearer. Calendar and series are those known on `as_of`.
    """
    around = surroundings(merchant, first, last, horizon, as_of, "units")
    units = without_closed(frames.daily_series("units", first, last), first, around.closed)
    calendar = Calendar(first, len(units))
    known = np.isfinite(units)
    panel = filled(units, known)[None]
    verdicts: tuple[Verdict, ...] = ()
    if outside and around.regressors and len(units) >= SHORTEST:
        tests = backtest(panel, known[None], calendar, QUICK, horizon, around.only(()))
        helpful, verdicts = try_regressors(panel, calendar, tests, QUICK, around, horizon)
        around = around.only(helpful)
    else:
        around = around.only(())
    learnt = foresee(panel, calendar, horizon, around)
    factors = np.concatenate([learnt.known[0], learnt.ahead[0]])
    closed = around.closed
    shut = [day for day in range(len(factors)) if calendar.day(day) in closed and (day >= len(units) or not known[day])]
    factors[shut] = 0.0
    if (factors == 1.0).all():
        return DayFactors([], [], verdicts)
    ahead = [
        {
            "key": one.key,
            "day": (last + timedelta(days=one.day)).isoformat(),
            "past": one.past,
            **({"shops": one.shops} if one.shops else {}),
        }
        for one in learnt.foreseen
    ]
    return DayFactors([float(f"{factor:.6g}") for factor in factors], ahead, verdicts)


@dataclass(frozen=True)
class Computed:
    """`demand` of the series at `rows`; `failed` are the rows that could not be worked out, with the reason."""

    demand: Demand
    rows: np.ndarray
    failed: dict[int, str]


def compute(
    history: History, factors: Sequence[float], horizon: int, windows: Sequence[int], widening: float = 1.0
) -> Computed:
    """Forecast a chunk, with ranges wider by a factor.

    A series that breaks the engine is found by halving, so that it costs the others nothing.
    """
    groups = np.unique(history.categories, return_inverse=True)[1]
    table = np.asarray(factors, dtype=float)[None] if len(factors) else None
    sums = [Window(1, days) for days in windows]
    failed: dict[int, str] = {}
    pieces: list[tuple[np.ndarray, Demand]] = []
    waiting = [np.arange(len(history.variants))]
    while waiting:
        rows = waiting.pop(0)
        try:
            demand = forecast_demand(history.panel[rows], horizon, groups=groups[rows], factors=table, windows=sums)
        except Exception as fault:  # whatever it is, the other series must have their forecast
            log.exception("forecasting %s series failed", len(rows))
            if len(rows) == 1:
                failed[int(rows[0])] = type(fault).__name__
            else:
                waiting[:0] = np.array_split(rows, 2)
            continue
        sound = (
            np.isfinite(demand.mean).all(axis=1)
            & np.isfinite(demand.quantiles).all(axis=(1, 2))
            & np.isfinite(demand.totals).all(axis=(1, 2))
        )
        failed |= {int(row): "not_finite" for row in rows[~sound]}
        pieces.append((rows[sound], _widened(demand if sound.all() else _chosen(demand, sound), widening)))
    if not pieces:
        empty = forecast_demand(np.zeros((0, history.panel.shape[1])), horizon, windows=sums)
        pieces = [(np.zeros(0, dtype=np.intp), empty)]
    return Computed(_joined([piece for _, piece in pieces]), np.concatenate([rows for rows, _ in pieces]), failed)


def _chosen(demand: Demand, kept: np.ndarray) -> Demand:
    notes = {name: mask[kept] for name, mask in demand.notes.items()}
    return Demand(demand.mean[kept], demand.quantiles[kept], demand.windows, demand.totals[kept], notes)


def _widened(demand: Demand, factor: float) -> Demand:
    return replace(demand, quantiles=wider(demand.quantiles, factor), totals=wider(demand.totals, factor))


def _joined(parts: list[Demand]) -> Demand:
    if len(parts) == 1:
        return parts[0]
    return Demand(
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.quantiles for part in parts]),
        parts[0].windows,
        np.concatenate([part.totals for part in parts]),
        {name: np.concatenate([part.notes[name] for part in parts]) for name in parts[0].notes},
    )
