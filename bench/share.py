"""Market shares of orange juice at Dominick's: error, bands and cost against "last share again", and cold starts.

The chain's shares are those of all stores together: units summed, price and promotion weighted by what was sold. Cold
starts are those of its stores, of the demo's categories and of Olist's. The files lie outside of the project
(SHARED_DATA, or ../shared/data beside it); what is not there is not measured.
"""

from __future__ import annotations

import csv
import gzip
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analytics.engine.share.backtest import Backtest
from analytics.engine.share.information import Information
from analytics.engine.share.panel import SharePanel, make_panel
from analytics.engine.share.pooled import estimate, pool
from analytics.engine.share.tally import ShareScore, score
from bench.apart.young_markets import OWN_WEEKS, Cold, demo_markets, olist_markets, without_its_category, young
from bench.figures import Figure
from bench.place import data_file, marketplace

HORIZON, FIRST = 8, 60
BRANDS = 11
DRIVERS = ("price", "deal", "feat")
GROUPS = ((1, 2, 3, 4, 5), (6, 7, 8, 9, 10, 11))
"""Two markets without a brand in common, as if they were two categories."""
STORE_STEP, ORIGIN_STEP = 3, 6


@dataclass(frozen=True)
class Sale:
    store: int
    week: int
    brand: int
    units: float
    drivers: tuple[float, float, float]


def read(file: Path) -> list[Sale]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        return [
            Sale(
                int(row["store"]),
                int(row["week"]),
                int(row["brand"]),
                math.exp(float(row["logmove"])),
                (float(row[f"price{row['brand']}"]), float(row["deal"]), float(row["feat"])),
            )
            for row in csv.DictReader(stream)
        ]


def panel_of(sales: Sequence[Sale], brands: Sequence[int]) -> SharePanel:
    """Units summed and drivers weighted by units, over all sales given of the brands given."""
    chosen = [sale for sale in sales if sale.brand in brands]
    weeks = sorted({sale.week for sale in chosen})
    row = {week: at for at, week in enumerate(weeks)}
    column = {brand: at for at, brand in enumerate(brands)}
    units = np.zeros((len(weeks), len(brands)))
    sums = np.zeros((*units.shape, len(DRIVERS)))
    for sale in chosen:
        at = row[sale.week], column[sale.brand]
        units[at] += sale.units
        sums[at] += np.multiply(sale.units, sale.drivers)
    with np.errstate(invalid="ignore"):
        means = sums / units[..., None]
    drivers = {name: means[..., at] for at, name in enumerate(DRIVERS)}
    moments = np.array(weeks, dtype=float)
    return make_panel([str(week) for week in weeks], [str(brand) for brand in brands], units, drivers, moments)


def chain_figures(panel: SharePanel) -> Iterator[Figure]:
    origins = list(range(FIRST, panel.known - HORIZON + 1))
    scores: dict[Information, ShareScore] = {}
    spent = {}
    for information in Information:
        began = time.process_time()
        made = Backtest(panel, HORIZON, information).forecasts(origins)
        spent[information] = (time.process_time() - began) / len(origins)  # bears the unseen origins before, too
        scores[information] = score(panel, made)
    targets = {Information.ALL: 0.36, Information.OWN: 0.48, Information.NONE: 0.77}
    names = {Information.ALL: "all plans", Information.OWN: "own plan", Information.NONE: "no plan"}
    for information, target in targets.items():
        one = scores[information]
        name = f"share error, {names[information]}"
        yield Figure(name, 100 * one.error, "points", 100 * one.naive, "last share", target, "lower")
    none, known = scores[Information.NONE], scores[Information.ALL]
    yield Figure(
        "share error, no plan", 100 * none.error, "points", 100 * none.best_simple, "best simple", 1.02, "lower"
    )
    yield Figure(
        "share CRPS, all plans", 100 * known.crps, "points", 100 * known.naive_crps, "last share", 0.43, "lower"
    )
    for information in Information:
        one = scores[information]
        for covered, band, slack in ((one.cover_80, 80, 3.0), (one.cover_95, 95, 2.5)):
            name = f"share {band} % band off by, {names[information]}"
            yield Figure(name, abs(100 * covered - band), "%", band, "its name", slack, "lower", "figure")
    slowest = max(spent.values())
    yield Figure("share CPU an origin", 1000 * slowest, "ms", 50, "allowed", 50, "lower", "figure")


def cold_figure(sales: Sequence[Sale]) -> Figure:
    """Stores that have four weeks, by slopes from other stores and other brands; against their mean share."""
    stores = sorted({sale.store for sale in sales})[::STORE_STEP]
    by_store: dict[int, list[Sale]] = {store: [] for store in stores}
    for sale in sales:
        if sale.store in by_store:
            by_store[sale.store].append(sale)
    panels = {(store, group): panel_of(by_store[store], group) for store in stores for group in GROUPS}
    teachers, pupils = stores[1::2], stores[::2]
    errors, means = [], []
    for group, other in zip(GROUPS, reversed(GROUPS), strict=True):
        taught = [estimate(panels[store, other], FIRST) for store in teachers]
        belief = pool([one for one in taught if one], DRIVERS)
        for store in pupils:
            panel = panels[store, group]
            for origin in range(FIRST + OWN_WEEKS, panel.known - HORIZON + 1, ORIGIN_STEP):
                part = young(panel, origin, HORIZON)
                made = Backtest(part, HORIZON, Information.ALL, belief=belief).forecasts([OWN_WEEKS])
                one = score(part, made)
                errors.append(one.error)
                means.append(one.simple["mean"])
    figure, baseline = 100 * float(np.mean(errors)), 100 * float(np.mean(means))
    return Figure("share error after 4 weeks, stores", figure, "points", baseline, "own mean share", 0.70, "lower")


def _cold(name: str, cold: Cold) -> Figure:
    floor = cold.hindsight / cold.own_mean
    print(f"share: {name}: the mean of the very weeks forecast errs {floor:.2f} x the own mean.", file=sys.stderr)
    name = f"share error after 4 weeks, {name}"
    return Figure(name, 100 * cold.error, "points", 100 * cold.own_mean, "own mean share", 0.70, "lower")


def run() -> Iterator[Figure]:
    file = data_file("dominicks/orange_juice_yx.csv.gz")
    if file is None:
        print("share: dominicks/orange_juice_yx.csv.gz is not there; skipped.", file=sys.stderr)
    else:
        sales = read(file)
        yield from chain_figures(panel_of(sales, range(1, BRANDS + 1)))
        yield cold_figure(sales)
    marketplace()
    yield _cold("demo", without_its_category(demo_markets()))
    folder = data_file("olist")
    if folder is None:
        print("share: olist is not there; skipped.", file=sys.stderr)
    else:
        yield _cold("Olist", without_its_category(olist_markets(folder)))
