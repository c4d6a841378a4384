"""Markets as if they had just begun, forecast with slopes that other categories' markets teach.

A market's first weeks are taken away but for `OWN_WEEKS` before each origin; what the others teach is what they knew at
that moment. The markets: the demo's categories, and the categories of Olist, a real marketplace, each with its largest
sellers. Prices and promotions of the weeks ahead are known, as on orange juice.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from django.utils import timezone

from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.panel import SharePanel, make_panel
from analytics.engine.share.pooled import Neighbours
from analytics.engine.share.tally import score

OWN_WEEKS, HORIZON, FIRST, STEP = 4, 8, 30, 6
SELLERS, LEAST_UNITS = 20, 10
"""Olist's categories with fewer units a week than that are no market; of the others so many sellers are players."""


@dataclass(frozen=True)
class Cold:
    """Mean absolute errors in shares. `hindsight` is that of the mean of the very weeks that were forecast: no share
    that stays the same could err less by squares, and hardly less by this."""

    error: float
    own_mean: float
    hindsight: float
    forecasts: int


def young(panel: SharePanel, origin: int, horizon: int = HORIZON) -> SharePanel:
    """The panel as if the market had begun `OWN_WEEKS` before `origin`."""
    part = slice(origin - OWN_WEEKS, origin + horizon)
    return replace(
        panel,
        periods=panel.periods[part],
        shares=panel.shares[part],
        drivers=panel.drivers[part],
        counted=panel.counted[part],
        moments=panel.moments[part],
        known=OWN_WEEKS + horizon,
    )


def without_its_category(panels: Mapping[str, SharePanel]) -> Cold:
    """Every market young at every `STEP`th week, taught by the others."""
    neighbours = Neighbours(list(panels.values()))
    errors, means, constants = [], [], []
    for number, panel in enumerate(panels.values()):
        for origin in range(FIRST, panel.known - HORIZON + 1, STEP):
            belief = neighbours.belief(number, panel.moments[origin - 1])
            part = young(panel, origin)
            one = score(part, Backtest(part, HORIZON, Information.ALL, belief=belief).forecasts([OWN_WEEKS]))
            ahead = part.shares[OWN_WEEKS:]
            errors.append(one.error)
            means.append(one.simple["mean"])
            constants.append(float(np.abs(ahead - ahead.mean(axis=0)).mean()))
    return Cold(float(np.mean(errors)), float(np.mean(means)), float(np.mean(constants)), len(errors))


def demo_markets() -> dict[str, SharePanel]:
    """The markets of the database that is set up, counted anew."""
    from analytics.markets.actions.building import open_markets, rebuild_market
    from analytics.markets.models import Measure
    from analytics.markets.panels import share_panel

    today = timezone.now().date()
    return {
        str(market.pk): _with_moments(share_panel(rebuild_market(market, today=today), Measure.UNITS).panel)
        for market in open_markets()
    }


def _with_moments(panel: SharePanel) -> SharePanel:
    return replace(panel, moments=np.array([float(date.fromisoformat(day).toordinal()) for day in panel.periods]))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def olist_markets(folder: Path) -> dict[str, SharePanel]:
    """Weekly units of the largest sellers of each category; the price is that paid over each product's usual one."""
    week_of = {}
    for row in _rows(folder / "orders_partial_36764.csv.gz"):
        day = date.fromisoformat(row["order_purchase_timestamp"][:10])
        week_of[row["order_id"]] = day.toordinal() // 7
    category = {row["product_id"]: row["product_category_name"] for row in _rows(folder / "products.csv.gz")}
    sales = defaultdict(list)
    prices = defaultdict(list)
    for row in _rows(folder / "order_items.csv.gz"):
        if row["order_id"] in week_of and category.get(row["product_id"]):
            price = float(row["price"])
            prices[row["product_id"]].append(price)
            sales[category[row["product_id"]]].append(
                (week_of[row["order_id"]], row["seller_id"], row["product_id"], price)
            )
    usual = {product: float(np.mean(paid)) for product, paid in prices.items()}
    first, last = min(week_of.values()), max(week_of.values())
    made = {}
    for name, sold in sales.items():
        if len(sold) >= LEAST_UNITS * (last - first + 1):
            made[name] = _olist_market(sold, usual)
    return made


def _olist_market(sold: list[tuple[int, str, str, float]], usual: Mapping[str, float]) -> SharePanel:
    tally: dict[str, int] = defaultdict(int)
    for _week, seller, _product, _price in sold:
        tally[seller] += 1
    sellers = sorted(tally, key=lambda seller: (-tally[seller], seller))[:SELLERS]
    column = {seller: at for at, seller in enumerate(sellers)}
    weeks = range(min(sale[0] for sale in sold), max(sale[0] for sale in sold) + 1)
    units, paid, expected = (np.zeros((len(weeks), len(sellers))) for _ in range(3))
    for week, seller, product, price in sold:
        if seller in column:
            at = week - weeks.start, column[seller]
            units[at] += 1
            paid[at] += price
            expected[at] += usual[product]
    with np.errstate(invalid="ignore"):
        index = paid / expected
    moments = np.array(weeks, dtype=float)
    return make_panel([str(week) for week in weeks], sellers, units, {"price": index}, moments)
