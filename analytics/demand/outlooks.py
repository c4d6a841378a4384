"""Forecasts held against stock: the row of figures per variant that lists, notices and suggested orders rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import F, Sum
from django.utils import timezone

from accounts.merchants.models import Merchant
from analytics.demand.models import DemandOutlook, DemandRun, DemandTerms
from analytics.demand.rules import LONGEST_LEAD, NOTES, Paths, unpack_sums
from analytics.demand.service import newest_weeks, shift_of
from analytics.engine.demand import LEVELS
from analytics.engine.lead_times import LeadTimes, chance_within, days_of, fixed, measured, ordering_over
from analytics.engine.protocol import AnyFloat, Array
from analytics.engine.service import aim_of
from analytics.engine.stock import ENDLESS, Order, cumulated, lasting_until, later
from core.among import Among
from core.bulk import insert_columns
from ecommerce.inventory.models import StockLevel
from ecommerce.purchasing.queries import coming_units, days_to_deliver, usual_suppliers
from ecommerce.purchasing.rules import FEWEST
from ecommerce.purchasing.scorecard import PERIOD

FARTHEST: Final = 400  # days: beyond, no date is named
LARGEST: Final = 2**31 - 1
LOW, MIDDLE, HIGH = (LEVELS.index(level) for level in (0.10, 0.50, 0.90))
SILENT, DORMANT = 1 << NOTES.index("silent"), 1 << NOTES.index("dormant")


@dataclass(frozen=True)
class Stock:
    """Of each variant: units free to sell (NaN where never counted), units on their way and the days until the first
    of them is expected (infinite where that day is over and they are not there), and the terms of ordering. `times` are
    the lead times, measured where that counts; `abc` the class by value, "" where none is known yet. `level` is the
    service level promised and `shift` what keeping it asks for beyond that, on the normal scale (demand.service).
    """

    available: Array
    incoming: Array
    arrival: Array
    times: tuple[LeadTimes, ...]
    review: Array
    level: Array
    abc: tuple[str, ...]
    shift: Array

    def aim(self, level: AnyFloat | float) -> Array:
        """The levels to make orders at, of each variant, so that a level promised is kept."""
        wanted = np.array(np.broadcast_to(np.asarray(level, dtype=float), self.shift.shape))
        for row in np.flatnonzero(self.shift):
            wanted[row] = aim_of(float(wanted[row]), float(self.shift[row]))
        return wanted

    @property
    def lead(self) -> Array:
        """Days until a delivery, whole ones: the mean where they are measured."""
        return np.array([np.ceil(one.mean - 1e-9) for one in self.times], dtype=float)

    @property
    def leads(self) -> Array:
        return days_of(self.times)


def terms_of_shop() -> DemandTerms:
    """The shop's terms; the defaults, not saved, where nobody set any."""
    return DemandTerms.objects.filter(variant=None).first() or DemandTerms()


def read_stock(variants: Sequence[int], today: date) -> Stock:
    """The stock, what is on its way and the terms of variants, in their order: eight queries."""
    levels: Any = StockLevel.objects.filter(Among("variant_id", variants)).order_by()
    free = dict(levels.values_list("variant_id").annotate(free=Sum(F("on_hand") - F("reserved"))))
    coming = coming_units(variants)
    shop = terms_of_shop()
    own: Any = DemandTerms.objects.filter(Among("variant_id", variants)).order_by()
    terms = {one.variant_id: one for one in own}
    former: Any = DemandOutlook.objects.filter(Among("variant_id", variants)).exclude(abc="").order_by()
    classes: dict[int, str] = dict(former.values_list("variant_id", "abc"))
    mine = [terms.get(pk, shop) for pk in variants]
    abc = tuple(classes.get(pk, "") for pk in variants)
    level = [one.level if one.variant_id else shop.level_of(kind) for one, kind in zip(mine, abc, strict=True)]
    newest = newest_weeks()
    shift = [0.0 if one.variant_id else shift_of(shop, kind, newest) for one, kind in zip(mine, abc, strict=True)]
    return Stock(
        np.array([free.get(pk, np.nan) for pk in variants], dtype=float),
        np.array([coming[pk].units if pk in coming else 0 for pk in variants], dtype=float),
        np.array([_until(coming[pk].first, today) if pk in coming else np.inf for pk in variants], dtype=float),
        _lead_times(variants, mine, today),
        np.array([one.review_days for one in mine], dtype=float),
        np.array(level, dtype=float),
        abc,
        np.array(shift, dtype=float),
    )


def _lead_times(variants: Sequence[int], terms: Sequence[DemandTerms], today: date) -> tuple[LeadTimes, ...]:
    """How long deliveries of each variant take: as its supplier's did, where enough came and its terms let that count,
    else as typed."""
    if not any(one.measured for one in terms):
        return tuple(fixed(one.lead_days) for one in terms)
    supplier = usual_suppliers(variants, today)
    seen = {
        pk: measured([min(one, LONGEST_LEAD) for one in days])
        for pk, days in days_to_deliver(today - PERIOD).items()
        if len(days) >= FEWEST
    }
    found = []
    for variant, one in zip(variants, terms, strict=True):
        times = seen.get(supplier.get(variant, 0)) if one.measured else None
        found.append(times or fixed(one.lead_days))
    return tuple(found)


def order_for(curve: Array, stock: Stock, level: float | None = None) -> Order:
    """What to order on a curve of the demand, to keep the levels of the terms, or one for all."""
    there = np.nan_to_num(stock.available) + stock.incoming
    aim = stock.aim(stock.level if level is None else level)
    return ordering_over(curve, there, stock.leads, stock.review, aim)


def supply_of(paths: Paths, run: DemandRun, packed: Sequence[Any]) -> Array:
    """The quantiles that orders rest on, series x windows x LEVELS; those of the run where no others were kept."""
    kept = [row is not None for row in packed]
    totals = np.array(paths.totals, dtype=float)
    if any(kept):
        totals[kept] = unpack_sums([bytes(row) for row in packed if row is not None], len(run.windows))
    return totals


def _until(expected: date | None, today: date) -> float:
    """Days until a delivery is expected; infinite for one that is late or has no day: it may never come."""
    return np.inf if expected is None or expected < today else float((expected - today).days)


def stock_columns(
    paths: Paths,
    supply: Array,
    run: DemandRun,
    stock: Stock,
    merchant: Merchant,
    notes: np.ndarray,
    for_sale: np.ndarray,
) -> dict[str, list[Any]]:
    """The columns of DemandOutlook that follow from a forecast and the stock of today, one value per variant.

    `supply` are the quantiles of sums that orders rest on (engine.own_past), series x windows x LEVELS.
    """
    assert run.data_to is not None
    today = merchant.today()
    over = max((today - run.data_to).days - 1, 0)
    begins = run.data_to + timedelta(days=1 + over)
    curve = later(cumulated(paths.mean, paths.totals, run.windows), paths.mean, over)
    counted = np.isfinite(stock.available)
    free = np.nan_to_num(stock.available)
    there = free + stock.incoming
    lasts = lasting_until(curve, free, stock.incoming, stock.arrival)
    ahead = later(cumulated(paths.mean, supply, run.windows), paths.mean, over)
    order = order_for(ahead, stock)
    gap = 1.0 - chance_within(ahead, stock.leads, 0.0, there)
    until = _expected_until(paths.mean, over, stock.leads)
    sells = (notes & (SILENT | DORMANT)) == 0
    useful = sells & counted & (over < run.horizon)  # a forecast whose days are all over says nothing of stock
    to_order = useful & for_sale & (there <= order.point) & (order.quantity > 0)
    out = {
        "out_low": _days(begins, lasts.low, useful),
        "out_middle": _days(begins, lasts.middle, useful),
        "out_high": _days(begins, lasts.high, useful),
        "order_by": _days(begins, np.maximum(lasts.low - stock.lead, 0.0), useful & (lasts.low < ENDLESS)),
    }
    return {
        "as_of": [begins] * len(there),
        "available": [int(one) if known else None for one, known in zip(stock.available, counted, strict=True)],
        "incoming": stock.incoming.astype(int).tolist(),
        "lasts_low": np.where(useful, lasts.low, ENDLESS).tolist(),
        "lasts": np.where(useful, lasts.middle, ENDLESS).tolist(),
        "lasts_high": np.where(useful, lasts.high, ENDLESS).tolist(),
        **out,
        "lead_days": stock.lead.astype(int).tolist(),
        "lead_low": [round(one.days[1]) for one in stock.times],
        "lead_high": [round(one.days[-2]) for one in stock.times],
        "lead_count": [one.count for one in stock.times],
        "level": stock.level.tolist(),
        "aim": stock.aim(stock.level).tolist(),
        "abc": list(stock.abc),
        "safety_stock": [
            int(one) if known else None
            for one, known in zip(np.clip(np.ceil(order.point - until), 0, LARGEST), useful, strict=True)
        ],
        "reorder_point": [
            int(one) if known else None for one, known in zip(np.minimum(order.point, LARGEST), useful, strict=True)
        ],
        "gap": [float(one) if known else None for one, known in zip(gap, useful, strict=True)],
        "order_quantity": np.where(useful, np.minimum(order.quantity, LARGEST), 0).astype(int).tolist(),
        "to_order": to_order.tolist(),
        "runs_out": (useful & (lasts.middle <= merchant.low_stock_days)).tolist(),
    }


def _expected_until(mean: Array, over: int, leads: Array) -> Array:
    """The demand expected until a delivery, the mean over its possible days; beyond the horizon in proportion."""
    ahead = np.asarray(mean, dtype=float)[:, min(over, mean.shape[1] - 1) :]
    path = np.concatenate([np.zeros((len(ahead), 1)), np.cumsum(ahead, axis=1)], axis=1)
    horizon = ahead.shape[1]
    within = np.minimum(leads, horizon)
    below = np.minimum(within.astype(np.intp), horizon - 1)
    rows = np.arange(len(ahead))[:, None]
    at = path[rows, below] + (within - below) * (path[rows, below + 1] - path[rows, below])
    return np.asarray((at * np.maximum(leads / horizon, 1.0)).mean(axis=1), dtype=float)


def _days(begins: date, lasts: Array, named: np.ndarray) -> list[date | None]:
    """The day after `lasts` days, where one can be named."""
    near = named & (lasts < FARTHEST)
    found = np.datetime64(begins) + np.where(near, np.floor(lasts), 0).astype("timedelta64[D]")
    return [day if known else None for day, known in zip(found.astype(object), near, strict=True)]


def replace_outlooks(
    run: DemandRun, merchant: Merchant, variants: Sequence[int], columns: dict[str, list[Any]], paths: Paths
) -> None:
    """Put the outlooks of these variants in the place of their former ones. `columns` are those of stock_columns() and
    what else is known of each variant. Call within the transaction that publishes the forecasts.
    """
    former: Any = DemandOutlook.objects.filter(Among("variant_id", variants)).order_by()
    then = former.exclude(reason=DemandOutlook.Reason.FAILED)
    known = {
        pk: (before if data_to == run.data_to else mean)
        for pk, mean, before, data_to in then.values_list("variant_id", "mean", "before", "run__data_to")
    }
    whole = paths.totals[:, -1]
    means = paths.mean.sum(axis=1)
    before = [known.get(pk) for pk in variants]
    moved = [0.0 if old is None else abs(new - old) for new, old in zip(means.tolist(), before, strict=True)]
    former.delete()
    insert_columns(
        DemandOutlook,
        {
            "variant_id": list(variants),
            "low": whole[:, LOW].tolist(),
            "middle": whole[:, MIDDLE].tolist(),
            "high": whole[:, HIGH].tolist(),
            "mean": means.tolist(),
            "before": before,
            "moved": moved,
            **columns,
        },
        run_id=run.pk,
        updated_at=timezone.now(),
    )


def outlooks_of_failed(variants: Sequence[int], run: DemandRun) -> None:
    """Outlooks that say that nothing could be worked out, in the place of the former ones."""
    if not variants:
        return
    DemandOutlook.objects.filter(Among("variant_id", variants)).delete()
    insert_columns(
        DemandOutlook,
        {"variant_id": list(variants)},
        run_id=run.pk,
        updated_at=timezone.now(),
        has_forecast=False,
        reason=DemandOutlook.Reason.FAILED,
        lasts=ENDLESS,
        lasts_low=ENDLESS,
        lasts_high=ENDLESS,
    )
