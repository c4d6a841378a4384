"""Competitors outside of the platform: what they ask and sell week by week, as a price watch would have seen it.

Without them no shop of the demo would see its market share: three shops a category are fewer than the privacy floor.
They have draws of their own, so that the shops' sales do not depend on how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np

from analytics.markets.models import WEEK, Market, Observation, Player
from analytics.markets.rules import last_whole_week, monday
from config.demo.rhythm import Floats, demand
from config.demo.simulate import CROSS, ELASTICITY, SEED
from config.demo.world import ITEMS
from core.bulk import bulk_insert
from core.money import cents
from ecommerce.catalog.models import Category

SOURCE = "Price watch"
SEEN_AFTER = timedelta(days=8, hours=9)  # the Tuesday after a week


@dataclass(frozen=True)
class RivalSpec:
    """`size`: units a day; `dearness`: its price against the platform's; `often`: the part of weeks on promotion."""

    name: str
    size: float
    dearness: float
    often: float


RIVALS: dict[str, tuple[RivalSpec, ...]] = {
    "teaware": (
        RivalSpec("Old Street Tea", 9.0, 0.92, 0.25),
        RivalSpec("Kiln & Leaf", 7.5, 1.10, 0.15),
        RivalSpec("茶语集", 6.0, 0.85, 0.35),
        RivalSpec("Jade Cup", 5.0, 1.05, 0.20),
        RivalSpec("山间器物", 4.0, 1.20, 0.10),
        RivalSpec("Teahouse Direct", 3.2, 0.80, 0.40),
    ),
    "kitchen-storage": (
        RivalSpec("NestBox", 9.0, 0.95, 0.25),
        RivalSpec("好收纳", 7.0, 0.85, 0.35),
        RivalSpec("Larder & Co", 5.5, 1.15, 0.15),
        RivalSpec("家序", 5.0, 1.00, 0.20),
        RivalSpec("Clip and Stack", 3.8, 0.90, 0.30),
        RivalSpec("Tin Kitchen", 3.0, 1.10, 0.10),
    ),
    "headphones": (
        RivalSpec("Soundbar Lab", 10.0, 0.95, 0.30),
        RivalSpec("回声数码", 8.0, 0.85, 0.35),
        RivalSpec("Tone & Wire", 6.0, 1.15, 0.15),
        RivalSpec("Pulse Audio Store", 5.5, 1.00, 0.20),
        RivalSpec("听界", 4.5, 0.90, 0.30),
        RivalSpec("Basswood", 3.5, 1.25, 0.10),
    ),
    "skin-care": (
        RivalSpec("Dewdrop", 9.0, 1.00, 0.25),
        RivalSpec("草木间", 7.0, 0.85, 0.35),
        RivalSpec("Alba Skin", 6.0, 1.20, 0.15),
        RivalSpec("肌语", 5.0, 0.95, 0.25),
        RivalSpec("Rosehip & Rye", 3.6, 1.10, 0.15),
        RivalSpec("清颜", 3.2, 0.80, 0.40),
    ),
}


def observe(categories: dict[str, Category], now: datetime, weeks: int = 103) -> list[Observation]:
    """Write the competitors of every category and their last weeks; the newest is the one the price watch has seen."""
    last = last_whole_week((now - SEEN_AFTER + WEEK).date())
    rows: list[Observation] = []
    for number, (code, rivals) in enumerate(RIVALS.items()):
        market, _ = Market.objects.get_or_create(category=categories[code])
        days = [last - (weeks - 1) * WEEK + timedelta(days=day) for day in range(7 * weeks)]
        rhythm = demand(days, category=code, story_name="", growth=1.0).reshape(weeks, 7)
        chance = np.random.default_rng([SEED, number])
        relative, promotion = _asked(rivals, monday(days[0]), weeks, chance)
        usual = float(np.average([item.price for item in ITEMS[code]], weights=[item.weight for item in ITEMS[code]]))
        for at, rival in enumerate(rivals):
            mean = relative.mean(axis=1)
            pull = relative[:, at] ** -ELASTICITY * (mean / relative[:, at]) ** CROSS
            sold = chance.poisson(rhythm.sum(axis=1) * rival.size * pull * chance.gamma(40.0, 1 / 40.0, weeks))
            player, _ = Player.objects.get_or_create(market=market, name=rival.name, merchant=None)
            rows += [
                Observation(
                    player=player,
                    week=days[7 * week],
                    units=float(sold[week]),
                    price=cents(Decimal(str(usual * rival.dearness * relative[week, at]))),
                    promotion=float(promotion[week, at]),
                    source=SOURCE,
                    known_at=datetime.combine(days[7 * week], time.min, tzinfo=now.tzinfo) + SEEN_AFTER,
                    actor_label=SOURCE,
                )
                for week in range(weeks)
            ]
    return bulk_insert(rows)


def _asked(
    rivals: tuple[RivalSpec, ...], first: date, weeks: int, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """Prices against the usual ones and the part of the range on promotion, weeks x rivals.

    The first rival fights for share in the spring of the second year: six weeks a fifth below its price.
    """
    relative = np.exp(np.cumsum(chance.normal(0, 0.006, (weeks, len(rivals))), axis=0))
    promotion = np.zeros((weeks, len(rivals)))
    mondays = [first + week * WEEK for week in range(weeks)]
    festive = [monday(date(year, month, day)) for year in (first.year, first.year + 1, first.year + 2)
               for month, day in ((6, 18), (11, 11), (12, 12))]  # fmt: skip
    for at, rival in enumerate(rivals):
        on = chance.random(weeks) < rival.often
        on |= np.isin(np.array(mondays, dtype="datetime64[D]"), np.array(festive, dtype="datetime64[D]"))
        part = np.where(on, chance.uniform(0.3, 0.9, weeks), 0.0)
        depth = np.where(on, chance.choice([0.1, 0.15, 0.2, 0.25], weeks), 0.0)
        relative[:, at] *= 1 - part * depth
        promotion[:, at] = part
    war = [week for week, day in enumerate(mondays) if day >= date(first.year + 2, 4, 6)][:6]
    relative[war, 0] *= 0.8
    promotion[war, 0] = 1.0
    return np.asarray(relative), promotion
