"""The service level: what a shop promises, how it was kept, and the level reorder points are made at to keep it.

A promise is the share of weeks in which nobody is turned away (DemandTerms.level and those of classes by value). Each
week that is over moves the level that points are made at (engine.service); analytics.demand.kept writes the weeks down.
A changed promise begins anew: only weeks under the level promised now count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.demand.models import DemandTerms, ServiceWeek
from analytics.demand.rules import CLASSES, SERVICE_WEEKS
from analytics.engine.lead_times import CHECKED
from analytics.engine.service import FEWEST, LOWEST, aim_of, confirmable, score_of, share_range

NEAR = 0.0005  # levels that differ by less are shown alike


def newest_weeks() -> dict[str, ServiceWeek]:
    """The newest week recorded of each class: one query."""
    return {row.abc: row for row in ServiceWeek.objects.newest()}


def shift_of(shop: DemandTerms, abc: str, newest: Mapping[str, ServiceWeek]) -> float:
    """By how much the points of a class are made beyond the promise, on the normal scale; 0 where nothing says so."""
    level, week = shop.level_of(abc), newest.get(abc)
    return week.score - score_of(level) if week is not None and week.level == level else 0.0


@dataclass(frozen=True)
class Standing:
    """How the promise to the variants of a class stands: of `weeks` weeks under it, with `variants` weeks of a variant
    in all, `kept` were kept (a share; None where there are none), most likely `low` to `high`. Points are made at
    `aim`. `unordered` more weeks of a variant count neither way, and with `is_few` the newest week moved nothing.
    `confirms` is the highest level that so many weeks can confirm; 0 where there are none.
    """

    abc: str
    level: float
    aim: float
    weeks: int
    variants: int
    kept: float | None
    low: float
    high: float
    unordered: int
    is_few: bool
    confirms: float

    @property
    def why(self) -> str:
        """Why points are made where they are: "none", "raised", "lowered", "lowest", "few" or "kept"."""
        if abs(self.aim - self.level) >= NEAR:
            return "raised" if self.aim > self.level else "lowered"
        if not self.weeks:
            return "none"
        if self.is_few:
            return "few"
        at_floor = score_of(self.aim) <= LOWEST
        return "lowest" if at_floor and self.kept is not None and self.low > self.level else "kept"

    @property
    def is_beyond(self) -> bool:
        """Whether the weeks counted are too few to tell a kept promise from one that is not."""
        return bool(self.weeks) and self.level > self.confirms

    @property
    def is_unchecked(self) -> bool:
        """Whether points are made at a level that no range of past forecasts is held against."""
        return self.aim > CHECKED


def standings(shop: DemandTerms) -> list[Standing]:
    """How the promises to all classes stand, by the weeks recorded last: one query."""
    rows = list(ServiceWeek.objects.newest(SERVICE_WEEKS))
    return [_standing(shop, abc, [row for row in rows if row.abc == abc]) for abc in CLASSES]


def promise_to(abc: str, shop: DemandTerms) -> Standing | None:
    """How the promise to a class stands; None for a variant without a class."""
    return next((one for one in standings(shop) if one.abc == abc), None)


def _standing(shop: DemandTerms, abc: str, rows: list[ServiceWeek]) -> Standing:
    level = shop.level_of(abc)
    newest = {abc: rows[0]} if rows else {}
    under = [row for row in rows if row.level == level]
    variants = sum(row.variants for row in under)
    kept = sum(row.kept for row in under)
    # an empty shelf stays so until a delivery: the weeks of one lead time are one case
    cases = sum(row.variants / max(row.weeks, 1.0) for row in under)
    low, high = share_range(kept / variants * cases, cases) if variants else (0.0, 1.0)
    return Standing(
        abc=abc,
        level=level,
        aim=aim_of(level, shift_of(shop, abc, newest)),
        weeks=len([row for row in under if row.variants]),
        variants=variants,
        kept=kept / variants if variants else None,
        low=low,
        high=high,
        unordered=sum(row.unordered for row in under),
        is_few=not under or under[0].variants < FEWEST,
        confirms=confirmable(cases),
    )
