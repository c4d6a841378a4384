"""What a promotion did to the shop's share of its category's market: before, while it ran, and in the weeks after.

Counted in the market's Monday weeks, and read anew each time: what a shop may see of a market is decided by
markets.rules.view_of as of those weeks and today, and a withheld share stays withheld. "Without it" is the forecast
that was made before the promotion and knew nobody's plans, so that what rivals did meanwhile is in the difference too;
where none was made, the mean share of the weeks before, with a range from how such means erred before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from accounts.merchants.models import Merchant
from analytics.engine.promotion.forecast import student
from analytics.engine.protocol import Array
from analytics.markets.models import WEEK, Information, Market, Measure, ShareForecast
from analytics.markets.queries import PastShare, markets_of, past_shares, view
from analytics.markets.rules import monday
from analytics.promotions.models import Promotion
from analytics.promotions.rules import LIKELY, Range

KEPT_WEEKS: Final = 4
BEFORE_WEEKS: Final = 8
TESTS_LEAST: Final = 6
TESTS_MOST: Final = 26
STEP_LOW, STEP_HIGH = 1, 5  # places of 10 % and 90 % in a share forecast's quantiles


@dataclass(frozen=True)
class Span:
    """Weeks together: the share that came (None: not counted yet), and what was expected without the promotion."""

    came: float | None
    weeks: int
    of: int
    expected: Range | None

    @property
    def gained(self) -> Range | None:
        """What came beyond what was expected, in shares."""
        if self.came is None or self.expected is None:
            return None
        low, middle, high = self.expected
        return self.came - high, self.came - middle, self.came - low


@dataclass(frozen=True)
class ShareStory:
    """`before` is the mean share of the weeks before; `told` whether a forecast was made then, `tests` how many means
    of earlier weeks the range comes from otherwise. `rows` are weeks with the share and what was expected."""

    market: Market
    before: float
    won: Span
    kept: Span
    told: bool
    tests: int
    rows: Sequence[tuple[date, float | None, Range | None]]


def share_story(promotion: Promotion, merchant: Merchant) -> ShareStory | str:
    """The story, or why there is none: "no_market", "too_short", "not_yet", or a code of markets.rules.View."""
    market = _market_of(promotion, merchant)
    if market is None:
        return "no_market"
    first, last = monday(promotion.first_day), monday(promotion.last_day)
    if market.last_week is None or market.last_week < first:
        return "not_yet"
    until = min(market.last_week, last + KEPT_WEEKS * WEEK)
    seen, player = view(market, Measure.VALUE, merchant, until)
    for week in (first - WEEK, market.last_week):
        closed = seen.withheld or view(market, Measure.VALUE, merchant, week)[0].withheld
        if closed or player is None:
            return closed
    back = BEFORE_WEEKS + TESTS_MOST + BEFORE_WEEKS
    past = past_shares(market, Measure.VALUE, seen, until, (until - first) // WEEK + 1 + back)
    shares = {one.week: one for one in past}
    before = [shares[first - step * WEEK] for step in range(1, BEFORE_WEEKS + 1) if first - step * WEEK in shares]
    if len(before) < BEFORE_WEEKS // 2:
        return "too_short"
    during = [first + step * WEEK for step in range((last - first) // WEEK + 1)]
    after = [last + step * WEEK for step in range(1, KEPT_WEEKS + 1)]
    forecast = _forecast_before(market, player.pk, first)
    earlier = [one.shares["own"] for one in past if one.week < first]
    won, kept = _span(during, shares, forecast, earlier, 0), _span(after, shares, forecast, earlier, len(during))
    flat = dict.fromkeys(during, won.expected) | dict.fromkeys(after, kept.expected)
    return ShareStory(
        market=market,
        before=_together(before),
        won=won,
        kept=kept,
        told=forecast is not None,
        tests=max(0, min(TESTS_MOST, len(earlier) - 2 * BEFORE_WEEKS + 1)),
        rows=[
            (
                week,
                shares[week].shares["own"] if week in shares else None,
                _step(forecast, week) if forecast else flat.get(week),
            )
            for week in [*(one.week for one in reversed(before)), *during, *after]
        ],
    )


def _market_of(promotion: Promotion, merchant: Merchant) -> Market | None:
    """The market of the promotion's category, or of the nearest one above it in which the shop plays."""
    if promotion.category is None:
        return None
    path = promotion.category.path
    above = [one for one in markets_of(merchant) if f"{path}/".startswith(f"{one.category.path}/")]
    return max(above, key=lambda one: len(one.category.path), default=None)


def _forecast_before(market: Market, player: int, first: date) -> ShareForecast | None:
    """The newest forecast that knew no week of the promotion and nobody's plans, if it was made for this time."""
    rows = ShareForecast.objects.filter(
        player=player,
        run__market=market,
        run__measure=Measure.VALUE,
        run__information=Information.NONE,
        run__last_week__lt=first,
        run__last_week__gte=first - 2 * WEEK,
    ).select_related("run")
    return rows.order_by("-run__last_week", "-run_id").first()


def _step(forecast: ShareForecast | None, week: date) -> Range | None:
    step = 0 if forecast is None else (week - forecast.run.last_week) // WEEK
    if forecast is None or not 1 <= step <= len(forecast.mean):
        return None
    row = forecast.quantiles[step - 1]
    return row[STEP_LOW], forecast.mean[step - 1], row[STEP_HIGH]


def _together(weeks: Sequence[PastShare]) -> float:
    """The share of all that was sold in these weeks."""
    return sum(one.shares["own"] * one.total for one in weeks) / sum(one.total for one in weeks)


def _span(
    weeks: list[date],
    shares: dict[date, PastShare],
    forecast: ShareForecast | None,
    earlier: Sequence[float],
    ahead: int,
) -> Span:
    counted = [shares[week] for week in weeks if week in shares]
    steps = [told for week in weeks if week in shares and (told := _step(forecast, week)) is not None]
    expected: Range | None = None
    if counted and len(steps) == len(counted):
        low, middle, high = np.array(steps).mean(axis=0).tolist()  # weeks of one forecast err together: ends are ends
        expected = low, middle, high
    elif counted and forecast is None:
        expected = _as_before(np.array(earlier), len(counted), ahead)
    return Span(_together(counted) if counted else None, len(counted), len(weeks), expected)


def _as_before(earlier: Array, length: int, ahead: int) -> Range | None:
    """The mean of the weeks before, and how far means of `length` weeks, `ahead` weeks later, were from such means."""
    errors = []
    for origin in range(len(earlier) - length - ahead, BEFORE_WEEKS - 1, -1):
        came = earlier[origin + ahead : origin + ahead + length].mean()
        errors.append(came - earlier[origin - BEFORE_WEEKS : origin].mean())
    errors = errors[:TESTS_MOST]
    if len(errors) < TESTS_LEAST:
        return None
    middle = float(earlier[-BEFORE_WEEKS:].mean())
    # stretches overlap, so they count as so many fewer
    spread = float(np.sqrt(np.mean(np.square(errors)))) * student(max(3, len(errors) // length))
    return max(0.0, float(middle + spread[LIKELY[0]])), middle, min(1.0, float(middle + spread[LIKELY[2]]))
