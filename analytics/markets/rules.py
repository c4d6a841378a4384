"""What a merchant may see of a market, and what is odd in its data: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

PEERS: Final = 5
"""A figure is shown only if at least so many others stand behind it."""
LARGEST_PART: Final = 0.60
"""... and none of them makes up more of it."""
RECENT: Final = 4
"""Weeks that the standing of today is measured over."""
LEAST_WEEKS: Final = 4
JUMP: Final = 6.0
UNIT_FACTORS: Final = (10.0, 12.0, 100.0, 1000.0)
UNIT_SLACK: Final = 0.15
BEFORE: Final = 8
STILL_COMING: Final = 4
"""Weeks without any sale in the market after which its data count as ended."""
THIN: Final = 0.25


@dataclass(frozen=True)
class View:
    """What one player may see: which players stand together under which name.

    `groups` maps "own", "rival" (the largest one, unnamed) and "others" to players; a player is in one at most.
    `withheld` is "" or why nothing but the refusal is shown: "alone", "few_peers", "one_dominates", "not_selling".
    """

    groups: Mapping[str, tuple[int, ...]]
    withheld: str = ""

    @property
    def peers(self) -> int:
        return sum(len(players) for name, players in self.groups.items() if name != "own")


def view_of(own: int, recent: Mapping[int, float]) -> View:
    """The view of player `own` from what each player sold of late.

    Own share and total together tell the others' sum, so where the others are fewer than PEERS, or one of them is
    more than LARGEST_PART of them, the share itself is withheld. The largest rival stands apart only if those left
    still pass: else its figure would give theirs away. Players from outside count like any other: no shop is ever shown
    their figures, nor may it enter any.
    """
    others = {player: amount for player, amount in recent.items() if player != own and amount > 0}
    if recent.get(own, 0) <= 0:
        return View({}, "not_selling")
    if not others:
        return View({}, "alone")
    if len(others) < PEERS:
        return View({}, "few_peers")
    if _dominated(others):
        return View({}, "one_dominates")
    largest = max(others, key=lambda player: (others[player], -player))
    rest = {player: amount for player, amount in others.items() if player != largest}
    if len(rest) >= PEERS and not _dominated(rest):
        return View({"own": (own,), "rival": (largest,), "others": tuple(sorted(rest))})
    return View({"own": (own,), "others": tuple(sorted(others))})


def _dominated(amounts: Mapping[int, float]) -> bool:
    return max(amounts.values()) > LARGEST_PART * sum(amounts.values())


def monday(day: date) -> date:
    """The first day of the week that `day` is in."""
    return day - timedelta(days=day.weekday())


def last_whole_week(today: date) -> date:
    """The Monday of the last week that is over."""
    return monday(today) - timedelta(days=7)


def last_week_of_data(totals: Mapping[date, float], today: date) -> date | None:
    """The last week that a market is counted in, from what it sold by Monday; None where nothing is over yet.

    That is the last whole week. Where data have ended before (a shop's history that was imported, years ago), it is the
    last week they reach, without the ones in which they run out: less than THIN of the weeks before.
    """
    weeks = sorted(week for week, sold in totals.items() if sold > 0 and week <= last_whole_week(today))
    if not weeks or (last_whole_week(today) - weeks[-1]).days <= 7 * STILL_COMING:
        return last_whole_week(today) if weeks else None
    while len(weeks) > 2 * BEFORE and totals[weeks[-1]] < THIN * _middle(
        [totals[week] for week in weeks[-BEFORE - 1 : -1]]
    ):
        weeks.pop()
    return weeks[-1]


def is_stale(last: date | None, today: date) -> bool:
    """Whether the newest week counted is so old that a forecast from it looks at the past."""
    return last is not None and (last_whole_week(today) - last).days > 7 * STILL_COMING


def oddities(weeks: Sequence[date], amounts: Sequence[float | None], *, is_outside: bool) -> list[dict[str, Any]]:
    """What is odd in one player's weeks: unknown ones between known ones, jumps, and changes of unit.

    A change of unit is a jump to about ten, twelve, a hundred or a thousand times (or a part of that) that stays.
    """
    found: list[dict[str, Any]] = []
    known = [place for place, amount in enumerate(amounts) if amount is not None]
    if not known:
        return found
    missing = [weeks[at] for at in range(known[0], known[-1]) if amounts[at] is None]
    if missing and is_outside:
        found.append({"code": "gap", "week": missing[0].isoformat(), "count": len(missing)})
    place = known[0] + BEFORE
    while place <= known[-1]:
        before = _middle(amounts[place - BEFORE : place])
        after = _middle(amounts[place : place + BEFORE])
        now = amounts[place]
        if now and before and after:
            factor = now / before
            lasting = after / before
            if _is_unit(lasting) and _is_unit(factor):
                found.append({"code": "unit_change", "week": weeks[place].isoformat(), "factor": round(lasting, 3)})
                place += BEFORE
                continue
            if factor > JUMP:
                found.append({"code": "jump", "week": weeks[place].isoformat(), "factor": round(factor, 1)})
        place += 1
    return found


def _middle(amounts: Sequence[float | None]) -> float:
    known = sorted(amount for amount in amounts if amount is not None)
    return known[len(known) // 2] if known else 0.0


def _is_unit(factor: float) -> bool:
    either = max(factor, 1 / factor) if factor > 0 else 0.0
    return any(abs(either / unit - 1) <= UNIT_SLACK for unit in UNIT_FACTORS)


@dataclass(frozen=True)
class Verdict:
    """One scored week: the 80 % range that was given, and what came; in shares. A replay was made afterwards."""

    week: date
    low: float
    middle: float
    high: float
    actual: float
    naive: float
    is_replay: bool = False

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high


@dataclass(frozen=True)
class Record:
    """The track record of one player's share at one distance, oldest week first."""

    weeks: Sequence[Verdict]

    @property
    def replayed(self) -> int:
        return sum(week.is_replay for week in self.weeks)

    @property
    def inside(self) -> int:
        return sum(week.inside for week in self.weeks)

    @property
    def miss(self) -> float:
        """The mean absolute error, in shares."""
        return sum(abs(week.middle - week.actual) for week in self.weeks) / max(1, len(self.weeks))

    @property
    def naive_miss(self) -> float:
        return sum(abs(week.naive - week.actual) for week in self.weeks) / max(1, len(self.weeks))

    @property
    def skill(self) -> float | None:
        """By what part it was nearer than "the share stays as it is"; None with too little to tell."""
        if len(self.weeks) < LEAST_WEEKS or self.naive_miss <= 0:
            return None
        return 1 - self.miss / self.naive_miss

    @property
    def lean(self) -> float:
        """The mean error with its sign: above zero where forecasts were too high."""
        return sum(week.middle - week.actual for week in self.weeks) / max(1, len(self.weeks))
