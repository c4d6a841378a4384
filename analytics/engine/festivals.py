"""What festivals did to a series, and what they will do: factors learnt from its own past.

For each phase of an occasion g = log((O + c) / (E + c)): O is what was sold, E what the days around would have let
expect (a kernel mean of the days outside all festivals times the weekday's profile), c half an expected day. The
effect is the mean of g over past occurrences, shrunk towards none as a normal prior with standard deviation PRIOR has
it, given the noise of ordinary days and the change of an effect from year to year, YEARLY of it (Gelman et al.,
Bayesian Data Analysis, 3rd ed. 2013, ch. 2.5). An occasion counts only if its effect is far from what noise and drift
of the level alone would make, and, where it occurred twice or more, if it forecasts itself: leaving out one occurrence
at a time, what the others say must come nearer than "no effect". Else its factors are exactly one. Where two occasions
share days, the later one in the list is learnt from what the earlier ones leave unexplained.

What other shops saw (peers.py) is the prior in place of "none", so that a shop's first festival is foreseen too; for a
shop of which it would not have come nearer to its own past occurrences than "no effect" the prior stays "none".
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from analytics.engine.occasions import OCCASIONS, Special, own_phase
from analytics.engine.peers import LATER, NOBODY, OWN_DAY, STAND_OUT, YEARLY, Belief, Peers
from analytics.engine.protocol import WEEK, Array, Calendar

KERNEL_DAYS = 12.0  # standard deviation of the kernel of the expected level
PRIOR = 0.6  # of a phase's effect, as a logarithm
AROUND = 14  # days that must be known on both sides of an occurrence
KERNEL_STEP = 256  # kernels are kept for whole multiples of so many days
GAP_DAYS = 14  # on both sides: a hole as long as the longer festivals, across which the level drifts
MIN_DAYS = 120


@dataclass(frozen=True)
class Foreseen:
    """An occasion in the days ahead: `day` is its own day as days after the panel's end, `past` its occurrences.

    `shops` is how many other shops stand behind it, 0 where it rests on the series' own past alone.
    """

    series: int
    key: str
    day: int
    past: int
    shops: int = 0


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


def learn(
    panel: Array, calendar: Calendar, horizon: int, occasions: Sequence[Special] = OCCASIONS, peers: Peers = NOBODY
) -> Festivals:
    """What the festivals of the panel's past say about its past and the `horizon` days after it. Knows no later day.

    `peers` say what other shops saw, as it was known on the panel's last day.
    """
    count, days = panel.shape
    known, ahead = np.ones((count, days)), np.ones((count, horizon))
    variance = np.zeros((count, horizon))
    foreseen: list[Foreseen] = []
    effects: list[Effect] = []
    level = _expected(panel, _ordinary(calendar, occasions)) if days >= MIN_DAYS else None
    if level is None and not peers.marks:
        return Festivals(known, ahead, variance, ())
    for occasion in occasions:
        past = _past(occasion, calendar) if level is not None else []
        coming = [at for at in _all(occasion, calendar, horizon) if at not in past]
        belief = peers.belief(occasion, calendar.end) if past or coming else None
        if not past and belief is None:
            continue
        seen = _look(panel / known, level, occasion, past) if level is not None else _unseen(count, occasion)
        effect, doubt, counts, trusted = _judge(seen, occasion, belief)
        for at in (*past, *coming):
            for phase, (first, last) in enumerate(occasion.phases):
                begin, end = at + first, at + last + 1
                known[:, max(begin, 0) : max(min(end, days), 0)] *= np.exp(effect[:, phase, None])
                steps = slice(max(begin - days, 0), max(end - days, 0))
                ahead[:, steps] *= np.exp(effect[:, phase, None])
                variance[:, steps] += doubt[:, phase, None] ** 2
            if days <= at < days + horizon:
                shops = belief.shops if belief is not None else 0
                foreseen += [
                    Foreseen(row, occasion.key, at - days + 1, len(past), shops if trusted[row] else 0)
                    for row in np.flatnonzero(counts).tolist()
                ]
        if past:
            effects += _told(occasion, len(past), effect, counts)
    return Festivals(known, ahead, np.sqrt(variance), tuple(foreseen), tuple(effects))


def occurrences(
    series: Array, calendar: Calendar, occasions: Sequence[Special], skip: Container[tuple[str, date]] = ()
) -> Iterator[tuple[str, date, date, tuple[float, ...], tuple[float, ...]]]:
    """Each past occurrence in one series that is not skipped: key, day, the day since which this is known, and for each
    phase the logarithm of the effect and the variance of its noise.

    Each is seen from the days up to that day only, so it says the same whenever it is asked for.
    """
    for occasion in occasions:
        for at in _past(occasion, calendar):
            until = at + occasion.phases[-1][1] + LATER + 1
            if not MIN_DAYS <= until <= calendar.days or (occasion.key, calendar.day(at)) in skip:
                continue
            panel, span = series[None, :until], calendar.first(until)
            level = _expected(panel, _ordinary(span, occasions))
            earlier = occasions[: list(occasions).index(occasion)]
            seen = _look(panel / learn(panel, span, 1, earlier).known, level, occasion, [at])
            yield (
                occasion.key,
                calendar.day(at),
                span.end,
                tuple(float(f"{one:.6g}") for one in seen.effect[0, 0]),
                tuple(float(f"{one:.6g}") for one in seen.noise[0, 0]),
            )


def _judge(seen: _Seen, occasion: Special, belief: Belief | None) -> tuple[Array, Array, np.ndarray, np.ndarray]:
    """Effects and doubts, series x phases, none where an occasion does not count; whether it counts for each series,
    and whether it does so with what other shops saw."""
    effect, doubt = _settle(seen, occasion, None)
    counts = _counts(seen, own_phase(occasion)) if seen.effect.shape[1] else np.zeros(len(effect), dtype=bool)
    trusted = np.zeros(len(effect), dtype=bool)
    if belief is not None:
        trusted = _foretold(seen, belief)
        effect, doubt = (
            np.where(trusted[:, None], pooled, own)
            for pooled, own in zip(_settle(seen, occasion, belief), (effect, doubt), strict=True)
        )
        counts = counts | trusted
    return np.where(counts[:, None], effect, 0.0), np.where(counts[:, None], doubt, 0.0), counts, trusted


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


@lru_cache(maxsize=4)
def _kernel(days: int) -> tuple[Array, np.ndarray]:
    """The weight of each day in the level of each other, and whether a gap lies between them, days x days.

    A panel is looked at up to thirty past days, so these are kept; they are never written to.
    """
    distance = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    near, is_apart = np.exp(-0.5 * (distance / KERNEL_DAYS) ** 2), distance > GAP_DAYS
    near.flags.writeable = is_apart.flags.writeable = False
    return near, is_apart


def _expected(panel: Array, ordinary: np.ndarray) -> _Level:
    days = panel.shape[1]
    weekday = np.arange(days) % WEEK
    profile = np.ones((len(panel), WEEK))
    mean = np.maximum(panel[:, ordinary].mean(axis=1), 1e-9)
    for day in range(WEEK):
        chosen = ordinary & (weekday == day)
        if chosen.sum() >= 4:
            profile[:, day] = np.maximum(panel[:, chosen].mean(axis=1) / mean, 0.05)
    near, is_apart = _kernel(-(-days // KERNEL_STEP) * KERNEL_STEP)
    kernel = near[:days, :days] * ordinary[:, None] + 1e-12
    even = np.minimum(panel / profile[:, weekday], 3.0 * mean[:, None])
    # row by row: a product of matrices rounds otherwise than one of a vector, and a series must not depend on others
    level = np.stack([row @ kernel for row in even]) / kernel.sum(axis=0)
    expected = np.maximum(level * profile[:, weekday], 1e-9)
    logs = np.log((panel + 0.5 * expected) / (1.5 * expected))[:, ordinary]
    # 1.5: the half day on both sides draws logarithms together by about that much
    daily = np.maximum(1.5**2 * np.mean(logs**2, axis=1), 0.05**2)
    apart = kernel * is_apart[:days, :days]
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


def _unseen(count: int, occasion: Special) -> _Seen:
    none = np.zeros((count, 0, len(occasion.phases)))
    return _Seen(none, none)


def _shrunk(effect: Array, noise: Array, belief: Belief | None = None) -> tuple[Array, Array]:
    """Posterior mean and variance of a phase's effect, over the occurrences (axis 1)."""
    before, spread = (belief.mean, belief.variance) if belief is not None else (0.0, PRIOR**2)
    weight = 1.0 / (noise + (YEARLY * effect) ** 2)
    precision = weight.sum(axis=1) + 1.0 / spread
    return ((weight * effect).sum(axis=1) + before / spread) / precision, 1.0 / precision


def _settle(seen: _Seen, occasion: Special, belief: Belief | None) -> tuple[Array, Array]:
    """Series x phases: the logarithm of the factor to expect, and its standard deviation at the next occurrence.

    The half day c on both sides draws g towards none: for n days of E / n each the factor is ((n + 1/2) e^g - 1/2) / n.
    """
    mean, variance = _shrunk(seen.effect, seen.noise, belief)
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
    return stands_out if occurrences == 1 else stands_out & _foretold(seen, None)


def _foretold(seen: _Seen, belief: Belief | None) -> np.ndarray:
    """Per series whether each occurrence is nearer to what the others and the belief say than to no effect, all told.

    Without occurrences the belief stands as it is.
    """
    with_others, with_none = np.zeros(len(seen.effect)), np.zeros(len(seen.effect))
    count = seen.effect.shape[1]
    for left_out in range(count):
        rest = np.arange(count) != left_out
        said, _ = _shrunk(seen.effect[:, rest], seen.noise[:, rest], belief)
        weight = 1.0 / seen.noise[:, left_out]
        with_others += (weight * (seen.effect[:, left_out] - said) ** 2).sum(axis=1)
        with_none += (weight * seen.effect[:, left_out] ** 2).sum(axis=1)
    return np.asarray(with_others < with_none) if count else np.ones(len(seen.effect), dtype=bool)
