"""How the address of a shop is made, and on which days it is closed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

SHORTEST, LONGEST = 3, 60
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slug_from(name: str) -> str:
    """An address from a name: lower case letters, digits and hyphens; "" where the name has none (陆羽茶具)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return slug if len(slug) >= SHORTEST else ""


def is_slug(text: str) -> bool:
    return SHORTEST <= len(text) <= LONGEST and bool(SLUG.fullmatch(text))


EVERY_DAY = "1234567"
MOST_CLOSINGS, LONGEST_CLOSING = 100, 366
_CLOSING = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:-|–|—|~|～|至|到|to|\.\.)\s*(\d{4}-\d{1,2}-\d{1,2}))?")


@dataclass(frozen=True)
class ClosedDays:
    """The days a shop is closed on beside its weekdays: spans of its own, and its country's public holidays ("")."""

    spans: tuple[tuple[date, date], ...] = ()
    country: str = ""

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return any(first <= day <= last for first, last in self.spans) or day in public_holidays(self.country, day.year)


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (two letters) by the package `holidays`; none where it knows no such country."""
    import holidays

    if not country or country not in holidays.list_supported_countries():
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))


class BadClosing(ValueError):
    """A line of closed days cannot be read; `line` is its text."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def read_closings(text: str) -> list[list[str]]:
    """Closed days as people type them, one span a line: "2027-02-08" or "2027-02-08 to 2027-02-14".

    Returns [first, last] as ISO dates, sorted, each once. Raises BadClosing for a line that is no date, ends before it
    begins or is longer than a year, and for the line after the hundredth.
    """
    spans: set[tuple[date, date]] = set()
    for line in filter(None, (line.strip() for line in text.splitlines())):
        found = _CLOSING.fullmatch(line)
        try:
            first = _day(found[1]) if found else None
            last = _day(found[2]) if found and found[2] else first
        except ValueError:
            raise BadClosing(line) from None
        if first is None or last is None or not timedelta(0) <= last - first < timedelta(days=LONGEST_CLOSING):
            raise BadClosing(line)
        spans.add((first, last))
        if len(spans) > MOST_CLOSINGS:
            raise BadClosing(line)
    return [[first.isoformat(), last.isoformat()] for first, last in sorted(spans)]


def _day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    return date(year, month, day)


def write_closings(closings: Iterable[tuple[str, str] | list[str]], between: str) -> str:
    """The closed days as text, one span a line, with the word `between` two dates."""
    return "\n".join(first if first == last else f"{first} {between} {last}" for first, last in closings)
