"""Tables of values and of events as CSV: good rows are kept, the others come back with the reason of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from core.errors import Refused
from core.texts import decoded

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_CELL = 500
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y")

T = TypeVar("T")


@dataclass
class ReadRows(Generic[T]):
    """What a file gave: values of good rows, and [row number, cells, reason] of the others. The heading is row 1."""

    header: list[str]
    good: list[tuple[int, T]] = field(default_factory=list)
    bad: list[list[Any]] = field(default_factory=list)


def read_rows(
    content: bytes, needed: tuple[str, ...], read: Callable[[dict[str, str]], T], same: Callable[[T], Any]
) -> ReadRows[T]:
    """Read a CSV with a heading. `read` makes a value of a row's cells by lower-case column name, or refuses.

    Of two rows that are the `same` the later one counts, and the earlier one is told. Refuses what is no such table.
    """
    lines = _lines(content)
    header = [name.strip().lower() for name in next(lines, [])]
    missing = [name for name in needed if name not in header]
    if missing:
        words = {"columns": ", ".join(missing), "wanted": ", ".join(needed)}
        sentence = _("The file has no column %(columns)s. Its first row must name the columns: %(wanted)s.") % words
        raise Refused("no_column", sentence, file=sentence)
    found: ReadRows[T] = ReadRows(header)
    at: dict[Any, int] = {}
    rows: list[tuple[int, list[str], T]] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if number > MOST_ROWS + 1:
            sentence = _("The file has more than %(most)s rows. Split it.") % {"most": f"{MOST_ROWS:,}"}
            raise Refused("too_many_rows", sentence, file=sentence)
        cells = [cell[:LONGEST_CELL] for cell in cells]
        try:
            value = read({name: cell.strip() for name, cell in zip(header, cells, strict=False)})
        except Refused as refusal:
            found.bad.append([number, cells, refusal.message])
            continue
        key = same(value)
        if key in at:
            earlier = rows[at[key]]
            found.bad.append(
                [earlier[0], earlier[1], _("Row %(row)s says it again; that one counts.") % {"row": number}]
            )
        at[key] = len(rows)
        rows.append((number, cells, value))
    kept = set(at.values())
    found.good = [(number, value) for place, (number, _cells, value) in enumerate(rows) if place in kept]
    found.bad.sort(key=lambda row: row[0])
    return found


def _lines(content: bytes) -> Iterator[list[str]]:
    if len(content) > MOST_BYTES:
        sentence = _("The file is larger than 2 MB. Split it.")
        raise Refused("file_too_large", sentence, file=sentence)
    text = decoded(content)
    if text is None or not text.strip():
        sentence = _("This is not a table in text form. Save it as CSV and upload it again.")
        raise Refused("not_csv", sentence, file=sentence)
    head = text.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        sentence = _("This is not a table in text form. Save it as CSV and upload it again.")
        raise Refused("not_csv", sentence, file=sentence) from None


def day_of(text: str, column: str) -> date:
    """A day as spreadsheets write it, the year first or with dots."""
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise Refused("bad_day", _("“%(text)s” in column %(column)s is not a day such as 2026-11-30.") % {
        "text": text[:40], "column": column
    })  # fmt: skip


def number_of(text: str, column: str) -> float:
    """A number with a dot, or with a comma for it, or with commas between thousands."""
    plain = text.replace(" ", "").replace("\u00a0", "").lstrip("¥$€£")
    if plain.count(",") == 1 and "." not in plain and len(plain.rpartition(",")[2]) != 3:
        plain = plain.replace(",", ".")
    try:
        return float(plain.replace(",", ""))
    except ValueError:
        words = {"text": text[:40], "column": column}
        raise Refused("bad_number", _("“%(text)s” in column %(column)s is not a number.") % words) from None
