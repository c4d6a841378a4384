"""What festivals did to a series, and what they will do: factors learnt from its own past.

For each phase of an occasion g = log((O + c) / (E + c)): O is what was sold, E what the days around would have let
expect (a kernel mean of the days outside all festivals times the weekday's profile), c half an expected day. The
effect is the mean of g over past occurrences, shrunk towards none as a normal prior with standard deviation PRIOR has
it, given the noise of ordinary days and the change of an effect from year to year, YEARLY of it (Gelman et al.,
Bayesian Data Analysis, 3rd ed. 2013, ch. 2.5). An occasion counts only if its effect is far from what noise and drift
of the level alone would make, and, where it occurred twice or more, if it forecasts itself: leaving out one occurrence
at a time, what the others say must come nearer than "no effect". Else its factors are exactly one. Where two occasions
share days, the later one in the list is learnt from what the earlier ones leave unexplained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from analytics.engine.occasions import OCCASIONS, Special, own_phase
from analytics.engine.protocol import WEEK, Array, Calendar

KERNEL_DAYS = 12.0  # standard deviation of the kernel of the expected level
PRIOR = 0.6  # of a phase's effect, as a logarithm
YEARLY = 0.25  # how much an effect changes from one year to the next, as a part of it
STAND_OUT = 4.0  # standard deviations by which an occasion as a whole, or one phase of it, must exceed noise
OWN_DAY = 3.0  # the same for the phase of the day itself: a single, planned comparison
AROUND = 14  # days that must be known on both sides of an occurrence
GAP_DAYS = 14  # on both sides: a hole as long as the longer festivals, across which the level drifts
MIN_DAYS = 120


@dataclass(frozen=True)
class Foreseen:
    """An occasion in the days ahead: `day` is its own day as days after the panel's end, `past` its occurrences."""

    series: int
    key: str
    day: int
    past: int


@dataclass(frozen=True)
class Effect:
    """What `past` occurrences of an occasion did on its own days, as a factor; None where that may be chance.

    `whole` is the mean factor over all its days, lead-up and after-effect counted in.
    """

    series: int
    key: str
    past: int
    factor: float | None
    whole: float | None


@dataclass(frozen=True)
class Festivals:
    """Factors of the days known (series x days) and ahead (series x horizon); `doubt` is the standard deviation of
    the logarithm of those ahead. `effects` tell of every occasion of which an occurrence could be learnt from."""

    known: Array
    ahead: Array
    doubt: Array
    foreseen: tuple[Foreseen, ...]
    effects: tuple[Effect, ...] = ()

    def rows(self, index: np.ndarray) -> Festivals:
        """The factors of some of the series, without what is told of them."""
        return Festivals(self.known[index], self.ahead[index], self.doubt[index], ())


@dataclass(frozen=True)
class _Level:
    """What each day would have sold without festivals (series x days); variances of logarithms per series: of a single
    ordinary day, and of the level across a gap as long as a festival."""

    expected: Array
    daily: Array
    drift: Array


@dataclass(frozen=True)
class _Seen:
    """The occurrences of an occasion in a panel: effects series x occurrences x phases, and their noise variances."""

    effect: Array
    noise: Array


def learn(panel: Array, calendar: Calendar, horizon: int, occasions: Sequence[Special] = OCCASIONS) -> Festivals:
    """What the festivals of the panel's past say about its past and the `horizon` days after it. Knows no later day."""
    count, days = panel.shape
    known, ahead = np.ones((count, days)), np.ones((count, horizon))
    variance = np.zeros((count, horizon))
    foreseen: list[Foreseen] = []
    effects: list[Effect] = []
    if days < MIN_DAYS:
        return Festivals(known, ahead, variance, ())
    level = _expected(panel, _ordinary(calendar, occasions))
    for occasion in occasions:
        past = _past(occasion, calendar)
        coming = [at for at in _all(occasion, calendar, horizon) if at not in past]
        if not past:
            continue
        seen = _look(panel / known, level, occasion, past)
        effect, doubt = _settle(seen, occasion)
        counts = _counts(seen, own_phase(occasion))
        effect, doubt = np.where(counts[:, None], effect, 0.0), np.where(counts[:, None], doubt, 0.0)
        for at in (*past, *coming):
            for phase, (first, last) in enumerate(occasion.phases):
                begin, end = at + first, at + last + 1
                known[:, max(begin, 0) : max(min(end, days), 0)] *= np.exp(effect[:, phase, None])
                steps = slice(max(begin - days, 0), max(end - days, 0))
                ahead[:, steps] *= np.exp(effect[:, phase, None])
                variance[:, steps] += doubt[:, phase, None] ** 2
            if days <= at < days + horizon:
                rows = np.flatnonzero(counts).tolist()
                foreseen += [Foreseen(row, occasion.key, at - days + 1, len(past)) for row in rows]
        effects += _told(occasion, len(past), effect, counts)
    return Festivals(known, ahead, np.sqrt(variance), tuple(foreseen), tuple(effects))


def _told(occasion: Special, past: int, effect: Array, counts: np.ndarray) -> list[Effect]:
    days = np.array([last - first + 1.0 for first, last in occasion.phases])
    own = np.exp(effect[:, own_phase(occasion)])
    whole = np.exp(effect) @ days / days.sum()
    return [
        Effect(row, occasion.key, past, *((float(own[row]), float(whole[row])) if counts[row] else (None, None)))
        for row in range(len(effect))
    ]


def _all(occasion: Special, calendar: Calendar, horizon: int) -> list[int]:
    last = calendar.end + timedelta(days=horizon)
    return sorted((day - calendar.start).days for day in occasion.between(calendar.start, last))


def _past(occasion: Special, calendar: Calendar) -> list[int]:
    """Positions of the occurrences to learn from. With few days before or after it, one may be a step of the level."""
    before, after = AROUND - occasion.phases[0][0], AROUND + occasion.phases[-1][1]
    return [at for at in _all(occasion, calendar, 0) if at - before >= 0 and at + after < calendar.days]


def _ordinary(calendar: Calendar, occasions: Sequence[Special]) -> np.ndarray:
    """Which days of the panel are outside every occasion."""
    ordinary = np.ones(calendar.days, dtype=bool)
    for occasion in occasions:
        for at in _all(occasion, calendar, 0):
            begin, end = at + occasion.phases[0][0], at + occasion.phases[-1][1] + 1
            ordinary[max(begin, 0) : max(end, 0)] = False
    return ordinary


def _expected(panel: Array, ordinary: np.ndarray) -> _Level:
    days = panel.shape[1]
    weekday = np.arange(days) % WEEK
    profile = np.ones((len(panel), WEEK))
    mean = np.maximum(panel[:, ordinary].mean(axis=1), 1e-9)
    for day in range(WEEK):
        chosen = ordinary & (weekday == day)
        if chosen.sum() >= 4:
            profile[:, day] = np.maximum(panel[:, chosen].mean(axis=1) / mean, 0.05)
    distance = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    kernel = np.exp(-0.5 * (distance / KERNEL_DAYS) ** 2) * ordinary[:, None] + 1e-12
    even = np.minimum(panel / profile[:, weekday], 3.0 * mean[:, None])
    # row by row: a product of matrices rounds otherwise than one of a vector, and a series must not depend on others
    level = np.stack([row @ kernel for row in even]) / kernel.sum(axis=0)
    expected = np.maximum(level * profile[:, weekday], 1e-9)
    logs = np.log((panel + 0.5 * expected) / (1.5 * expected))[:, ordinary]
    # 1.5: the half day on both sides draws logarithms together by about that much
    daily = np.maximum(1.5**2 * np.mean(logs**2, axis=1), 0.05**2)
    apart = kernel * (distance > GAP_DAYS)
    across = np.stack([row @ apart for row in even]) / apart.sum(axis=0)
    weeks = ordinary.sum() // WEEK
    sums = [
        values[:, ordinary][:, : weeks * WEEK].reshape(len(panel), weeks, WEEK).sum(axis=2) for values in (even, across)
    ]
    gap = np.log(np.maximum(sums[0], 1e-9) / np.maximum(sums[1], 1e-9))
    return _Level(expected, daily, np.maximum(np.mean(np.minimum(gap**2, 1.0), axis=1) - daily / WEEK, 0.0))


def _look(panel: Array, level: _Level, occasion: Special, past: list[int]) -> _Seen:
    effect = np.zeros((len(panel), len(past), len(occasion.phases)))
    noise = np.zeros_like(effect)
    for index, at in enumerate(past):
        for phase, (first, last) in enumerate(occasion.phases):
            span = slice(at + first, at + last + 1)
            due = level.expected[:, span].sum(axis=1)
            half = 0.5 * level.expected[:, span].mean(axis=1)
            effect[:, index, phase] = np.log((panel[:, span].sum(axis=1) + half) / (due + half))
            noise[:, index, phase] = level.daily / (last - first + 1) + level.drift
    return _Seen(effect, noise)


def _shrunk(effect: Array, noise: Array) -> tuple[Array, Array]:
    """Posterior mean and variance of a phase's effect, over the occurrences (axis 1)."""
    weight = 1.0 / (noise + (YEARLY * effect) ** 2)
    precision = weight.sum(axis=1) + 1.0 / PRIOR**2
    return (weight * effect).sum(axis=1) / precision, 1.0 / precision


def _settle(seen: _Seen, occasion: Special) -> tuple[Array, Array]:
    """Series x phases: the logarithm of the factor to expect, and its standard deviation at the next occurrence.

    The half day c on both sides draws g towards none: for n days of E / n each the factor is ((n + 1/2) e^g - 1/2) / n.
    """
    mean, variance = _shrunk(seen.effect, seen.noise)
    days = np.array([last - first + 1.0 for first, last in occasion.phases])
    grown = (days + 0.5) * np.exp(mean) / days
    factor = np.maximum(grown - 0.5 / days, 0.05)
    return np.log(factor), np.minimum(grown / factor, 3.0) * np.sqrt(variance + (YEARLY * mean) ** 2)


def _counts(seen: _Seen, own: int) -> np.ndarray:
    """Per series whether the occasion forecasts itself. `own` is the phase of the day itself."""
    _, occurrences, phases = seen.effect.shape
    surprise = seen.effect.mean(axis=1) ** 2 * occurrences / seen.noise.mean(axis=1)  # chi-squared without an effect
    together = surprise.sum(axis=1) > phases + STAND_OUT * np.sqrt(2.0 * phases)
    stands_out = np.asarray(
        together | (surprise.max(axis=1) > STAND_OUT**2) | (surprise[:, own] > OWN_DAY**2), dtype=bool
    )
    if occurrences == 1:
        return stands_out
    with_others, with_none = np.zeros(len(seen.effect)), np.zeros(len(seen.effect))
    for left_out in range(occurrences):
        rest = np.arange(occurrences) != left_out
        said, _ = _shrunk(seen.effect[:, rest], seen.noise[:, rest])
        weight = 1.0 / seen.noise[:, left_out]
        with_others += (weight * (seen.effect[:, left_out] - said) ** 2).sum(axis=1)
        with_none += (weight * seen.effect[:, left_out] ** 2).sum(axis=1)
    return stands_out & (with_others < with_none)
