"""When shops sell unlike other days every year: lunar and shopping festivals, and the days around them.

Lunar dates are those of the Chinese calendar (package lunardate, from the tables of the Hong Kong Observatory). The day
of Qingming is the formula of the solar terms for 1900 to 2099. What has no rule (public holidays, Prime Day, a shop's
own events) is a `Dated` occasion: whoever asks names its days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import Final

from lunardate import LunarDate


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> Callable[[int], date]:
    return partial(_solar, month, day)


@cache
def _solar(month: int, day: int, year: int) -> date:
    """The day of the lunar date of that year."""
    found: date = LunarDate(year, month, day).to_solar_date()
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


@dataclass(frozen=True)
class Dated:
    """An occasion whose days are given: `days` are those it has in any year asked about, sorted."""

    key: str
    days: tuple[date, ...]
    phases: tuple[tuple[int, int], ...]

    def between(self, first: date, last: date) -> Iterator[date]:
        """Its days of which some phase touches the span from `first` to `last`."""
        before, after = timedelta(days=self.phases[0][0]), timedelta(days=self.phases[-1][1])
        yield from (day for day in self.days if day + before <= last and day + after >= first)


Special = Occasion | Dated


def own_phase(occasion: Special) -> int:
    """Which of its phases holds the day itself."""
    return next(index for index, (first, last) in enumerate(occasion.phases) if first <= 0 <= last)


def own_phases(lead: int, days: int, after: int) -> tuple[tuple[int, int], ...]:
    """The phases of something that lasts `days` days, with days of lead-up and of after-effect."""
    phases = [(-lead, -1)] if lead else []
    phases.append((0, days - 1))
    return (*phases, *([(days, days + after - 1)] if after else []))


_GREAT = ((-10, -8), (-7, -4), (-3, -3), (-2, -2), (-1, -1), (0, 0), (1, 1), (2, 2), (3, 4), (5, 7))
_SALE = ((-4, -3), (-2, -2), (-1, -1), (0, 0), (1, 1), (2, 4))
_FEAST = ((-5, -2), (-1, 0), (1, 2))
_SPRING = _lunar(1, 1)


def _nianhuo(year: int) -> date:
    """The shopping for Spring Festival begins about four weeks before it and is at its height in the middle of them."""
    return _SPRING(year) - timedelta(days=15)


def _cyber_monday(year: int) -> date:
    return _black_friday(year) + timedelta(days=3)


OCCASIONS: Final[tuple[Occasion, ...]] = (
    Occasion("nianhuo", _nianhuo, ((-9, 0), (1, 7))),
    Occasion("spring_festival", _SPRING, ((-7, -3), (-2, 2), (3, 6), (7, 11))),
    Occasion("lantern", _lunar(1, 15), ((-1, 0),)),
    Occasion("women_38", _fixed(3, 8), _SALE),
    Occasion("qingming", _qingming, _FEAST),
    Occasion("mid_year_618", _fixed(6, 18), _GREAT),
    Occasion("dragon_boat", _lunar(5, 5), _FEAST),
    Occasion("qixi", _lunar(7, 7), _FEAST),
    Occasion("mid_autumn", _lunar(8, 15), _FEAST),
    Occasion("double_ninth", _lunar(9, 9), _FEAST),
    Occasion("double_11", _fixed(11, 11), _GREAT),
    Occasion("black_friday", _black_friday, ((-1, -1), (0, 0), (1, 2))),
    Occasion("cyber_monday", _cyber_monday, ((0, 0), (1, 1))),
    Occasion("double_12", _fixed(12, 12), _SALE),
    Occasion("christmas", _fixed(12, 25), ((-14, -8), (-7, -3), (-2, -1), (0, 1), (2, 5))),
)
