"""What past promotions did on the whole: by how deep they cut, by product, and by the channel of the orders.

Each figure is a random-effects mean of the logarithms of what came over what was expected (engine.promotion.pooled), so
that a loud promotion measured badly does not outweigh many measured well; as a percentage it is a typical uplift.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from analytics.engine.promotion.pooled import pooled
from analytics.promotions.models import PromotionReport
from analytics.promotions.rules import TEN_PERCENT, rounded

REPORTS_MOST: Final = 200
PRODUCTS_MOST: Final = 50
DEPTHS: Final = ((0, 10), (10, 20), (20, 30), (30, 50), (50, 100))  # percent, the upper end left out
APART: Final = 0.3  # belief: standard deviation of log uplifts from one promotion to another
HALF: Final = 0.5  # a unit, so that nothing sold has a logarithm
TENTH: Final = 0.1  # of what was expected, the least its range may reach down to


@dataclass(frozen=True)
class Typical:
    """Uplifts in percent of what would have been sold: the typical one and its 80 % range, over `count` promotions.

    `key` is (from, to) percent off, a variant's id or a channel; `units` what was sold in these promotions.
    """

    by: str
    key: Any
    count: int
    units: int
    low: float
    middle: float
    high: float


def overview() -> list[Typical]:
    """Rows by depth, then by product and by channel, those with most promotions first. One query."""
    rows = PromotionReport.objects.filter(extra__isnull=False).select_related("promotion")
    reports = list(rows.order_by("-promotion__first_day", "-pk")[:REPORTS_MOST])
    depths: dict[Any, list[tuple[float, float, float]]] = {}
    products: dict[Any, list[tuple[float, float, float]]] = {}
    channels: dict[Any, list[tuple[float, float, float]]] = {}
    for one in reports:
        effect = {"low": one.extra_low, "middle": one.extra, "high": one.extra_high}
        span = next((span for span in DEPTHS if span[0] <= one.promotion.depth < span[1]), DEPTHS[-1])
        depths.setdefault(span, []).append(_logs(one.units, effect))
        for key, groups, said in (("variant", products, "products"), ("channel", channels, "channels")):
            for part in one.figures.get(said, ()):
                if part["effect"] is not None:
                    groups.setdefault(part[key], []).append(_logs(part["units"], part["effect"]))
    return [
        *sorted(_typical("depth", depths), key=lambda row: row.key),
        *sorted(_typical("product", products), key=_busiest)[:PRODUCTS_MOST],
        *sorted(_typical("channel", channels), key=_busiest),
    ]


def _busiest(row: Typical) -> tuple[int, int, str]:
    return -row.count, -row.units, str(row.key)


def _logs(units: float, effect: Mapping[str, Any]) -> tuple[float, float, float]:
    """The logarithm of what came over what was expected, its variance, and what came."""
    expected = max(units - effect["middle"], 0.0) + HALF
    least = max(units - effect["high"] + HALF, TENTH * expected)
    most = max(units - effect["low"] + HALF, least)
    return math.log((units + HALF) / expected), (math.log(most / least) / (2 * TEN_PERCENT)) ** 2, units


def _typical(by: str, groups: Mapping[Any, list[tuple[float, float, float]]]) -> Iterable[Typical]:
    for key, seen in groups.items():
        found = pooled([one[0] for one in seen], [one[1] for one in seen], APART)
        ends = (found.mean + step * TEN_PERCENT * found.error for step in (-1, 0, 1))
        low, middle, high = (rounded(100 * math.expm1(end)) for end in ends)
        yield Typical(by, key, found.count, round(sum(one[2] for one in seen)), low, middle, high)
