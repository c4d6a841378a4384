"""manage.py backtest: what the demand engine would have said at past days of a file, and how far off it was."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.engine.conformal import Window
from analytics.engine.demand import LEVELS, Demand, forecast_demand, usable
from analytics.engine.drivers import driver_factors
from analytics.engine.panel_backtest import PanelScore, average, cutoffs, score_panel, seasonal_naive
from analytics.series_files import SeriesFile, UnreadableFile, read_series

WRITTEN = {"q025": 0.025, "q10": 0.10, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q90": 0.90, "q975": 0.975}
SERIES_AT_ONCE = 5_000


def _positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


class Command(BaseCommand):
    help = (
        "Forecasts every series of FILE (unique_id,ds,y and regressors; csv or csv.gz; daily, weekly or monthly) at "
        "past days, writes DIR/forecasts.csv and prints how far off the forecasts were. No database is touched. A "
        "column <name>_known_on holds the date from which each value of the regressor <name> is known; without it the "
        "regressor counts as planned, known ahead. Regressors are used at an origin if they would have won at the one "
        "before."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--horizon", type=_positive, default=28, help="periods ahead (28)")
        parser.add_argument("--origins", type=_positive, default=3, help="past days to forecast from (3)")
        parser.add_argument("--out", type=Path, required=True, help="folder for forecasts.csv, made if need be")
        parser.add_argument(
            "--gaps", choices=["auto", "zero", "unknown"], default="auto",
            help="what a period without a row is; auto: nothing sold in a mere list of sales, which never says 0",
        )  # fmt: skip

    def handle(self, *args: Any, file: Path, horizon: int, origins: int, out: Path, gaps: Any, **options: Any) -> None:
        began = perf_counter()
        try:
            data = read_series(file, gaps=gaps)
            out.mkdir(parents=True, exist_ok=True)
        except (UnreadableFile, OSError) as error:
            raise CommandError(str(error)) from error
        self._say_what_was_read(data)
        past = cutoffs(len(data.periods), horizon, origins)
        if not past:
            raise CommandError(f"{len(data.periods)} periods are too few to hold back {horizon} and forecast them.")
        ours, naive = [], []
        with (out / "forecasts.csv").open("w", encoding="utf-8", newline="") as target:
            for number, (origin, demand, used) in enumerate(_forecasts(data, past, horizon)):
                history, actual = usable(data.panel[:, :origin]), usable(data.panel[:, origin : origin + horizon])
                ours.append(score_panel(history, actual, demand, data.rhythm))
                guess = seasonal_naive(history, horizon, data.rhythm.season)
                naive.append(score_panel(history, actual, guess, data.rhythm))
                _write(target, data, origin, demand, heading=number == 0)
                self._say_origin(data, origin, demand, used)
        self.stdout.write(_table(average(ours), average(naive)))
        self.stdout.write(f"{out / 'forecasts.csv'} written in {perf_counter() - began:.1f} s.")

    def _say_what_was_read(self, data: SeriesFile) -> None:
        for problem in data.problems.first:
            self.stderr.write(str(problem))
        if data.problems.count > len(data.problems.first):
            self.stderr.write(f"… {data.problems.count:,} rows with problems in all; the others are used.")
        first, last = (str(data.periods[place]) for place in (0, -1))
        absent = "nothing sold" if data.gaps == "zero" else "unknown"
        read = f"{len(data.ids):,} {data.rhythm.name} series from {first} to {last}"
        self.stdout.write(f"{read}; periods without a row count as {absent}.")

    def _say_origin(self, data: SeriesFile, origin: int, demand: Demand, used: bool) -> None:
        noted = [f"{int(mask.sum()):,} {name}" for name, mask in sorted(demand.notes.items()) if mask.any()]
        regressors = f"; regressors {'used' if used else 'not used'}" if data.regressors else ""
        cutoff = str(data.periods[origin - 1])
        self.stdout.write(f"{cutoff}: {', '.join(noted) or 'nothing to note'}{regressors}")


def _forecasts(data: SeriesFile, past: list[int], horizon: int) -> Iterator[tuple[int, Demand, bool]]:
    for origin in past:
        factors = _factors(data, origin, horizon) if data.regressors else None
        if factors is not None and not _would_have_won(data, origin, horizon):
            factors = None
        window = (Window(1, horizon),)
        demand = forecast_demand(data.panel[:, :origin], horizon, factors=factors, windows=window, rhythm=data.rhythm)
        yield origin, demand, factors is not None


def _factors(data: SeriesFile, origin: int, horizon: int) -> Any:
    """The regressors' factors as they were known at the origin; None without regressors that vary."""
    width = origin + horizon
    known = []
    for one in data.regressors:
        values = one.as_known_after(origin)[:, :width]
        known.append(np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=np.nan))
    return driver_factors(data.panel[:, :origin], known, data.rhythm)


def _would_have_won(data: SeriesFile, origin: int, horizon: int) -> bool:
    """Whether the regressors lower RMSSE at the origin one horizon before, which is over by then."""
    before = origin - horizon
    if before < 2 * horizon or (factors := _factors(data, before, horizon)) is None:
        return False
    history, actual = usable(data.panel[:, :before]), usable(data.panel[:, before:origin])
    without, with_them = (
        forecast_demand(history, horizon, factors=one, rhythm=data.rhythm, with_quantiles=False).mean
        for one in (None, factors)
    )
    plain, driven = (score_panel(history, actual, mean, data.rhythm).rmsse for mean in (without, with_them))
    return driven < plain


def _write(target: Any, data: SeriesFile, origin: int, demand: Demand, *, heading: bool) -> None:
    """One row per series and coming period, a few thousand series at a time."""
    import pandas as pd  # slow to import

    horizon = demand.mean.shape[1]
    days = data.periods[origin : origin + horizon].astype(str)
    for start in range(0, len(data.ids), SERIES_AT_ONCE):
        rows = slice(start, start + SERIES_AT_ONCE)
        ids = np.asarray(data.ids[rows], dtype=object)
        table = {
            "unique_id": np.repeat(ids, horizon),
            "cutoff": str(data.periods[origin - 1]),
            "ds": np.tile(days, len(ids)),
            "mean": demand.mean[rows].ravel(),
        }
        for name, level in WRITTEN.items():
            table[name] = demand.quantiles[rows, :, LEVELS.index(level)].ravel()
        frame = pd.DataFrame(table).round(6)
        frame.to_csv(target, index=False, header=heading and start == 0)


def _table(ours: PanelScore, naive: PanelScore) -> str:
    """Each score beside that of "same as last season" and their ratio."""
    rows = [("score", "forecast", "seasonal naive", "ratio")]
    for one in fields(PanelScore):
        mine, other = getattr(ours, one.name), getattr(naive, one.name)
        ratio = f"{mine / other:.3f}" if one.name != "bias" and other == other and other else ""
        rows.append((one.name, f"{mine:.4f}", f"{other:.4f}" if other == other else "", ratio))
    return "\n".join("  ".join(cell.rjust(14) for cell in row) for row in rows)
