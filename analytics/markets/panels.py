"""The door between a market's rows and arrays: weeks of merchants from facts, and the panel that is forecast."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Sum
from django.db.models.functions import TruncWeek

from analytics.engine.protocol import Array
from analytics.engine.share.panel import PRICE, NoForecast, Note, SharePanel, make_panel
from analytics.facts.models import VariantFact
from analytics.markets import pulls
from analytics.markets.drivers import days_out, sold_out_part
from analytics.markets.models import WEEK, Market, Measure, Player, PlayerWeek
from core.tenancy import every_tenant
from ecommerce.catalog.models import Category

PROMOTION = "promotion"
USUAL_WEEKS = 13
REDUCED = 0.05
"""A variant is on promotion while it sells at least this part below its usual price, the median of USUAL_WEEKS."""
HORIZON = 8
MOST, YEAR = 40, 52
"""A market of more players is forecast by its largest ones; all others stand together, for models grow with players."""
REST = "0"
"""The name of that column: no player's id."""
FILLED = 4
"""So many unknown weeks of an outside player in a row are filled with what was known before."""


class Planned(NamedTuple):
    """A week as it is planned: price index, part on promotion, spend on advertising, part sold out; None as it is."""

    price: float | None = None
    promotion: float | None = None
    advertising: float | None = None
    stockout: float | None = None


Plans = Mapping[int, Mapping[date, Planned]]
"""Plans by player id and Monday."""


@dataclass(frozen=True)
class Sold:
    """One merchant's weeks in a category; arrays are weeks long. `price` is NaN before the first sale.

    `promotion` and `stockout` are parts: of sales, and of the week.
    """

    units: Array
    value: Array
    price: Array
    promotion: Array
    stockout: Array


def weeks_between(first: date, last: date) -> list[date]:
    return [first + step * WEEK for step in range((last - first).days // 7 + 1)]


def sold_on_platform(category: Category, first: date, last: date) -> dict[int, Sold]:
    """What every merchant sold in a category, by merchant id, from Monday `first` to the week of `last`.

    Two queries and one for the merchants' time zones, however many there are.
    """
    weeks = weeks_between(first, last)
    out = days_out(category, weeks)
    place = {week: at for at, week in enumerate(weeks)}
    sales: dict[int, dict[int, list[tuple[int, float, float]]]] = defaultdict(lambda: defaultdict(list))
    with every_tenant("a market is made of the sales of many merchants"):
        rows = (
            VariantFact.objects.filter(variant__product__category=category, day__gte=first, day__lt=last + WEEK)
            .order_by()
            .annotate(week=TruncWeek("day"))
            .values_list("merchant_id", "variant_id", "week")
            .annotate(sold=Sum("units"), worth=Sum("value"))
        )
        for merchant, variant, week, units, value in rows:
            sales[merchant][variant].append((place[week], float(units), float(value)))
    return {merchant: _sold(variants, len(weeks), out) for merchant, variants in sales.items()}


def _sold(variants: Mapping[int, list[tuple[int, float, float]]], length: int, out: Mapping[int, Array]) -> Sold:
    units, value = np.zeros((len(variants), length)), np.zeros((len(variants), length))
    for row, cells in enumerate(variants.values()):
        for week, count, worth in cells:
            units[row, week], value[row, week] = count, worth
    with np.errstate(divide="ignore", invalid="ignore"):
        prices = _carried(np.where(units > 0, value / units, np.nan))
    usual = _usual(prices)
    reduced = units * (prices < (1 - REDUCED) * usual)
    total = units.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        promotion = np.where(total > 0, reduced.sum(axis=0) / total, 0.0)
    price = _index(prices, value.sum(axis=1))
    return Sold(total, value.sum(axis=0), price, promotion, sold_out_part(list(variants), units, out))


def _carried(prices: Array) -> Array:
    """Each variant's price in weeks without a sale: that of the week before; NaN before its first."""
    carried = prices.copy()
    for week in range(1, carried.shape[1]):
        carried[:, week] = np.where(np.isfinite(carried[:, week]), carried[:, week], carried[:, week - 1])
    return carried


def _usual(prices: Array) -> Array:
    """The median of each variant's last USUAL_WEEKS prices, the week itself among them; NaN where there is none."""
    usual = np.full(prices.shape, np.nan)
    for week in range(prices.shape[1]):
        window = prices[:, max(0, week - USUAL_WEEKS + 1) : week + 1]
        known = np.isfinite(window).any(axis=1)
        if known.any():
            usual[known, week] = np.nanmedian(window[known], axis=1)
    return usual


def _index(prices: Array, weights: Array) -> Array:
    """One price of the range: the geometric mean with fixed weights, so that what sells more does not move it.

    A variant that is not there yet counts with its first price, or its coming would look like a change of price.
    """
    if not len(prices) or not weights.sum() > 0:
        return np.full(prices.shape[1] if prices.ndim == 2 else 0, np.nan)
    filled = prices.copy()
    for week in range(filled.shape[1] - 2, -1, -1):
        filled[:, week] = np.where(np.isfinite(filled[:, week]), filled[:, week], filled[:, week + 1])
    usable = (np.isfinite(filled).all(axis=1)) & (filled > 0).all(axis=1) & (weights > 0)
    if not usable.any():
        return np.full(prices.shape[1], np.nan)
    weight = weights[usable] / weights[usable].sum()
    index = np.exp(weight @ np.log(filled[usable]))
    begun = np.isfinite(prices[usable]).any(axis=0)
    return np.where(begun, index, np.nan)


@dataclass(frozen=True)
class MarketPanel:
    """A market ready to forecast: the panel with HORIZON weeks to come, its players and weeks, and the sums sold.

    The plan for the weeks to come is that everything stays as in the last week known (advertising as in the last
    quarter, nothing sold out), but for what players declared.
    `amounts` is weeks x players. Of more than MOST players the smaller ones are not in `players`; their sum is the last
    column.
    """

    panel: SharePanel
    players: tuple[Player, ...]
    weeks: tuple[date, ...]
    amounts: Array
    digest: str

    @property
    def totals(self) -> Array:
        """The market's size per week known."""
        return np.asarray(self.amounts.sum(axis=1), dtype=float)

    def place(self, player_id: int) -> int | None:
        """The column of a player."""
        return next((at for at, player in enumerate(self.players) if player.pk == player_id), None)


def share_panel(
    market: Market,
    measure: str,
    *,
    until: date | None = None,
    known_by: datetime | None = None,
    plans: Plans | None = None,
) -> MarketPanel:
    """The panel of a market up to the week `until`, from what was known by `known_by`; `plans` stand in weeks to come.

    Its drivers are price, promotion, and those of `pulls` that moved for anybody. Raises NoForecast where nobody sold
    anything.
    """
    rows = PlayerWeek.objects.filter(player__market=market).select_related("player")
    if until is not None:
        rows = rows.filter(week__lte=until)
    found = [row for row in rows if known_by is None or row.known_at is None or row.known_at <= known_by]
    if not found:
        raise NoForecast(Note("no_sales"))
    players = sorted({row.player for row in found}, key=lambda player: player.pk)
    weeks = weeks_between(min(row.week for row in found), max(row.week for row in found))
    place = {week: at for at, week in enumerate(weeks)}
    column = {player.pk: at for at, player in enumerate(players)}
    shape = (len(weeks) + HORIZON, len(players))
    amounts, price, promotion = (np.full(shape, np.nan) for _ in range(3))
    raw = {name: np.full((len(weeks), len(players)), np.nan) for name in pulls.FURTHER}
    for row in found:
        at = place[row.week], column[row.player_id]
        for name, value in _further(row, known_by):
            raw[name][at] = value
        amounts[at] = float(row.value) if measure == Measure.VALUE else row.units
        price[at] = np.nan if row.price is None else row.price
        promotion[at] = np.nan if row.promotion is None else row.promotion
    _fill_outside(amounts[: len(weeks)], players)
    if len(players) > MOST:
        kept = _largest(amounts[: len(weeks)])
        players = [players[at] for at in kept]
        column = {player.pk: at for at, player in enumerate(players)}
        amounts, price, promotion = (_pooled(values, kept) for values in (amounts, price, promotion))
        raw = {name: _pooled(values, kept) for name, values in raw.items()}
        for values in (price, promotion, *raw.values()):
            values[:, -1] = 0.0 if values is promotion else np.nan
    labels = [week.isoformat() for week in weeks_between(weeks[0], weeks[-1] + HORIZON * WEEK)]
    known = np.nan_to_num(amounts[: len(weeks)])
    amounts[: len(weeks)] = known
    promotion = np.where(np.isfinite(promotion), promotion, 0.0)
    promotion[len(weeks) :] = promotion[len(weeks) - 1]
    drivers = {PRICE: price, PROMOTION: promotion, **_ahead(raw)}
    digest = _digest(players, weeks, *(known, *drivers.values()))
    for player_id, plan in (plans or {}).items():
        if player_id in column:
            own = column[player_id]
            usual = pulls.usual_spend(raw[pulls.ADVERTISING][:, own])
            _planned({name: values[:, own] for name, values in drivers.items()}, usual, weeks, plan)
    names = [str(player.pk) for player in players] + [REST] * (amounts.shape[1] - len(players))
    panel = make_panel(labels, names, amounts, drivers)
    return MarketPanel(panel, tuple(players), tuple(weeks), known, digest)


def _further(row: PlayerWeek, known_by: datetime | None) -> list[tuple[str, float]]:
    """What else is known of a player's week; spend only if that was known by then."""
    told = [(pulls.STOCKOUT, row.stockout), (pulls.RATING, row.rating)]
    since = row.advertising_known_on
    if known_by is None or since is None or since <= known_by.date():
        told.append((pulls.ADVERTISING, row.advertising))
    return [(name, value) for name, value in told if value is not None]


def _ahead(raw: Mapping[str, Array]) -> dict[str, Array]:
    """The drivers that moved for anybody, with HORIZON weeks to come."""
    found = {}
    for name in pulls.FURTHER:
        past = pulls.as_drivers(name, raw[name])
        if past is not None:
            coming = [pulls.going_on(name, past[:, at]) if np.isfinite(past[:, at]).any() else np.nan
                      for at in range(past.shape[1])]  # fmt: skip
            found[name] = np.concatenate([past, np.tile(coming, (HORIZON, 1))])
    return found


def _largest(amounts: Array) -> list[int]:
    """The columns of the MOST players that sold most in the last year, in their order."""
    sold = np.nan_to_num(amounts[-YEAR:]).sum(axis=0)
    return sorted(np.argsort(-sold, kind="stable")[:MOST].tolist())


def _pooled(values: Array, kept: list[int]) -> Array:
    """The columns kept, and the sum of all others as the last one; NaN where none of them is known."""
    rest = np.delete(values, kept, axis=1)
    known = np.isfinite(rest).any(axis=1)
    return np.column_stack([values[:, kept], np.where(known, np.nansum(rest, axis=1), np.nan)])


def _planned(drivers: Mapping[str, Array], usual: float, weeks: Sequence[date], plan: Mapping[date, Planned]) -> None:
    """Put a player's plan into its weeks to come; what it does not speak of stays as it is.

    `usual` is its usual spend on advertising.
    """
    price, promotion = drivers[PRICE], drivers[PROMOTION]
    seen = price[: len(weeks)]
    seen = seen[np.isfinite(seen)]
    for step in range(HORIZON):
        at = len(weeks) + step
        planned = plan.get(weeks[-1] + (step + 1) * WEEK, Planned())
        price[at] = planned.price if planned.price is not None else (seen[-1] if len(seen) else np.nan)
        promotion[at] = promotion[at] if planned.promotion is None else planned.promotion
        if planned.advertising is not None and usual > 0 and pulls.ADVERTISING in drivers:
            drivers[pulls.ADVERTISING][at] = pulls.felt(planned.advertising, usual)
        if planned.stockout is not None and pulls.STOCKOUT in drivers:
            drivers[pulls.STOCKOUT][at] = pulls.missed(planned.stockout)


def _fill_outside(amounts: Array, players: Iterable[Player]) -> None:
    """Short gaps of outside players take the week before; long ones stay unknown, and count as no sale."""
    for column, player in enumerate(players):
        if not player.is_outside:
            continue
        values = amounts[:, column]
        gap = 0
        for week in range(1, len(values)):
            gap = 0 if np.isfinite(values[week]) else gap + 1
            if 0 < gap <= FILLED:
                values[week] = values[week - 1]


def _digest(players: Iterable[Player], *parts: Any) -> str:
    text = hashlib.sha256(",".join(str(player.pk) for player in players).encode())
    for part in parts:
        text.update(np.nan_to_num(part).round(6).tobytes() if isinstance(part, np.ndarray) else str(part).encode())
    return text.hexdigest()
