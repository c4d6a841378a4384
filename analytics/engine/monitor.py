"""Whether forecasts still hold: control charts over forecasts that came due, and how much wider ranges must be.

Every forecast that came due is one point: its error as a normal score (where the outcome lies among the published
quantiles, so that 0 is the middle and 1.28 the end of the 80 % range), whether the 80 % range held it, and how far it
and the naive guess were off. Three charts are kept over the points, oldest first:

level      two one-sided CUSUMs of the score, S = max(0, S + z / (s r) - k): they see a level that moved for good, k
           half of the move that is to be seen soonest: half a daily deviation, or a weekly one
coverage   misses of the last 28 points against the binomial band of one in five
skill      mean difference of the absolute errors to the naive guess's over the last 28 points, in standard errors

Errors of neighbouring points are alike, so sums are held against r² = (1 + c) / (1 - c) times the variance of
independent ones, c their correlation; s is the size of past scores. Both are learnt from points three weeks old or
more, so that a break does not excuse itself.

Past the first limit the state is "watch". Past the second it is "review": the ranges are widened at once to what the
last fortnight would have needed, then follow the misses (up after a miss, down after a hit, at rest at one in five)
until nothing of the widening is left. Only then is the state "ok" again, with charts that begin anew.

Sources: CUSUM: Page, Biometrika 41 (1954) 100-115; correlated points: Johnson & Bagshaw, Technometrics 16 (1974)
103-112; normal scores: Diebold, Gunther & Tay, International Economic Review 39 (1998) 863-883; skill: Diebold &
Mariano, Journal of Business & Economic Statistics 13 (1995) 253-263; widening: Gibbs & Candes, NeurIPS 34 (2021), on
the logarithm of the width.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, exp, log
from typing import Final

import numpy as np

from analytics.engine.protocol import NORMAL, AnyFloat, Array

OK, WATCH, REVIEW = "ok", "watch", "review"
LEVEL, COVERAGE, SKILL = "level", "coverage", "skill"

FARTHEST: Final = 4.0  # a score beyond counts as this: one freak day is no break
NOMINAL: Final = 0.8
END_80: Final = 1.281552

COVERAGE_LIMITS: Final = (0.01, 0.001)
SKILL_LIMITS: Final = (2.33, 3.5)
PRIOR_POINTS: Final = 28.0
PRIOR_LIKENESS: Final = 0.2
MOST_LIKENESS: Final = 0.8

WIDEST: Final = 2.5
LEAST: Final = 1.25  # the factor when it is first applied, at least
SPEED: Final = 0.1
AT_REST: Final = 0.02


@dataclass(frozen=True)
class Pace:
    """How many points the window of the charts has, the widening is sized by, and are too new to set the limits.

    `fewest` points are needed before coverage and skill are judged. `allowance` and `limits` are k and the two limits
    of the CUSUM: independent points pass these once in some 400 and once in 9,000 to 20,000 by chance.
    """

    window: int = 28
    needed: int = 14
    lag: int = 21
    fewest: int = 8
    allowance: float = 0.25
    limits: tuple[float, float] = (8.0, 16.0)


DAILY: Final = Pace()
WEEKLY: Final = Pace(window=13, needed=3, lag=3, fewest=4, allowance=0.5, limits=(5.0, 8.0))


@dataclass(frozen=True)
class Points:
    """Forecasts that came due, oldest first, `score` each one's error as a standard normal one.

    `missed` is the part outside the 80 % range (0 or 1 for a single one), `widening` the factor that was in force,
    `miss` and `naive` absolute errors; `weight` how many independent forecasts stand behind a point.
    """

    score: Array
    missed: Array
    widening: Array
    miss: Array
    naive: Array
    weight: float = 1.0

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True)
class Watch:
    """How things stand after the last point.

    `since` is the place of the point at which the break was noticed, -1 where there is none; `widening` the factor for
    ranges made now, 1 unless under review; `inside` the part of the window's points that the 80 % range held.
    """

    state: str = OK
    reason: str = ""
    since: int = -1
    widening: float = 1.0
    inside: float = float("nan")
    points: int = 0


def normal_scores(quantiles: Array, actual: Array) -> Array:
    """Where each outcome lies among its quantiles (points x 7), as a normal score between -4 and 4.

    Linear between quantiles, and carried on with the slope of the outer two beyond them. Where quantiles coincide an
    outcome equal to them counts as the nearest to the middle.
    """
    quantiles, actual = np.asarray(quantiles, dtype=float), np.asarray(actual, dtype=float)
    size = np.maximum(np.abs(quantiles).max(axis=1), np.abs(actual))
    least = np.maximum(1e-9 * size, 1e-12)
    found = np.zeros(len(actual))
    for place in range(3, 6):
        low, high = quantiles[:, place], quantiles[:, place + 1]
        part = (actual - low) / np.maximum(high - low, least)
        above = actual > low
        found = np.where(above, NORMAL[place] + part * (NORMAL[place + 1] - NORMAL[place]), found)
    for place in range(3, 0, -1):
        high, low = quantiles[:, place], quantiles[:, place - 1]
        part = (high - actual) / np.maximum(high - low, least)
        below = actual < high
        found = np.where(below, NORMAL[place] - part * (NORMAL[place] - NORMAL[place - 1]), found)
    return np.clip(found, -FARTHEST, FARTHEST)


def watch(points: Points, pace: Pace = DAILY) -> Watch:
    """Walk the charts over all points. The state after each point follows from it and those before it only."""
    high = low = 0.0
    theta = 0.0  # logarithm of the widening
    state, reason, since, begun = OK, "", -1, 0
    for place in range(len(points)):
        likeness, size = _reference(points.score[: max(place + 1 - pace.lag, 0)])
        step = points.score[place] / (size * np.sqrt((1 + likeness) / (1 - likeness)))
        high, low = max(0.0, high + step - pace.allowance), max(0.0, low - step - pace.allowance)
        if state == REVIEW:
            theta = min(max(theta + SPEED * (points.missed[place] - (1 - NOMINAL)), 0.0), log(WIDEST))
            if theta > AT_REST and max(high, low) <= pace.limits[1]:
                continue
            if theta <= AT_REST:
                state, reason, since, begun, theta = OK, "", -1, place + 1, 0.0
                high = low = 0.0
                continue
        alarm, cause = _alarm(points, begun, place, max(high, low), likeness, pace)
        if alarm == REVIEW:
            theta = max(theta, log(_needed(points, max(begun, place + 1 - pace.needed), place)))
            high = low = 0.0
            since = place if state != REVIEW else since
        state, reason = alarm, cause
    recent = slice(max(begun, len(points) - pace.window), len(points))
    held = 1.0 - points.missed[recent]
    inside = float(held.mean()) if len(held) else float("nan")
    return Watch(state, reason, since if state == REVIEW else -1, exp(theta), inside, len(held))


def _reference(past: Array) -> tuple[float, float]:
    """How alike neighbouring scores are and how large, from past ones and a belief worth PRIOR_POINTS of them."""
    squares = float((past**2).sum()) + PRIOR_POINTS
    products = float((past[1:] * past[:-1]).sum()) + PRIOR_POINTS * PRIOR_LIKENESS
    likeness = min(max(products / squares, 0.0), MOST_LIKENESS)
    return likeness, float(np.sqrt(squares / (len(past) + PRIOR_POINTS)))


def _alarm(points: Points, begun: int, place: int, level: float, likeness: float, pace: Pace) -> tuple[str, str]:
    """The worst that any chart says after a point, and which chart."""
    recent = slice(max(begun, place + 1 - pace.window), place + 1)
    alike = (1 - likeness) / (1 + likeness)
    missed, gain = points.missed[recent], (points.naive - points.miss)[recent]
    chance, lost = 1.0, 0.0
    if len(missed) >= pace.fewest:
        count = max(1, round(len(missed) * points.weight * alike))
        chance = upper_tail(count, round(float(missed.mean()) * count), 1 - NOMINAL)
        error = float(gain.std(ddof=1)) / np.sqrt(len(gain) * alike)
        lost = -float(gain.mean()) / error if error > 0 else 0.0
    for limit, state in ((1, REVIEW), (0, WATCH)):
        if level > pace.limits[limit]:
            return state, LEVEL
        if chance < COVERAGE_LIMITS[limit]:
            return state, COVERAGE
        if lost > SKILL_LIMITS[limit]:
            return state, SKILL
    return OK, ""


def upper_tail(count: int, least: int, chance: float) -> float:
    """The probability of `least` or more successes among `count` draws (binomial)."""
    if least <= count - least:  # add up the shorter side
        return 1.0 - sum(comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(least))
    return float(sum(comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(least, count + 1)))


def _needed(points: Points, first: int, last: int) -> float:
    """The factor with which the ranges of these points would have held four in five, within bounds."""
    sizes = np.abs(points.score[first : last + 1]) / END_80 * points.widening[first : last + 1]
    return float(np.clip(np.quantile(sizes, NOMINAL), LEAST, WIDEST))


def wider(quantiles: AnyFloat, factor: float) -> AnyFloat:
    """Quantiles (the seven levels last) spread by a factor round their middle, on the square-root scale.

    So none falls below zero, and a range widens by as much of itself whether the series is busy or quiet.
    """
    if factor == 1.0:
        return quantiles
    roots = np.sqrt(np.maximum(quantiles, 0.0))
    middle = roots[..., 3:4]
    spread: AnyFloat = np.maximum(middle + factor * (roots - middle), 0.0) ** 2
    return spread
