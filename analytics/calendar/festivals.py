"""Which festivals and public holidays there are for a shop, and on which days.

Public holidays come from the package `holidays`, by country. Prime Day has no rule: its days are those that Amazon
announced (aboutamazon.com, press releases of each year, first day of the event in the United States); a coming one is
known once it is entered as an own event of that name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from analytics.engine.occasions import OCCASIONS, Dated, Special, own_phases

PRIME_DAYS: Final = (
    date(2015, 7, 15), date(2016, 7, 12), date(2017, 7, 11), date(2018, 7, 16), date(2019, 7, 15), date(2020, 10, 13),
    date(2021, 6, 21), date(2022, 7, 12), date(2023, 7, 11), date(2024, 7, 16), date(2025, 7, 8),
)  # fmt: skip
PRIME_DAY: Final = "prime_day"
PRIME_PHASES: Final = own_phases(3, 2, 3)

EVERYWHERE: Final = frozenset({"black_friday", "cyber_monday", "christmas"})
CHINESE: Final = frozenset(one.key for one in OCCASIONS) - EVERYWHERE
ELEVENS: Final = frozenset({"double_11", "double_12"})
NEW_YEAR: Final = frozenset({"nianhuo", "spring_festival", "mid_autumn"})
SUGGESTED: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("CN", "HK", "MO", "TW"), CHINESE | EVERYWHERE),
    **dict.fromkeys(("SG", "MY", "VN"), NEW_YEAR | ELEVENS | EVERYWHERE),
    **dict.fromkeys(("TH", "ID", "PH"), ELEVENS | EVERYWHERE),
}
# where Amazon holds it
PRIME_COUNTRIES: Final = frozenset(
    {
        "US", "CA", "GB", "IE", "DE", "FR", "IT", "ES", "PT", "NL", "BE", "AT", "PL", "SE", "TR", "JP", "IN", "AU",
        "BR", "MX", "SG", "AE", "SA",
    }
)  # fmt: skip
COVERED: Final = 2  # days between a public holiday and a festival that is the same or spoken for
HOLIDAY_LEAD, HOLIDAY_AFTER, LONGEST_HOLIDAY = 2, 2, 8
LONGEST_KEY: Final = 60
NAMED_YEARS: Final = (2024, 2028)  # names do not depend on the year, and these stay in memory
_ASIDE = re.compile(r"\s*\((?:observed|estimated|observed, estimated)\)$", re.IGNORECASE)
_NO_NAME = re.compile(r"^(?:Day off|Substitute|Additional)", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """A festival or holiday that a shop can follow; `suggested` by its country. `names` by language, for holidays."""

    occasion: Special
    suggested: bool
    names: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return self.occasion.key

    @property
    def is_holiday(self) -> bool:
        return self.key.startswith("holiday:")


def known_occasions(country: str, first: date, last: date) -> list[Known]:
    """All that a shop of the country can follow, festivals first; holidays with their days round the span."""
    suggested = SUGGESTED.get(country, EVERYWHERE)
    found = [Known(one, one.key in suggested) for one in OCCASIONS]
    found.append(Known(Dated(PRIME_DAY, PRIME_DAYS, PRIME_PHASES), country in PRIME_COUNTRIES))
    return [*found, *_holidays(country, first.year - 1, last.year + 1)]


@lru_cache(maxsize=64)
def _holidays(country: str, first_year: int, last_year: int) -> tuple[Known, ...]:
    """The public holidays of a country that come every year and that no festival of its list speaks for."""
    import holidays

    years = range(first_year, last_year + 1)
    try:
        english = holidays.country_holidays(country, years=years, language="en_US")
        chinese = holidays.country_holidays(country, years=years, language="zh_CN")
    except NotImplementedError:
        return ()
    spoken_for = _festival_days(SUGGESTED.get(country, EVERYWHERE), first_year, last_year)
    starts: dict[str, list[date]] = {}
    lengths: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for day in sorted(english):
        name = _ASIDE.sub("", english[day].split("; ")[0])
        if _NO_NAME.match(name) or name != english[day].split("; ")[0]:
            continue
        known = starts.setdefault(name, [])
        if known and (day - known[-1]).days < LONGEST_HOLIDAY:
            continue
        length = 1
        while day + timedelta(days=length) in english and length < LONGEST_HOLIDAY:
            length += 1
        known.append(day)
        lengths.setdefault(name, []).append(length)
        names[name] = chinese[day].split("; ")[0] if day in chinese else name
    made: list[tuple[date, Known]] = []
    for name, known in starts.items():
        if 2 * len({day.year for day in known}) < len(years):
            continue  # held once, such as an election
        if all(any(abs((day - other).days) <= COVERED for other in spoken_for) for day in known):
            continue
        length = sorted(lengths[name])[len(known) // 2]
        phases = own_phases(HOLIDAY_LEAD, length, HOLIDAY_AFTER)
        occasion = Dated(f"holiday:{country}:{name}"[:LONGEST_KEY], tuple(known), phases)
        made.append((known[-1].replace(year=2000), Known(occasion, True, (("en", name), ("zh", names[name])))))
    return tuple(one for _day, one in sorted(made, key=lambda pair: pair[0]))


def _festival_days(keys: frozenset[str], first_year: int, last_year: int) -> list[date]:
    span = date(first_year, 1, 1), date(last_year, 12, 31)
    return [day for one in OCCASIONS if one.key in keys for day in one.between(*span)]


def holiday_name(key: str, language: str) -> str:
    """A public holiday by its key, in "en" or "zh"; in English where its country has no Chinese name."""
    country = key.split(":")[1] if key.count(":") >= 2 else ""
    found = next((one for one in _holidays(country, *NAMED_YEARS) if one.key == key), None)
    return dict(found.names)[language] if found is not None else key.rpartition(":")[2]
