"""A file of what was seen of outside competitors: rows that can be taken over, and why others cannot."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from analytics.markets.rules import monday

NEEDED = ("competitor", "week", "units")
NUMBERS = ("units", "value", "price", "promotion")
MOST_ROWS = 20_000
LARGEST = 999_999_999


@dataclass(frozen=True)
class Seen:
    """One competitor's week."""

    name: str
    week: date
    units: float
    value: Decimal | None = None
    price: Decimal | None = None
    promotion: float | None = None

    @property
    def figures(self) -> tuple[float | None, ...]:
        """What makes two observations of a week the same."""
        return (
            self.units,
            None if self.value is None else float(self.value),
            None if self.price is None else float(self.price),
            self.promotion,
        )


@dataclass(frozen=True)
class Bad:
    """A row that cannot be taken over, as it stood in the file, and the reason."""

    line: int
    cells: Sequence[str]
    reason: str


@dataclass(frozen=True)
class Sheet:
    good: Sequence[Seen]
    bad: Sequence[Bad]


def read_file(text: str, last_week: date) -> Sheet:
    """The rows of a CSV text with the columns competitor, week, units and, where known, value, price and promotion.

    `last_week` is the newest week that is over. Of a competitor's week that is in the file twice the first row counts.
    """
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    if not rows:
        return Sheet([], [Bad(1, [], _("The file is empty."))])
    head = [cell.strip().lower() for cell in rows[0]]
    if missing := [name for name in NEEDED if name not in head]:
        return Sheet([], [Bad(1, rows[0], _("The column “%(name)s” is missing.") % {"name": missing[0]})])
    good: list[Seen] = []
    bad: list[Bad] = []
    met: set[tuple[str, date]] = set()
    for line, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if line > MOST_ROWS + 1:
            bad.append(Bad(line, cells, _("The file has more than %(most)s rows.") % {"most": MOST_ROWS}))
            break
        found = _row(dict(zip(head, cells, strict=False)), last_week)
        if isinstance(found, str):
            bad.append(Bad(line, cells, found))
        elif (found.name.casefold(), found.week) in met:
            bad.append(Bad(line, cells, _("This week of this competitor is in the file twice; the first row counts.")))
        else:
            met.add((found.name.casefold(), found.week))
            good.append(found)
    return Sheet(good, bad)


def _row(cells: dict[str, str], last_week: date) -> Seen | str:
    name = cells.get("competitor", "").strip()
    if not name or len(name) > 120 or not name.isprintable():
        return _("The competitor needs a name of at most 120 letters.")
    try:
        week = date.fromisoformat(cells.get("week", "").strip())
    except ValueError:
        return _("The week must be a date like 2026-11-16.")
    if week != monday(week):
        return _("The week must begin on Monday.")
    if week > last_week:
        return _("This week is not over yet.")
    numbers: dict[str, float | None] = {}
    for column in NUMBERS:
        cell = cells.get(column, "").strip()
        try:
            numbers[column] = float(cell) if cell else None
        except ValueError:
            return _("“%(cell)s” is not a number.") % {"cell": cell[:40]}
        value = numbers[column]
        if value is not None and not (math.isfinite(value) and 0 <= value <= LARGEST):
            return _("%(column)s must be between 0 and %(most)s.") % {"column": column, "most": LARGEST}
    units, promotion = numbers["units"], numbers["promotion"]
    if units is None:
        return _("Units are missing.")
    if promotion is not None and promotion > 1:
        return _("The part on promotion must be between 0 and 1.")
    if numbers["price"] == 0:
        return _("A price must be above zero.")
    money = [
        None if numbers[name] is None else Decimal(str(round(numbers[name] or 0, 2))) for name in ("value", "price")
    ]
    return Seen(name, week, units, money[0], money[1], promotion)
