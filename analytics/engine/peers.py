"""What an occasion did in other shops, as a belief about one that has not lived through it, or only once.

Each shop marks every occurrence once, from its days up to four weeks after it: the logarithm of the effect of each
phase, and the variance of its noise (festivals.py). A mark is known since that day and never changes, so a forecast
from a past day knows just the marks of then. Marks of a shop are averaged, and averages of shops are pooled by random
effects (DerSimonian & Laird, Controlled Clinical Trials 7 (1986) 177-188): the variance between shops, and how far one
year may differ from the next, are the variance of the belief. It is the prior of a shop's own effect, in place of the
one round "no effect".

There is a belief only where FEWEST shops or more stand behind it and none makes up more than MOST_WEIGHT of it, where
it stands out from noise, and where it would have forecast what was left out better than "no effect": each shop by the
others and, where there are several years, each year by the others. A phase that does not stand out from its noise is
drawn to none (positive-part James & Stein, as Efron & Morris, Journal of the American Statistical Association 70 (1975)
311-319).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from analytics.engine.occasions import Special, own_phase
from analytics.engine.protocol import Array

YEARLY: Final = 0.25  # how much an effect changes from one year to the next, as a part of it
STAND_OUT: Final = 4.0  # standard deviations by which an occasion as a whole, or one phase of it, must exceed noise
OWN_DAY: Final = 3.0  # the same for the phase of the day itself: a single, planned comparison
FEWEST: Final = 5  # shops behind a belief
MOST_WEIGHT: Final = 0.6  # of a belief that a single shop may make up
LATER: Final = 28  # days after an occurrence that its mark is made from
APART: Final = 180  # days between occurrences of different years


@dataclass(frozen=True)
class Mark:
    """One occurrence of an occasion in one shop: logarithm of the effect and variance of its noise, per phase.

    `shop` only tells one shop from another; one that is `alike` sells mostly the same kind of things.
    """

    shop: int
    key: str
    day: date
    known_on: date
    effect: tuple[float, ...]
    noise: tuple[float, ...]
    alike: bool = False


@dataclass(frozen=True)
class Belief:
    """Per phase the mean and the variance of a shop's effect, as so many other shops have it."""

    mean: Array
    variance: Array
    shops: int


@dataclass(frozen=True)
class Peers:
    """Marks of other shops, and what they say: those that are alike where they are enough, else all of them."""

    marks: tuple[Mark, ...] = ()

    @cached_property
    def _by_key(self) -> dict[str, list[Mark]]:
        found: dict[str, list[Mark]] = defaultdict(list)
        for one in self.marks:
            found[one.key].append(one)
        return found

    def belief(self, occasion: Special, on: date) -> Belief | None:
        """What is known of an occasion on a day; None where it is too little, or no better than no effect."""
        phases = len(occasion.phases)
        known = tuple(
            one
            for one in self._by_key.get(occasion.key, ())
            if one.known_on <= on and len(one.effect) == len(one.noise) == phases
        )
        near = tuple(one for one in known if one.alike)
        for chosen in (near, known):
            if len({one.shop for one in chosen}) >= FEWEST and (found := _belief(chosen, own_phase(occasion))):
                return found
        return None


NOBODY: Final = Peers()


@lru_cache(maxsize=256)  # the same marks are known at most of the past days that a forecast is tested at
def _belief(marks: tuple[Mark, ...], own: int) -> Belief | None:
    means, variances = _by_shop(marks)
    pooled, uncertain, between, weight = _pool(means, variances)
    if (weight.max(axis=0) > MOST_WEIGHT * weight.sum(axis=0)).any():
        return None
    if not stands_out(pooled**2 / uncertain, own) or not _wins(marks, means, variances):
        return None
    years = len(_years(marks))
    pooled = pooled * np.maximum(1.0 - uncertain / np.maximum(pooled**2, 1e-12), 0.0)
    return Belief(pooled, between + uncertain + (YEARLY * pooled) ** 2 / years, len(means))


def stands_out(surprise: Array, own: int) -> bool:
    """Whether squared standardised effects, one a phase, are more than noise makes. `own` is that of the day itself."""
    phases = len(surprise)
    together = surprise.sum() > phases + STAND_OUT * np.sqrt(2.0 * phases)
    return bool(together or surprise.max() > STAND_OUT**2 or surprise[own] > OWN_DAY**2)


def _by_shop(marks: Sequence[Mark]) -> tuple[Array, Array]:
    """Each shop's mean effect over its occurrences and the variance of that, shops x phases."""
    shops: dict[int, list[Mark]] = defaultdict(list)
    for one in marks:
        shops[one.shop].append(one)
    means, variances = [], []
    for shop in sorted(shops):
        effect = np.array([one.effect for one in shops[shop]])
        noise = np.maximum([one.noise for one in shops[shop]], 1e-6)
        weight = 1.0 / (noise + (YEARLY * effect) ** 2)
        means.append((weight * effect).sum(axis=0) / weight.sum(axis=0))
        # years are common to all shops, so how they differ is added to the belief and not to each shop's noise
        variances.append(1.0 / (1.0 / noise).sum(axis=0))
    return np.array(means), np.array(variances)


def _pool(means: Array, variances: Array) -> tuple[Array, Array, Array, Array]:
    """The mean over shops, its variance, the variance between shops (all per phase), and the weights of the shops."""
    fixed = 1.0 / variances
    total = fixed.sum(axis=0)
    centre = (fixed * means).sum(axis=0) / total
    apart = (fixed * (means - centre) ** 2).sum(axis=0)
    scale = np.maximum(total - (fixed**2).sum(axis=0) / total, 1e-12)
    between = np.maximum((apart - (len(means) - 1)) / scale, 0.0)
    weight = 1.0 / (variances + between)
    summed = weight.sum(axis=0)
    return (weight * means).sum(axis=0) / summed, 1.0 / summed, between, weight


def _years(marks: Sequence[Mark]) -> list[list[Mark]]:
    """The marks by year of the occasion, oldest first; the same festival may move by weeks."""
    years: list[list[Mark]] = []
    for one in sorted(marks, key=lambda mark: mark.day):
        if not years or (one.day - years[-1][0].day).days > APART:
            years.append([])
        years[-1].append(one)
    return years


def _wins(marks: Sequence[Mark], means: Array, variances: Array) -> bool:
    """Whether each shop is forecast better by the others than by nothing, and each year by the others, all told."""
    with_others = with_none = 0.0
    for left in range(len(means)):
        rest = np.arange(len(means)) != left
        said = _pool(means[rest], variances[rest])[0]
        with_others += float(((means[left] - said) ** 2 / variances[left]).sum())
        with_none += float((means[left] ** 2 / variances[left]).sum())
    if with_others >= with_none:
        return False
    years = _years(marks)
    if len(years) < 2:
        return True
    with_others = with_none = 0.0
    for year in years:
        others = [one for other in years if other is not year for one in other]
        said = _pool(*_by_shop(others))[0]
        for one in year:
            effect, noise = np.array(one.effect), np.maximum(one.noise, 1e-6)
            with_others += float(((effect - said) ** 2 / noise).sum())
            with_none += float((effect**2 / noise).sum())
    return with_others < with_none
