"""How demand moves: the week, the year, the festivals with their lead-up and after-effect, and each shop's story."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from lunardate import LunarDate
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WEEK = np.array([0.95, 0.92, 0.93, 0.97, 1.05, 1.12, 1.06])

# Around the day itself (offset in days -> factor): a rise before, a peak, a hole after.
DOUBLE_11 = {-10: 0.9, -9: 0.88, -8: 0.86, -7: 0.84, -6: 0.82, -5: 0.8, -4: 0.82, -3: 1.2, -2: 1.6, -1: 2.2, 0: 4.2}
DOUBLE_11 |= {1: 1.7, 2: 1.0, 3: 0.75, 4: 0.7, 5: 0.72, 6: 0.78, 7: 0.85}
MID_YEAR = {-4: 0.88, -3: 0.9, -2: 1.3, -1: 1.7, 0: 3.0, 1: 1.4, 2: 0.85, 3: 0.8, 4: 0.85}
DOUBLE_12 = {-2: 1.1, -1: 1.3, 0: 2.1, 1: 1.1, 2: 0.88}
BLACK_FRIDAY = {-1: 1.1, 0: 1.5, 1: 1.3, 2: 1.2, 3: 1.25, 4: 0.95}


def spring_festival(year: int) -> date:
    """The first day of the lunar year."""
    first: date = LunarDate(year, 1, 1).to_solar_date()
    return first


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def festivals(days: list[date]) -> Floats:
    """The factor of the festivals on each day."""
    factor = np.ones(len(days))
    at = {day: position for position, day in enumerate(days)}

    def bend(day: date, shape: dict[int, float]) -> None:
        for offset, value in shape.items():
            position = at.get(day + timedelta(days=offset))
            if position is not None:
                factor[position] *= value

    for year in range(days[0].year, days[-1].year + 2):
        bend(date(year, 11, 11), DOUBLE_11)
        bend(date(year, 6, 18), MID_YEAR)
        bend(date(year, 12, 12), DOUBLE_12)
        bend(black_friday(year), BLACK_FRIDAY)
        new_year = spring_festival(year)
        bend(new_year, dict.fromkeys(range(-20, -7), 1.35))
        bend(new_year, dict.fromkeys(range(-7, -2), 0.75))
        bend(new_year, dict.fromkeys(range(-2, 7), 0.4))
        bend(new_year, dict.fromkeys(range(7, 12), 0.8))
    return factor


def yearly(days: list[date], category: str) -> Floats:
    """A slow wave over the year: tea sells in autumn, sunscreen in summer, storage in spring."""
    peak = {"teaware": 300, "kitchen-storage": 90, "headphones": 245, "skin-care": 180}[category]
    position = np.array([day.timetuple().tm_yday for day in days])
    return np.asarray(1 + 0.14 * np.cos(2 * np.pi * (position - peak) / 365.25))


def story(days: list[date], story_name: str, growth: float) -> Floats:
    """The trend of a shop; a crisis takes three fifths of the sales away over the last five weeks."""
    years = np.arange(len(days)) / 365.25
    factor = growth**years
    if story_name == "crisis":
        weeks_ago = (len(days) - 1 - np.arange(len(days))) / 7
        factor = factor * np.where(weeks_ago < 5, 1 - 0.6 * np.clip((5 - weeks_ago) / 2.5, 0, 1), 1.0)
    return np.asarray(factor)


def demand(days: list[date], *, category: str, story_name: str, growth: float) -> Floats:
    """Expected demand of a shop relative to its start, one value a day."""
    week = WEEK[[day.weekday() for day in days]]
    return np.asarray(week * yearly(days, category) * festivals(days) * story(days, story_name, growth))
