"""Promotions: the error of forecasts under a known plan, harm where prices hardly matter, and measured uplifts.

Orange juice at the stores of Dominick's, one to four weeks ahead, with every eighth week as origin and every fourth,
which is all weeks after the first year; articles of UCI's Online Retail, where a price is what was usually paid in a
week. The files lie outside of the project (SHARED_DATA, or ../shared/data beside it); without them their figures are
left out. Uplifts and festivals are held against simulated truths.
"""

from __future__ import annotations

import csv
import gzip
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from analytics.engine.festivals import learn
from analytics.engine.promotion.forecast import (
    SHORTEST,
    Candidates,
    PromoForecast,
    candidates,
    forecast_promotions,
)
from analytics.engine.promotion.panel import PromoPanel, make_promo_panel
from analytics.engine.promotion.uplift import measure, quiet_periods
from analytics.engine.protocol import Calendar
from bench.figures import Figure
from bench.place import data_file
from tests.analytics.promo_kit import one_promotion

HORIZON, STEP = 4, 4
FIRST = 64
SPACINGS = {8: "every 8th week", 4: "every 4th week"}
RATE, LOOKBACK = 0.2, 26
LIKELY = (2, 6)  # the 80 % band in LEVELS
SIMULATED = 200
YEARS = 4


@dataclass
class Tally:
    """Sums over origins, of promoted and other weeks."""

    ours: float = 0.0
    theirs: float = 0.0
    came: float = 0.0
    said: float = 0.0
    theirs_said: float = 0.0
    held: float = 0.0
    count: float = 0.0

    def add(self, made: PromoForecast, steady: np.ndarray, came: np.ndarray, chosen: np.ndarray) -> None:
        chosen = chosen & np.isfinite(came)
        true, path = came[chosen], made.mean[chosen]
        low, high = (made.quantiles[..., place][chosen] for place in LIKELY)
        self.ours += float(np.abs(path - true).sum())
        self.theirs += float(np.abs(steady[chosen] - true).sum())
        self.came += float(true.sum())
        self.said += float(path.sum())
        self.theirs_said += float(steady[chosen].sum())
        self.held += float(((true >= low) & (true <= high)).sum())
        self.count += len(true)


def smoothing(panel: PromoPanel) -> np.ndarray:
    """Exponential smoothing of log units that knows no plan, with the rate of the published comparison."""
    logs = panel.logs
    with np.errstate(invalid="ignore"):
        level = np.nan_to_num(np.nanmean(logs[:, -2 * LOOKBACK :], axis=1))
    for period in range(panel.known - LOOKBACK, panel.known):
        gap = logs[:, period] - level
        level = level + RATE * np.nan_to_num(gap)
    return np.repeat(np.maximum(np.exp(level) - panel.offset, 0.0)[:, None], HORIZON, axis=1)


def orange_juice(file: Path) -> tuple[PromoPanel, np.ndarray]:
    """Stores x brands as series; the plan is what prices and flags turned out to be."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    weeks = {week: at for at, week in enumerate(sorted({int(row["week"]) for row in rows}))}
    series = {key: at for at, key in enumerate(sorted({(int(row["store"]), int(row["brand"])) for row in rows}))}
    table = np.full((4, len(series), len(weeks)), np.nan)
    for row in rows:
        at = series[int(row["store"]), int(row["brand"])], weeks[int(row["week"])]
        price = float(row[f"price{row['brand']}"])
        table[:, *at] = math.exp(float(row["logmove"])), price, float(row["deal"]), float(row["feat"])
    store, brand = (np.array([key[place] for key in series]) for place in (0, 1))
    flags = {"deal": table[2], "feature": table[3]}
    return make_promo_panel(table[0], table[1], flags, product=brand, place=store), (table[2] > 0) | (table[3] > 0)


def online_retail(file: Path) -> PromoPanel:
    """Articles that sold in twenty weeks, with the median price paid in each week."""
    import pandas as pd

    lines = pd.read_csv(file, dtype={"InvoiceNo": "str", "StockCode": "str"})
    lines = lines[~lines.InvoiceNo.str.startswith("C") & lines.Quantity.between(1, 4_999) & (lines.UnitPrice > 0)]
    day = pd.to_datetime(lines.InvoiceDate).dt.normalize()
    by = lines.groupby([lines.StockCode.str.upper(), (day - day.min()).dt.days // 7])
    weeks = range(int((day.max() - day.min()).days // 7))
    units = by.Quantity.sum().unstack().reindex(columns=weeks).fillna(0.0).to_numpy(dtype=float)
    price = by.UnitPrice.median().unstack().reindex(columns=weeks).to_numpy(dtype=float)
    kept = ((units > 0).sum(axis=1) >= 20) & ((units > 0).argmax(axis=1) <= 15)
    return make_promo_panel(units[kept], price[kept])


def walked(panel: PromoPanel, first: int) -> dict[int, Candidates]:
    """What each model says at every origin from `first` on, made once for all spacings."""
    origins = range(max(first, SHORTEST), panel.known - HORIZON + 1, STEP)
    return {origin: candidates(panel.until(origin, HORIZON), HORIZON) for origin in origins}


def walk(
    panel: PromoPanel, promoted: np.ndarray, origins: range, made: Mapping[int, Candidates]
) -> tuple[Tally, Tally]:
    """Scores of promoted and other weeks. Each origin learns from those before it."""
    loud, still = Tally(), Tally()
    for origin in origins:
        then = panel.until(origin, HORIZON)
        past = [made[at] for at in sorted(made, reverse=True) if at <= origin - HORIZON]
        one = forecast_promotions(then, HORIZON, past=past, now=made[origin])
        came = panel.units[:, origin : origin + HORIZON]
        chosen = promoted[:, origin : origin + HORIZON]
        loud.add(one, smoothing(then), came, chosen)
        still.add(one, smoothing(then), came, ~chosen)
    return loud, still


def run() -> Iterator[Figure]:
    yield from _orange_juice()
    yield from _online_retail()
    yield from _uplifts()
    yield from _festivals()


def _orange_juice() -> Iterator[Figure]:
    file = data_file("dominicks/orange_juice_yx.csv.gz")
    if file is None:
        print("promo: dominicks/orange_juice_yx.csv.gz is not there; skipped.", file=sys.stderr)
        return
    panel, promoted = orange_juice(file)
    made = walked(panel, 8 * STEP - STEP)
    for every, name in SPACINGS.items():
        loud, still = walk(panel, promoted, range(FIRST, panel.known - HORIZON + 1, every), made)
        beside = "exponential smoothing"
        low, high = loud.ours / loud.came, loud.theirs / loud.came
        yield Figure(f"promoted weeks, {name}, WAPE", low, "", high, beside, 0.68, "lower")
        ours, theirs = (100 * abs(said / loud.came - 1) for said in (loud.said, loud.theirs_said))
        yield Figure(f"promoted weeks, {name}, bias", ours, "%", theirs, beside, 10, "lower", "figure")
        low, high = still.ours / still.came, still.theirs / still.came
        yield Figure(f"other weeks, {name}, WAPE", low, "", high, beside, 1.0, "lower")
        off = abs(100 * loud.held / loud.count - 80)
        yield Figure(f"promoted weeks, {name}, 80 % band off by", off, "%", 80, "its name", 3, "lower", "figure")


def _online_retail() -> Iterator[Figure]:
    file = data_file("online_retail_uci/online_retail.csv.gz")
    if file is None:
        print("promo: online_retail_uci/online_retail.csv.gz is not there; skipped.", file=sys.stderr)
        return
    panel = online_retail(file)
    loud, _ = walk(panel, panel.promoted, range(28, panel.known - HORIZON + 1, STEP), walked(panel, 28))
    beside = "exponential smoothing"
    name = "no harm: UCI, weeks below the usual price,"
    yield Figure(f"{name} WAPE", loud.ours / loud.came, "", loud.theirs / loud.came, beside, 1.05, "lower")
    ours, theirs = (100 * abs(said / loud.came - 1) for said in (loud.said, loud.theirs_said))
    yield Figure(f"{name} bias", ours, "%", theirs, beside, 0.5, "lower")


def _uplifts() -> Iterator[Figure]:
    """Simulate and recover: how often the 80 % range of extra units holds the truth."""
    held: Mapping[str, list[bool]] = {"uplift": [], "dip afterwards": [], "loss of a sister": []}
    for seed in range(SIMULATED):
        truth = one_promotion(1_000 + seed)
        promoted = np.zeros(truth.units.shape[1], dtype=bool)
        promoted[truth.window] = True
        quiet = quiet_periods(promoted, truth.after)
        dip = slice(truth.window.stop, truth.window.stop + truth.after)
        for name, product, window in zip(held, (0, 0, 1), (truth.window, dip, truth.window), strict=True):
            effect = measure(truth.units[product], window, quiet=quiet, donors=truth.units[2:])
            real = float((truth.units - truth.without)[product, window].sum())
            held[name].append(effect is not None and effect.extra[LIKELY[0]] <= real <= effect.extra[LIKELY[1]])
    for name, those in held.items():
        off = abs(100 * float(np.mean(those)) - 80)
        yield Figure(f"{name}, 80 % range off by", off, "%", 80, "its name", 7, "lower", "figure")


def _festivals() -> Iterator[Figure]:
    """Shops with Double 11 every year, and without; an effect stays only where it forecasts a year left out."""
    start, days = date(2021, 3, 1), 365 * YEARS - 80
    week = np.array([0.9, 0.9, 0.95, 1.0, 1.1, 1.2, 0.95])
    chance = np.random.default_rng(3)
    mean = np.tile(60 * week, days // 7 + 6)[: days + 28]
    lift = np.ones(days + 28)
    for year in range(2021, 2021 + YEARS + 1):
        at = (date(year, 11, 11) - start).days
        if 0 <= at < len(lift) - 1:
            lift[at], lift[at + 1] = 3.0, 1.8
    origin = (date(2024, 11, 1) - start).days
    shops = chance.poisson(np.tile(mean * lift, (60, 1))).astype(float)
    plain = chance.poisson(np.tile(mean, (200, 1))).astype(float)
    calendar = Calendar(start, origin)
    seen = learn(shops[:, :origin], calendar, 28)
    usual = shops[:, origin - 28 : origin].reshape(len(shops), 4, 7).mean(axis=1)
    level = np.tile(usual, 4)
    days_of = slice((date(2024, 11, 11) - start).days - origin, (date(2024, 11, 13) - start).days - origin)
    came = shops[:, origin : origin + 28][:, days_of]
    with_effect = float(np.abs((level * seen.ahead)[:, days_of] - came).sum() / came.sum())
    without = float(np.abs(level[:, days_of] - came).sum() / came.sum())
    yield Figure("festival days, WAPE", with_effect, "", without, "no festivals", 0.5, "lower")
    kept = learn(plain[:, :origin], calendar, 28)
    share = 100 * float((kept.ahead != 1.0).mean())
    yield Figure("days of a festival that is none", share, "%", 5, "allowed", 1, "lower", "figure")
