"""When shops sell unlike other days every year: lunar and shopping festivals, and the days around them.

Lunar dates are those of the Chinese calendar (package lunardate, from the tables of the Hong Kong Observatory). The day
of Qingming is the formula of the solar terms for 1900 to 2099. Prime Day is set anew each year and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from lunardate import LunarDate


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> Callable[[int], date]:
    @cache
    def found(year: int) -> date:
        solar: date = LunarDate(year, month, day).to_solar_date()
        return solar

    return found


def _qingming(year: int) -> date:
    since = year % 100
    base = 4.81 if year >= 2000 else 5.59
    return date(year, 4, int(since * 0.2422 + base) - since // 4)


def _black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


@dataclass(frozen=True)
class Occasion:
    """A festival: `phases` are its days as offsets from the day itself, each (first, last), that move together."""

    key: str
    on: Callable[[int], date]
    phases: tuple[tuple[int, int], ...]

    def between(self, first: date, last: date) -> Iterator[date]:
        """Its days of which some phase touches the span from `first` to `last`."""
        before, after = self.phases[0][0], self.phases[-1][1]
        for year in range(first.year - 1, last.year + 2):
            day = self.on(year)
            if day + timedelta(days=before) <= last and day + timedelta(days=after) >= first:
                yield day


_GREAT = ((-10, -8), (-7, -4), (-3, -3), (-2, -2), (-1, -1), (0, 0), (1, 1), (2, 2), (3, 4), (5, 7))
_SALE = ((-4, -3), (-2, -2), (-1, -1), (0, 0), (1, 1), (2, 4))
_FEAST = ((-5, -2), (-1, 0), (1, 2))

OCCASIONS: Final[tuple[Occasion, ...]] = (
    Occasion("spring_festival", _lunar(1, 1), ((-24, -15), (-14, -8), (-7, -3), (-2, 2), (3, 6), (7, 11))),
    Occasion("lantern", _lunar(1, 15), ((-1, 0),)),
    Occasion("women_38", _fixed(3, 8), _SALE),
    Occasion("qingming", _qingming, _FEAST),
    Occasion("mid_year_618", _fixed(6, 18), _GREAT),
    Occasion("dragon_boat", _lunar(5, 5), _FEAST),
    Occasion("qixi", _lunar(7, 7), _FEAST),
    Occasion("mid_autumn", _lunar(8, 15), _FEAST),
    Occasion("double_ninth", _lunar(9, 9), _FEAST),
    Occasion("double_11", _fixed(11, 11), _GREAT),
    Occasion("black_friday", _black_friday, ((-1, -1), (0, 0), (1, 2), (3, 3), (4, 4))),
    Occasion("double_12", _fixed(12, 12), _SALE),
    Occasion("christmas", _fixed(12, 25), ((-14, -8), (-7, -3), (-2, -1), (0, 1), (2, 5))),
)
