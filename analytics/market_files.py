"""Markets from a table of sales by period and player (CSV, plain or gzip), and their forecasts back into one.

Columns may stand in any order, between commas, semicolons or tabs. A row that cannot be used is refused with its
number, field and reason; the others are kept. A column of words is no driver and is left out.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from analytics.engine.share.backtest import ShareForecast
from analytics.engine.share.panel import LARGEST, NoForecast, SharePanel, make_panel

REQUIRED = ("market", "period", "player", "units")
MEASURES = ("units", "value")
COLUMNS = ("market", "cutoff", "period", "player", "information", "share")
QUANTILE_COLUMNS = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
ENCODINGS = ("utf-8-sig", "gb18030")
MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "."}
FLAGS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
AROUND = re.compile(r"^[^\d.,+-]+|[\s$€£¥]+$")
"""What may stand around a number: a currency before or after it."""
WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)
MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})([T ].*)?")
DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


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
    """What a file holds: panels by market, in order of appearance, what was refused, and columns left out."""

    panels: dict[str, SharePanel] = field(default_factory=dict)
    refused: dict[str, NoForecast] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
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

    Whole numbers, ISO weeks (2026-W05), quarters (2026-Q1), months (2026-05) and dates (2026-05-31, 2026/5/31 or
    31.5.2026, with or without a time). Raises ValueError for anything else, 05/31/2026 among it: whether the day or
    the month comes first is not told.
    """
    if re.fullmatch(r"[+-]?\d+(\.0+)?", period):
        return "number", float(period)
    if match := WEEK.fullmatch(period):
        return "week", float(date.fromisocalendar(int(match[1]), int(match[2]), 1).toordinal())
    if match := QUARTER.fullmatch(period):
        return "quarter", float(date(int(match[1]), 3 * int(match[2]) - 2, 1).toordinal())
    if match := DAY.fullmatch(period):
        return "date", float(date(int(match[1]), int(match[2]), int(match[3])).toordinal())
    if match := DAY_FIRST.fullmatch(period):
        return "date", float(date(int(match[3]), int(match[2]), int(match[1])).toordinal())
    if match := MONTH.fullmatch(period):
        return "month", float(date(int(match[1]), int(match[2]), 1).toordinal())
    raise ValueError(f"{period!r} is not a period.")


def _number(text: str | None, name: str, *, is_comma: bool = False) -> float:
    """The number in a cell, NaN if there is none; ValueError with a reason otherwise.

    12.5% is 0.125, yes is 1, and a currency may stand around it. `is_comma`: fractions stand behind a comma, as they do
    where semicolons part the columns.
    """
    text = (text or "").strip()
    if text.lower() in MISSING:
        return math.nan
    if text.lower() in FLAGS:
        return FLAGS[text.lower()]
    plain = AROUND.sub("", text.removesuffix("%"))
    if is_comma and "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    elif THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        value = float(plain) / (100.0 if text.endswith("%") else 1.0)
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

    def __init__(self, measure: str, heading: list[str], *, is_comma: bool = False) -> None:
        missing = [name for name in REQUIRED if name not in heading and not (name == "units" and measure in heading)]
        if missing or measure not in heading:
            raise UnreadableFile(f"The file has no column {', '.join(missing) or measure}.")
        self.measure, self.is_comma = measure, is_comma
        self.drivers = [name for name in heading if name not in (*REQUIRED, *MEASURES) and name]
        self.kind = ""
        self.seen: set[tuple[str, float, str]] = set()
        self.markets: dict[str, list[_Row]] = {}

    def leave_words_out(self, rows: Iterable[dict[str, str | None]]) -> list[str]:
        """Take no column for a driver in which most of what stands there is no number; says which."""
        filled, wrong = dict.fromkeys(self.drivers, 0), dict.fromkeys(self.drivers, 0)
        for cells in rows:
            for name in self.drivers:
                if (cells.get(name) or "").strip():
                    filled[name] += 1
                    try:
                        _number(cells.get(name), name, is_comma=self.is_comma)
                    except ValueError:
                        wrong[name] += 1
        words = [name for name in self.drivers if 2 * wrong[name] > filled[name]]
        self.drivers = [name for name in self.drivers if name not in words]
        return words

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
                numbers[name] = _number(cells.get(name), name, is_comma=self.is_comma)
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
        text = _text(path)
        heading = text.lstrip().partition("\n")[0]
        delimiter = max(",;\t", key=heading.count)
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        table.fieldnames = [(name or "").strip().lower() for name in table.fieldnames or []]
        reader = _Reader(measure, list(table.fieldnames), is_comma=delimiter == ";")
        lines = list(table)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error}.") from error
    found.left_out = reader.leave_words_out(lines)
    found.rows = len(lines)
    for number, cells in enumerate(lines, start=2):
        if wrong := reader.take(cells):
            found.bad_rows.append(BadRow(number, *wrong))
    for market, rows in reader.markets.items():
        try:
            found.panels[market] = _panel(rows, reader.drivers)
        except NoForecast as refusal:
            found.refused[market] = refusal
    return found


def _text(path: Path) -> str:
    """A file's text, in UTF-8 or as Chinese spreadsheets write it."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    for encoding in ENCODINGS[:-1]:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    return data.decode(ENCODINGS[-1])


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
