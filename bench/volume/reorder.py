"""A reorder point that works: a real shop's year replayed day by day, with deliveries that come when they come.

The data are UCI's Online Retail (outside of the project: SHARED_DATA, or ../shared/data beside it; without it nothing
is measured). Some hundred of its products, slow and rarely sold ones among them, are ordered from four suppliers whose
lead times are drawn at random, the same draws for all policies. Every policy looks once a week and fills up to the same
quantity above its reorder point, two weeks of the last eight weeks' mean; they differ in the reorder point alone:

    ours      the quantile of the demand until a delivery can be there, from the demand forecast mixed over the lead
              times measured so far (engine.lead_times), at the level that kept the promise in the weeks so far
    (a)       last month's mean times the mean lead time, times a factor
    (b)       (s, S) with the normal approximation: the mean of the time until a delivery, and z times its spread

The service level is the share of weeks of a product in which nobody was turned away. The stocks of the rivals are read
at our fill rate, on the curve that their factor or z draws. What is asked for is what the shop sold: nobody knows what
it could have sold besides, and all policies see the same past.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analytics.engine.conformal import Window
from analytics.engine.demand import forecast_demand
from analytics.engine.lead_times import days_of, measured, quantile_over
from analytics.engine.own_past import own_totals
from analytics.engine.service import level_of, moved, score_of
from analytics.engine.stock import cumulated
from bench.figures import Figure, table
from bench.place import data_file

PRODUCTS, SEED = 400, 20111209
REVIEW, FILL = 7, 14  # days from one look to the next; days of demand that an order brings
BEGIN, COUNTED = 168, 217
HORIZON = 28
WINDOWS = (3, 5, 7, 10, 14, 17, 21, 24, 28)
FACTORS = (1.0, 2.0, 2.5, 3.0, 4.0, 5.0)
SCORES = (0.5, 1.0, 1.645, 2.0, 2.5, 3.0)
RECEIPTS = 30  # deliveries of each supplier known at the beginning
SURE = 0.95
OTHERS = (0.50, 0.80, 0.90, 0.975, 0.99)  # levels that are shown beside it, for what is kept of them


@dataclass(frozen=True)
class Shop:
    """Units demanded, products x days; each product's supplier and price; each delivery's days, products x looks."""

    demand: np.ndarray
    price: np.ndarray
    supplier: np.ndarray
    receipts: tuple[np.ndarray, ...]
    leads: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """What a policy came to in the days that are measured."""

    service: float
    fill: float
    units: float
    value: float
    out_days: float


def read(path: Path) -> Shop:
    """The shop, with suppliers and lead times drawn from SEED."""
    import pandas as pd

    lines = pd.read_csv(path, dtype={"InvoiceNo": "str", "StockCode": "str"})
    code = lines.StockCode.str.upper()
    kept = ~lines.InvoiceNo.str.startswith("C") & lines.Quantity.between(1, 4_999) & (lines.UnitPrice > 0)
    kept &= code.str.match(r"\d{5}")  # postage, fees and samples are no goods
    lines, code = lines[kept], code[kept]
    day = pd.to_datetime(lines.InvoiceDate).dt.normalize()
    table = lines.groupby([code, day]).Quantity.sum().unstack(fill_value=0)
    panel = table.reindex(columns=pd.date_range(day.min(), day.max()), fill_value=0).to_numpy(dtype=float)
    price = lines.groupby(code).UnitPrice.median().to_numpy(dtype=float)
    before = panel[:, :BEGIN] > 0
    known = np.flatnonzero((before.sum(axis=1) >= 3) & (before.argmax(axis=1) < BEGIN - 56))
    draw = np.random.default_rng(SEED)
    some = np.sort(draw.permutation(known)[:PRODUCTS])
    supplier = draw.integers(0, len(SUPPLIERS), len(some))
    looks = panel.shape[1] // REVIEW + 1
    leads = np.stack([SUPPLIERS[one](draw, looks) for one in supplier])
    receipts = tuple(wait(draw, RECEIPTS) for wait in SUPPLIERS)
    return Shop(panel[some], price[some], supplier, receipts, leads)


def _gamma(mean: float, spread: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    shape = 1.0 / spread**2
    return lambda draw, count: np.maximum(np.rint(draw.gamma(shape, mean / shape, count)), 1).astype(int)


def _sometimes_late(mean: float, late: float, share: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    usual = _gamma(mean, 0.2)

    def wait(draw: np.random.Generator, count: int) -> np.ndarray:
        return np.asarray(usual(draw, count) + np.where(draw.random(count) < share, late, 0).astype(int))

    return wait


SUPPLIERS = (_gamma(6, 0.25), _gamma(12, 0.4), _sometimes_late(9, 14, 0.15), _sometimes_late(16, 10, 0.25))

Points = Callable[[int], np.ndarray]  # the reorder points of a day


def replay(shop: Shop, points: Points | None, level: float = SURE, *, lost: bool = True) -> Outcome:
    """Run the shop on reorder points; without `points` on our own."""
    demand, count = shop.demand, len(shop.demand)
    days = demand.shape[1]
    rows = np.arange(count)
    stock = np.ceil(_usual(shop, BEGIN) * (FILL + 21) + 1)
    due = np.zeros((count, days + 200))
    gone = np.zeros((count, days + 1))  # units turned away, summed up to each day
    coming = np.zeros(count)
    kept: list[np.ndarray] = []
    served = wanted = held = value = out = 0.0
    ours = Ours(shop, level) if points is None else None
    for day in range(BEGIN, days):
        coming -= due[:, day]
        stock = stock + due[:, day]
        if (day - BEGIN) % REVIEW == 0:
            if day > BEGIN:  # the week that ended: was anybody turned away?
                whole = gone[:, day] == gone[:, day - REVIEW]
                if ours is not None:
                    ours.learn(whole)
                if day - REVIEW >= COUNTED:
                    kept.append(whole)
            point = ours.points(day) if ours is not None else points(day)  # type: ignore[misc]
            there = stock + coming
            fill = np.maximum(np.ceil(_usual(shop, day) * FILL), 1.0)
            order = np.where(there <= point, point + fill - there, 0.0)
            lead = shop.leads[:, day // REVIEW]
            placed = order > 0
            due[rows[placed], day + lead[placed]] += order[placed]
            coming += order
        asked = demand[:, day]
        sold = np.minimum(np.maximum(stock, 0.0), asked)
        gone[:, day + 1] = gone[:, day] + asked - sold
        stock = stock - (sold if lost else asked)
        if day >= COUNTED:
            served, wanted = served + sold.sum(), wanted + asked.sum()
            held += np.maximum(stock, 0.0).sum()
            value += (np.maximum(stock, 0.0) * shop.price).sum()
            out += (stock <= 0).mean()
    measured_days = days - COUNTED
    return Outcome(
        float(np.concatenate(kept).mean()), served / wanted, held / measured_days, value / measured_days,
        out / measured_days,
    )  # fmt: skip


def _usual(shop: Shop, day: int) -> np.ndarray:
    return np.asarray(shop.demand[:, day - 56 : day].mean(axis=1))


class Ours:
    """Our reorder points, at the level that has kept the promise so far (engine.service), as the product makes them."""

    def __init__(self, shop: Shop, level: float) -> None:
        self.shop, self.level = shop, level
        self.score = score_of(level)
        times = [measured(days.tolist()) for days in shop.receipts]
        self.leads = days_of([times[one] for one in shop.supplier])

    def learn(self, whole: np.ndarray) -> None:
        """Move the level by a week that is over: `whole` says of which products nobody was turned away in it."""
        self.score = moved(self.score, self.level, float(whole.sum()), len(whole))

    def points(self, day: int) -> np.ndarray:
        curve = forecast_curve(self.shop, day)
        return np.ceil(quantile_over(curve, self.leads, REVIEW, level_of(self.score)) - 1e-9)


_curves: dict[int, np.ndarray] = {}


def forecast_curve(shop: Shop, day: int) -> np.ndarray:
    """C(h) of all products as known on a day; the same for every replay of the shop."""
    if day not in _curves:
        said = forecast_demand(shop.demand[:, :day], HORIZON, windows=[Window(1, last) for last in WINDOWS])
        _curves[day] = cumulated(said.mean, own_totals(shop.demand[:, :day], said), WINDOWS)
    return _curves[day]


def last_month(shop: Shop, factor: float) -> Points:
    """(a): last month's mean times the mean lead time, times a factor."""
    lead = np.array([days.mean() for days in shop.receipts])[shop.supplier]
    return lambda day: np.ceil(factor * shop.demand[:, day - 28 : day].mean(axis=1) * lead)


def normal(shop: Shop, z: float) -> Points:
    """(b): mean + z sqrt(t variance of a day + mean^2 variance of the lead time), t the lead time and one review."""
    lead = np.array([days.mean() for days in shop.receipts])[shop.supplier] + REVIEW
    wobble = np.array([days.var(ddof=1) for days in shop.receipts])[shop.supplier]

    def points(day: int) -> np.ndarray:
        past = shop.demand[:, day - 84 : day]
        mean, variance = past.mean(axis=1), past.var(axis=1, ddof=1)
        return np.asarray(np.maximum(np.ceil(mean * lead + z * np.sqrt(lead * variance + mean**2 * wobble)), 0.0))

    return points


def at_fill(curve: Sequence[Outcome], fill: float) -> Outcome:
    """What the policy that drew the curve comes to at a fill rate, between two of its points; the last one beyond."""
    ordered = sorted(curve, key=lambda one: one.fill)
    known = [one.fill for one in ordered]
    found = {
        name: float(np.interp(fill, known, [getattr(one, name) for one in ordered]))
        for name in ("service", "fill", "units", "value", "out_days")
    }
    return Outcome(**found)


def run() -> Iterator[Figure]:
    path = data_file("online_retail_uci/online_retail.csv.gz")
    if path is None:
        print("UCI Online Retail is not there (SHARED_DATA names the folder); nothing is measured", file=sys.stderr)
        return
    shop = read(path)
    for lost in (True, False):
        name = "lost sales" if lost else "backorders"
        ours = replay(shop, None, lost=lost)
        rows = [("ours, at 95 %", ours)]
        rows += [(f"ours, at {100 * level:g} %", replay(shop, None, level, lost=lost)) for level in OTHERS]
        curves = {
            "(a) last month": [(factor, replay(shop, last_month(shop, factor), lost=lost)) for factor in FACTORS],
            "(b) normal": [(z, replay(shop, normal(shop, z), lost=lost)) for z in SCORES],
        }
        for rival, points in curves.items():
            rows += [
                (f"{rival} × {factor:g}" if "month" in rival else f"{rival} z {factor:g}", one)
                for factor, one in points
            ]
        equal = {rival: at_fill([one for _, one in points], ours.fill) for rival, points in curves.items()}
        rows += [(f"{rival}, at our fill rate", one) for rival, one in equal.items()]
        print(table_of(name, shop, rows), file=sys.stderr)
        service = 100 * ours.service
        yield Figure(f"{name}: service level, at least", service, "%", 95, "its name", 93.5, "higher", "figure")
        yield Figure(f"{name}: service level, at most", service, "%", 95, "its name", 96.5, "lower", "figure")
        for rival, one in equal.items():
            beside = f"{rival}, same fill rate {100 * ours.fill:.1f} %"
            yield Figure(f"{name}: average stock", ours.units, "units", one.units, beside, 1.0, "lower")
            yield Figure(f"{name}: average stock at price", ours.value, "GBP", one.value, beside, 1.0, "lower")


def table_of(name: str, shop: Shop, rows: Sequence[tuple[str, Outcome]]) -> str:
    """The outcomes as text, aligned."""
    days = shop.demand.shape[1] - COUNTED
    head = f"  {name}: {len(shop.demand)} products, {days} days"
    lines = [f"{head:40}{'service':>9}{'fill rate':>11}{'units':>12}{'at price':>12}{'days out':>10}"]
    lines += [
        f"  {label:38}{one.service:9.1%}{one.fill:11.1%}{one.units:12,.0f}{one.value:12,.0f}{one.out_days:10.1%}"
        for label, one in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(list(run())))
