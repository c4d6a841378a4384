"""Files of many series, `unique_id,ds,y` and further columns, as arrays; the command line's door to the engine.

Columns beyond the three are regressors: known ahead, like a planned price, unless `<name>_known_on` beside them gives
the date on which each value became known. What is wrong with a row is said with row, field and what was expected; the
row is left out and the others are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.rhythm import DAILY, MONTHLY, WEEKLY, Rhythm

Table = Any  # a DataFrame of pandas, which is slow to import
Column = Any  # one of its columns

KNOWN_ON = "_known_on"
ROWS_AT_ONCE = 500_000
SHOWN = 20  # problems of a file that are told in full
MOST_CELLS = 400_000_000  # of the panel: 3.2 GB
SPARSE = 0.1
Gaps = Literal["auto", "zero", "unknown"]


class UnreadableFile(Exception):
    """Nothing of the file can be used; the text says why."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with one row (the heading is row 1), and what was expected of the field."""

    row: int
    field: str
    expected: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.expected}"


@dataclass
class Problems:
    """The first problems in full, and how many there were."""

    first: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, rows: np.ndarray, field: str, expected: str) -> None:
        self.count += len(rows)
        room = max(0, SHOWN - len(self.first))
        self.first += [Problem(int(row), field, expected) for row in rows[:room]]


@dataclass(frozen=True)
class Regressor:
    """`values` is series x periods, NaN where not given; `known_on` the index of the period that each is known from.

    A value that was known all along has the index -1.
    """

    name: str
    values: Array
    known_on: np.ndarray

    def as_known_after(self, periods: int) -> Array:
        """The values as they were known when `periods` periods were over; NaN for all others."""
        return np.where(self.known_on < periods, self.values, np.nan)


@dataclass(frozen=True)
class SeriesFile:
    """`panel` is series x periods, NaN where unknown, series in the order of their first row.

    `periods` are the dates (datetime64[D]) on which they begin.
    """

    ids: Sequence[str]
    periods: np.ndarray
    panel: Array
    regressors: tuple[Regressor, ...]
    rhythm: Rhythm
    gaps: Gaps
    problems: Problems


@dataclass
class _Columns:
    """What has been read so far, a list entry for each piece of the file."""

    series: list[np.ndarray] = field(default_factory=list)
    days: list[np.ndarray] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    numbers: dict[str, list[np.ndarray]] = field(default_factory=dict)
    dates: dict[str, list[np.ndarray]] = field(default_factory=dict)


def read_series(path: Path, *, gaps: Gaps = "auto") -> SeriesFile:
    """Read a file (.csv or .csv.gz).

    `gaps` says what a period without a row is: nothing sold ("zero") or not known ("unknown"). "auto" takes it for
    nothing sold if the file never says 0 and leaves out more than a tenth of the periods, as a list of sales does. Of
    two rows of the same series and date the later one counts. Raises UnreadableFile if there is no usable row or
    columns are missing.
    """
    problems, columns, ids = Problems(), _Columns(), dict[str, int]()
    names: list[str] = []
    for number, piece in enumerate(_pieces(path)):
        if number == 0:
            names = _regressors(piece.columns)
        _take(piece, names, ids, columns, problems)
    series, days = (np.concatenate(parts) if parts else np.zeros(0, int) for parts in (columns.series, columns.days))
    if not len(series):
        raise UnreadableFile(f"no row of {path.name} can be used. " + "; ".join(map(str, problems.first[:3])))
    rhythm, periods, place = _calendar(days)
    if len(ids) * len(periods) > MOST_CELLS:
        raise UnreadableFile(f"{len(ids):,} series x {len(periods):,} periods are too many for one run")
    _report_duplicates(series, place, np.concatenate(columns.rows), len(periods), problems)

    def spread(values: np.ndarray, empty: Any) -> np.ndarray:
        table = np.full((len(ids), len(periods)), empty, dtype=np.asarray(values).dtype)
        table[series, place] = values
        return table

    amounts = np.concatenate(columns.numbers["y"])
    panel = spread(amounts, np.nan)
    absent = _within_absent(spread(np.ones(len(series), dtype=bool), False))
    if gaps == "auto":
        gaps = "zero" if absent.mean() > SPARSE and not (amounts == 0).any() else "unknown"
    if gaps == "zero":
        panel[absent] = 0.0
    regressors = []
    for name in names:
        known_on = np.full(len(series), -1)
        if name in columns.dates:
            dates = np.concatenate(columns.dates[name])
            known_on = np.where(dates < 0, -1, np.searchsorted(_number(periods), dates, side="left"))
        regressors.append(Regressor(name, spread(np.concatenate(columns.numbers[name]), np.nan), spread(known_on, -1)))
    return SeriesFile(tuple(ids), periods, panel, tuple(regressors), rhythm, gaps, problems)


def _pieces(path: Path) -> Iterator[Table]:
    import pandas as pd  # slow to import

    text = {"unique_id": "str", "ds": "str"}
    try:
        with pd.read_csv(
            path, dtype=text, chunksize=ROWS_AT_ONCE, encoding="utf-8-sig", keep_default_na=False, low_memory=False,
            compression="infer",
        ) as pieces:  # fmt: skip
            yield from pieces
    except (OSError, ValueError, EOFError) as error:  # pandas' ParserError and EmptyDataError are ValueErrors
        raise UnreadableFile(f"{path.name} cannot be read as CSV: {error}") from error


def _regressors(columns: Sequence[str]) -> list[str]:
    missing = [name for name in ("unique_id", "ds", "y") if name not in columns]
    if missing:
        raise UnreadableFile(f"the heading lacks {', '.join(missing)}; expected are unique_id, ds, y and regressors")
    extra = [name for name in columns if name not in ("unique_id", "ds", "y")]
    return [name for name in extra if not name.endswith(KNOWN_ON)]


def _take(piece: Table, names: list[str], ids: dict[str, int], columns: _Columns, problems: Problems) -> None:
    """Check a piece of the file and keep its good rows."""
    rows = np.asarray(piece.index) + 2
    days = _dates(piece["ds"])
    numbers, good = {}, np.ones(len(piece), dtype=bool)
    labels, unique = piece["unique_id"].factorize()
    nameless = np.array([not str(label).strip() for label in unique], dtype=bool)[labels]
    for wrong, name, expected in (
        (nameless, "unique_id", "a name"),
        (days < 0, "ds", "a date such as 2026-01-31"),
    ):
        problems.add(rows[wrong], name, expected)
        good &= ~wrong
    for name in ("y", *names):
        numbers[name], wrong = _numbers(piece[name])
        problems.add(rows[wrong], name, "a number, or nothing where it is not known")
        good &= ~wrong
    dates = {}
    for name in names:
        if (column := name + KNOWN_ON) in piece:
            dates[name] = _dates(piece[column])
            wrong = (dates[name] < 0) & (piece[column].astype("str").str.strip() != "").to_numpy()
            problems.add(rows[wrong], column, "the date on which the value became known, or nothing if always")
            good &= ~wrong
    codes = np.full(len(unique), -1, dtype=np.intp)
    for label in np.unique(labels[good]):
        codes[label] = ids.setdefault(str(unique[label]).strip(), len(ids))
    columns.series.append(codes[labels][good])
    columns.days.append(days[good])
    columns.rows.append(rows[good])
    for name, values in numbers.items():
        columns.numbers.setdefault(name, []).append(values[good])
    for name, values in dates.items():
        columns.dates.setdefault(name, []).append(values[good])


def _numbers(column: Column) -> tuple[Array, np.ndarray]:
    """The numbers of a column, NaN where empty, and which of its rows hold something else."""
    import pandas as pd  # slow to import

    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=float), np.zeros(len(column), dtype=bool)
    text = column.astype("str").str.strip()
    empty = text.str.lower().isin(["", "nan", "na", "null", "none"]).to_numpy()
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    return values, np.isnan(values) & ~empty


def _dates(column: Column) -> np.ndarray:
    """Days since 1970 of a column of dates, -1 where there is none; each text is read once."""
    import pandas as pd  # slow to import

    codes, unique = column.astype("str").factorize()
    parsed = pd.to_datetime(pd.Series(unique).str.strip(), format="ISO8601", errors="coerce", utc=True)
    days = _number(parsed.dt.tz_localize(None).to_numpy())
    return np.asarray(np.where(parsed.notna().to_numpy(), days, -1)[codes], dtype=np.int64)


def _number(dates: np.ndarray) -> np.ndarray:
    """Days since 1970."""
    return dates.astype("datetime64[D]").astype(np.int64)


def _calendar(days: np.ndarray) -> tuple[Rhythm, np.ndarray, np.ndarray]:
    """The spacing of the dates, every period from the first to the last, and the period of each row."""
    unique = np.unique(days)
    space = float(np.median(np.diff(unique))) if len(unique) > 1 else 1.0
    first, last = unique[[0, -1]].astype("datetime64[D]")
    if space < 5:
        rhythm, periods = DAILY, np.arange(first, last + 1)
    elif space < 15:
        rhythm, periods = WEEKLY, np.arange(first, last + 1, 7)
    elif space < 45:
        months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
        rhythm, periods = MONTHLY, months.astype("datetime64[D]")
    else:
        raise UnreadableFile(f"dates lie {space:.0f} days apart; expected are daily, weekly or monthly series")
    return rhythm, periods, np.searchsorted(_number(periods), days, side="right") - 1


def _report_duplicates(
    series: np.ndarray, place: np.ndarray, rows: np.ndarray, periods: int, problems: Problems
) -> None:
    cells = series * periods + place
    order = np.argsort(cells, kind="stable")
    repeated = np.flatnonzero(cells[order][1:] == cells[order][:-1])
    problems.add(np.sort(rows[order[repeated]]), "ds", "one row per series and period; a later one replaces this")


def _within_absent(given: np.ndarray) -> np.ndarray:
    """Absent periods after a series' first row, up to the end of the file."""
    started = np.maximum.accumulate(given, axis=1)
    return np.asarray(started & ~given)
