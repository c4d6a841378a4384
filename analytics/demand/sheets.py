"""Everything the page of one variant reads: its forecast, what came before, what was said then, and its stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from analytics import frames
from analytics.demand.models import DemandForecast, DemandOutlook, DemandRun
from analytics.demand.outlooks import Stock, order_for, read_stock, supply_of
from analytics.demand.rules import BESIDE, Paths, level_key, notes_of, unpack
from analytics.engine.demand import LEVELS
from analytics.engine.lead_times import chance_within
from analytics.engine.protocol import WEEK, Array
from analytics.engine.stock import chance_of_gap, cumulated, later, quantile_until
from ecommerce.catalog.models import Variant

PAST_DAYS: Final = 63
AHEAD: Final = 7  # days before a day whose forecast counts as "what we predicted then"
FEW_DAYS: Final = 14  # fewer predicted days say nothing of how well it went
LOW, MIDDLE, HIGH = (LEVELS.index(level) for level in (0.10, 0.50, 0.90))
SHOWN: Final = [LEVELS.index(level) for level in (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)]


@dataclass(frozen=True)
class Then:
    """What was said of a past day about a week before, and what came; `counts` unless nothing was there to be sold."""

    day: date
    low: float
    middle: float
    high: float
    naive: float
    actual: float
    counts: bool

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high


@dataclass(frozen=True)
class Suggestion:
    """An order that holds out with a given chance, what it costs (None: no cost known), and what would be left over
    when the order after it comes in (80 % range). `sure` is the key of `level` (rules.level_key)."""

    sure: str
    level: float
    quantity: int
    cost: Any
    left_low: int
    left_high: int


@dataclass(frozen=True)
class Sheet:
    """`mean` and `quantiles` are of `days`, the days after those the run knew; `curve` is what is demanded from
    `begins` on (engine.stock), `supply` the same as orders rest on it. `past` ends with the last day known to the run.
    """

    outlook: DemandOutlook
    variant: Variant
    run: DemandRun
    pattern: str
    notes: list[str]
    days: list[date]
    paths: Paths
    past: list[date]
    actual: list[float]
    sold_out: list[bool]
    then: list[Then | None]
    weeks_then: list[tuple[float, float, float] | None]
    begins: date
    curve: Array
    supply: Array
    stock: Stock

    @property
    def mean(self) -> Array:
        return np.asarray(self.paths.mean[0])

    @property
    def quantiles(self) -> Array:
        return np.asarray(self.paths.quantiles[0])

    @property
    def available(self) -> float | None:
        """Units free to sell; None for a variant that was never counted."""
        free = float(self.stock.available[0])
        return None if np.isnan(free) else free

    @property
    def there(self) -> Array:
        """The stock to be held against the demand, with what is on its way."""
        return np.nan_to_num(self.stock.available) + self.stock.incoming

    @property
    def lead(self) -> int:
        return int(self.stock.lead[0])

    @property
    def review(self) -> int:
        return int(self.stock.review[0])

    @property
    def level(self) -> float:
        return float(self.stock.level[0])

    @property
    def delivery(self) -> date:
        """When an order of today comes in."""
        return self.begins + timedelta(days=self.lead)

    @property
    def lasts_until(self) -> date:
        """The day a suggested order has to carry it to."""
        return self.begins + timedelta(days=self.lead + self.review)

    @property
    def is_over(self) -> bool:
        """All days of the forecast lie in the past."""
        return self.begins > self.days[-1]

    def until(self, days: int) -> tuple[float, float, float]:
        """What is demanded in the next `days` days: the 80 % range and its middle, as (low, middle, high)."""
        low, middle, high = (float(quantile_until(self.curve, days, level)[0]) for level in (0.10, 0.50, 0.90))
        return low, middle, high

    @property
    def gap(self) -> float | None:
        """The chance that the stock is used up before an order of today comes in; None for what was never counted."""
        if self.available is None:
            return None
        chance = min(max(1.0 - chance_within(self.supply, self.stock.leads, 0.0, self.there)[0], 0.025), 0.975)
        if self.stock.incoming[0] > 0:  # the shelf may be empty before what is on its way is there
            free = np.nan_to_num(self.stock.available)
            chance = max(chance, chance_of_gap(self.curve, free, np.minimum(self.stock.arrival, self.stock.lead))[0])
        return float(chance)

    def suggestions(self) -> list[Suggestion]:
        """What to order at the level promised and at those beside it, from the lowest on."""
        low, _, high = self.until(self.lead + self.review)
        cost = self.variant.cost
        found = []
        for level in sorted({*BESIDE, self.level}):
            order = order_for(self.supply, self.stock, level)
            quantity = int(order.quantity[0])
            full = float(self.there[0]) + quantity
            left = (max(full - high, 0.0), max(full - low, 0.0))
            paid = None if cost is None else cost * quantity
            found.append(Suggestion(level_key(level), level, quantity, paid, int(left[0]), int(left[1])))
        return found

    @property
    def told(self) -> list[Then]:
        """The past days of which something was said and on which something could be sold."""
        return [one for one in self.then if one is not None and one.counts]


def sheet_of(outlook: DemandOutlook) -> Sheet | None:
    """The page of a variant's outlook (with its variant and run); None where its run said nothing of it."""
    run = outlook.run
    said: Any = DemandForecast.objects.filter(run=run, variant=outlook.variant_id)
    row = said.values_list("pattern", "notes", "path").first()
    if row is None or run.data_to is None:
        return None
    pattern, notes, path = row
    paths = run.unpack([bytes(path)])
    merchant, last = outlook.variant.merchant, run.data_to
    over = max((merchant.today() - last).days - 1, 0)
    first = last - timedelta(days=PAST_DAYS + run.horizon + WEEK - 1)
    units = frames.variant_units([outlook.variant_id], first, last)[0]
    gone = frames.sold_out_days([outlook.variant_id], first, last, merchant)[0]
    past = [last - timedelta(days=back) for back in range(PAST_DAYS - 1, -1, -1)]
    history = _History(first, units, gone & (units == 0))
    told = _earlier(outlook.variant_id, run, first)
    return Sheet(
        outlook=outlook,
        variant=outlook.variant,
        run=run,
        pattern=pattern,
        notes=notes_of(notes),
        days=[last + timedelta(days=step) for step in range(1, run.horizon + 1)],
        paths=paths,
        past=past,
        actual=[history.at(day) for day in past],
        sold_out=[history.was_out(day) for day in past],
        then=[_said_of(day, told, history) for day in past],
        weeks_then=[_said_of_week(past[at], told) for at in range(0, PAST_DAYS, WEEK)],
        begins=last + timedelta(days=1 + over),
        curve=later(cumulated(paths.mean, paths.totals, run.windows), paths.mean, over),
        supply=later(cumulated(paths.mean, supply_of(paths, run, [outlook.supply]), run.windows), paths.mean, over),
        stock=read_stock([outlook.variant_id], merchant.today()),
    )


@dataclass(frozen=True)
class _History:
    first: date
    units: Array
    gone: np.ndarray

    def at(self, day: date) -> float:
        return float(self.units[(day - self.first).days])

    def was_out(self, day: date) -> bool:
        return bool(self.gone[(day - self.first).days])


class _Earlier:
    """A forecast made before: unpacked when it is asked for."""

    def __init__(self, data_to: date, made_on: date, horizon: int, windows: Sequence[int], path: bytes) -> None:
        self.data_to, self.made_on, self.horizon, self.windows = data_to, made_on, horizon, list(windows)
        self._path, self._paths = path, None

    @property
    def paths(self) -> Paths:
        if self._paths is None:
            self._paths = unpack([self._path], self.horizon, len(self.windows))  # type: ignore[assignment]
        return self._paths  # type: ignore[return-value]


def _earlier(variant: int, run: DemandRun, first: date) -> list[_Earlier]:
    """The live forecasts of a variant that speak of the days from `first` to the last one `run` knew."""
    rows: Any = DemandForecast.objects.filter(variant=variant, run__live=True).filter(
        run__data_to__gte=first, run__data_to__lt=run.data_to
    )
    zone = run.merchant.zone
    return [
        _Earlier(data_to, made_at.astimezone(zone).date(), horizon, windows, bytes(path))
        for data_to, made_at, horizon, windows, path in rows.order_by("run_id").values_list(
            "run__data_to", "run__made_at", "run__horizon", "run__windows", "path"
        )
    ]


def _said_of(day: date, told: Sequence[_Earlier], history: _History) -> Then | None:
    """What the forecast made nearest to a week before said of a day, if any was made before the day was over."""
    known = [one for one in told if one.data_to < day <= one.data_to + timedelta(days=one.horizon)]
    known = [one for one in known if one.made_on <= day]
    if not known:
        return None
    one = min(known, key=lambda one: abs((day - one.data_to).days - AHEAD))
    step = (day - one.data_to).days - 1
    row = one.paths.quantiles[0, step]
    naive = history.at(one.data_to - timedelta(days=WEEK - 1 - step % WEEK))
    return Then(
        day, float(row[LOW]), float(row[MIDDLE]), float(row[HIGH]), naive, history.at(day), not history.was_out(day)
    )


def _said_of_week(first: date, told: Sequence[_Earlier]) -> tuple[float, float, float] | None:
    """What was said of the week from `first` on, on its eve."""
    eve = first - timedelta(days=1)
    one = next((one for one in told if one.data_to == eve and one.made_on <= first and WEEK in one.windows), None)
    if one is None:
        return None
    row = one.paths.totals[0, one.windows.index(WEEK)]
    return float(row[LOW]), float(row[MIDDLE]), float(row[HIGH])
