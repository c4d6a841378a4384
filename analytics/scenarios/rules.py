"""What may be asked, how sure an answer is, and when a promise was kept: values in, values out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

WEEK: Final = timedelta(days=7)
STEEPEST: Final = 50.0
"""Prices may be asked for up to so many percent above or below today's."""
COMPARED: Final = 4
USUAL_SPAN: Final = 4
LINK_DAYS: Final = (7, 30, 90)
COST_COVER: Final = 0.9
"""A profit is shown where the cost of at least this part of the units sold is known."""
PRICE_SLACK: Final = 0.03
PROMOTION_SLACK: Final = 0.15
"""A plan was carried out where prices stayed within 3 % of it, and promotions within 15 points."""
LONGEST_TEST: Final = 104
DAYS: Final = ("first", "last", "sold_out_from", "festival_week")
MOST_UNITS, MOST_MONEY = 10**9, 1e9


@dataclass(frozen=True)
class Question:
    """What is to change from the Monday `first` to the week of `last`. Prices, discount and advertising in percent.

    `promotion` is the percentage of sales at a reduced price, None as planned; `discount` what is taken off there.
    `advertising` changes the spend, `advertising_amount` is one a week in its place. `sold_out` are days of each week
    on which nothing is on the shelf, `sold_out_from` a Monday from which nothing is, `stock` the most units that can be
    sold. `festival` (a key) is left out, or held in `festival_week` instead. `rival_price` and `rival_promotion` are
    those of the largest rival. With `reaction` rivals answer as they usually do.
    """

    first: date
    last: date
    price: float = 0.0
    promotion: float | None = None
    discount: float = 0.0
    advertising: float = 0.0
    advertising_amount: float | None = None
    sold_out: float = 0.0
    sold_out_from: date | None = None
    stock: int | None = None
    festival: str = ""
    festival_week: date | None = None
    rival_price: float = 0.0
    rival_promotion: float | None = None
    reaction: bool = False

    @property
    def price_factor(self) -> float:
        """What the price index is multiplied by: the change of price, and the discount on the part that gets it."""
        part = (self.promotion or 0.0) / 100
        return float((1 + self.price / 100) * (1 - self.discount / 100) ** part)

    @property
    def weeks(self) -> list[date]:
        return [self.first + step * WEEK for step in range((self.last - self.first).days // 7 + 1)]

    def as_dict(self) -> dict[str, Any]:
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Question:
        days = {name: date.fromisoformat(kept[name]) for name in DAYS if kept.get(name)}
        return cls(**{**kept, **days})


def likelihood(chance_up: float) -> tuple[str, str]:
    """How sure it is ("very_likely", "likely", "probably", "either"), and of which direction ("up", "down", "")."""
    sure = max(chance_up, 1 - chance_up)
    for name, least in (("very_likely", 0.95), ("likely", 0.88), ("probably", 0.70)):
        if sure >= least:
            return name, "up" if chance_up >= 0.5 else "down"
    return "either", ""


@dataclass(frozen=True)
class Carried:
    """How a plan was carried out: the largest gaps of price (a part) and promotion (a part) from it."""

    price_gap: float | None
    promotion_gap: float | None

    @property
    def as_planned(self) -> bool:
        off_price = self.price_gap is not None and abs(self.price_gap) > PRICE_SLACK
        off_promotion = self.promotion_gap is not None and abs(self.promotion_gap) > PROMOTION_SLACK
        return not (off_price or off_promotion)


def carried_out(planned: Sequence[dict[str, Any]], came: Sequence[dict[str, Any]]) -> Carried:
    """Compare weeks {price, promotion}; prices are parts of the price before the plan, None where not known."""
    return Carried(_gap(planned, came, "price", ratio=True), _gap(planned, came, "promotion", ratio=False))


def _gap(planned: Sequence[dict[str, Any]], came: Sequence[dict[str, Any]], name: str, *, ratio: bool) -> float | None:
    gaps = [
        then[name] / plan[name] - 1 if ratio else then[name] - plan[name]
        for plan, then in zip(planned, came, strict=True)
        if plan.get(name) is not None and then.get(name) is not None and not (ratio and plan[name] <= 0)
    ]
    return max(gaps, key=abs) if gaps else None


def schedule(first: date, weeks: int, regions: int, seed: int) -> list[dict[str, Any]]:
    """Which weeks (and regions, counted from 1) get the changed price: half of the cells, drawn by chance.

    Every region has as many changed weeks as others, or one more; the same seed gives the same weeks.
    """
    chance = random.Random(seed)  # noqa: S311 - a draw that must be repeatable, not secret
    rows = []
    for region in range(1, regions + 1):
        changed = weeks // 2 + (weeks % 2) * (region % 2)
        cells = [True] * changed + [False] * (weeks - changed)
        chance.shuffle(cells)
        rows += [
            {"week": (first + step * WEEK).isoformat(), "region": region, "changed": is_changed}
            for step, is_changed in enumerate(cells)
        ]
    return sorted(rows, key=lambda row: (row["week"], row["region"]))
