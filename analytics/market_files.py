"""Markets from a table of sales by period and player (CSV, plain or gzip), and their forecasts back into one.

A row that cannot be used is refused with its number, field and reason; the others are kept.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

import numpy as np

from analytics.engine.share.backtest import ShareForecast
from analytics.engine.share.panel import LARGEST, NoForecast, SharePanel, make_panel

REQUIRED = ("market", "period", "player", "units")
MEASURES = ("units", "value")
COLUMNS = ("market", "cutoff", "period", "player", "information", "share")
QUANTILE_COLUMNS = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
WEEK = re.compile(r"(\d{4})-?W(\d{1,2})")
MONTH = re.compile(r"(\d{4})-(\d{1,2})")


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; the message says why."""


@dataclass(frozen=True)
class BadRow:
    """A row that was refused; rows are counted as a spreadsheet does, the heading being row 1."""

    number: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"Row {self.number}, {self.field}: {self.reason}"


@dataclass
class MarketFile:
    """What a file holds: panels by market, in order of appearance, and what was refused."""

    panels: dict[str, SharePanel] = field(default_factory=dict)
    refused: dict[str, NoForecast] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    rows: int = 0


@dataclass(frozen=True)
class _Row:
    period: str
    moment: float
    player: str
    units: float
    drivers: dict[str, float]


def moment_of(period: str) -> tuple[str, float]:
    """What kind of period a text is, and a number that orders periods of one kind.

    Whole numbers, ISO weeks (2026-W05), months (2026-05) and dates (2026-05-31). Raises ValueError for anything else.
    """
    if re.fullmatch(r"[+-]?\d+(\.0+)?", period):
        return "number", float(period)
    if match := WEEK.fullmatch(period):
        return "week", float(date.fromisocalendar(int(match[1]), int(match[2]), 1).toordinal())
    if match := MONTH.fullmatch(period):
        return "month", float(date(int(match[1]), int(match[2]), 1).toordinal())
    return "date", float(date.fromisoformat(period[:10]).toordinal())


def _number(text: str | None, name: str) -> float:
    """The number in a cell, NaN if it is empty; ValueError with a reason otherwise."""
    text = (text or "").strip()
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number.") from None
    if math.isnan(value):
        return value
    if abs(value) > LARGEST:
        raise ValueError(f"{text} is larger than anything that can be sold.")
    if name in MEASURES and value < 0:
        raise ValueError(f"{text} is negative.")
    return value


class _Reader:
    """Rows sorted into markets; knows what it has seen, so that a second row of the same kind is refused."""

    def __init__(self, measure: str, heading: list[str]) -> None:
        missing = [name for name in REQUIRED if name not in heading and not (name == "units" and measure in heading)]
        if missing or measure not in heading:
            raise UnreadableFile(f"The file has no column {', '.join(missing) or measure}.")
        self.measure = measure
        self.drivers = [name for name in heading if name not in (*REQUIRED, *MEASURES) and name]
        self.kind = ""
        self.seen: set[tuple[str, float, str]] = set()
        self.markets: dict[str, list[_Row]] = {}

    def take(self, cells: dict[str, str | None]) -> tuple[str, str] | None:
        """Keep a row, or say in which field it is wrong and why."""
        market, period, player = ((cells.get(name) or "").strip() for name in ("market", "period", "player"))
        for name, text in (("market", market), ("player", player)):
            if not text:
                return name, "It is empty."
        try:
            kind, moment = moment_of(period)
        except ValueError:
            return "period", f"{period!r} is not a date, an ISO week, a month or a whole number."
        if self.kind and kind != self.kind:
            return "period", f"{period!r} is a {kind}, but the rows before have a {self.kind}."
        numbers = {}
        for name in (self.measure, *self.drivers):
            try:
                numbers[name] = _number(cells.get(name), name)
            except ValueError as wrong:
                return name, str(wrong)
        if (market, moment, player) in self.seen:
            return "player", f"There already is a row of {player} in {period}."
        self.kind = kind
        self.seen.add((market, moment, player))
        units = numbers.pop(self.measure)
        self.markets.setdefault(market, []).append(_Row(period, moment, player, units, numbers))
        return None


def read_markets(path: Path, measure: str = "units") -> MarketFile:
    """The markets of a file. Drivers are all columns beside market, period, player, units and value.

    Rows with no units are a plan: they say what is known of the drivers ahead. Raises `UnreadableFile`.
    """
    found = MarketFile()
    try:
        with _opened(path) as stream:
            table = csv.DictReader(stream)
            table.fieldnames = [(name or "").strip().lower() for name in table.fieldnames or []]
            reader = _Reader(measure, list(table.fieldnames))
            for number, cells in enumerate(table, start=2):
                found.rows += 1
                if wrong := reader.take(cells):
                    found.bad_rows.append(BadRow(number, *wrong))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error}.") from error
    for market, rows in reader.markets.items():
        try:
            found.panels[market] = _panel(rows, reader.drivers)
        except NoForecast as refusal:
            found.refused[market] = refusal
    return found


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _panel(rows: list[_Row], drivers: list[str]) -> SharePanel:
    labels = {row.moment: row.period for row in rows}
    moments = sorted(labels)
    players = list(dict.fromkeys(row.player for row in rows))
    place = {moment: at for at, moment in enumerate(moments)}
    column = {player: at for at, player in enumerate(players)}
    units = np.full((len(moments), len(players)), np.nan)
    layers = {name: np.full(units.shape, np.nan) for name in drivers}
    for row in rows:
        at = place[row.moment], column[row.player]
        units[at] = row.units
        for name, value in row.drivers.items():
            layers[name][at] = value
    return make_panel([labels[moment] for moment in moments], players, units, layers, np.array(moments))


def forecast_rows(market: str, panel: SharePanel, forecasts: Iterable[ShareForecast]) -> Iterator[tuple[str, ...]]:
    """One row per origin, step and player, in the order of COLUMNS and QUANTILE_COLUMNS."""
    for made in forecasts:
        cutoff = panel.periods[made.origin - 1]
        for step, point in enumerate(made.point):
            period = panel.periods[made.origin + step]
            for at, player in enumerate(panel.players):
                numbers = (f"{value:.9f}" for value in (point[at], *made.quantiles[step, at]))
                yield market, cutoff, period, player, made.information.value, *numbers


def write_forecasts(path: Path, rows: Iterable[tuple[str, ...]]) -> int:
    """Write the table with its heading; says how many rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow((*COLUMNS, *QUANTILE_COLUMNS))
        for row in rows:
            table.writerow(row)
            count += 1
    return count
