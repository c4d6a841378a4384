"""How likely a count is by chance alone: upper tails, exact, without a library.

They answer whether something happened more often than it used to. What is counted is taken as Poisson: each case for
itself, at one rate.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, log1p

NEGLIGIBLE = 1e-18  # of a sum of probabilities; what is left out is smaller


def poisson_upper(least: int, mean: float) -> float:
    """The probability of `least` or more where `mean` are expected."""
    if least <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if least <= mean:  # add up the shorter side
        return max(0.0, 1.0 - _sum_down(_poisson(least - 1, mean), least - 1, lambda k: k / mean))
    return _sum_up(_poisson(least, mean), least, lambda k: mean / (k + 1), None)


def binomial_upper(least: int, count: int, chance: float) -> float:
    """The probability of `least` or more successes among `count` draws."""
    if least <= 0:
        return 1.0
    if least > count or chance <= 0:
        return 0.0
    if chance >= 1:
        return 1.0
    odds = chance / (1 - chance)
    if least <= count * chance:
        down = _sum_down(_binomial(least - 1, count, chance), least - 1, lambda k: k / ((count - k + 1) * odds))
        return max(0.0, 1.0 - down)
    return _sum_up(_binomial(least, count, chance), least, lambda k: (count - k) * odds / (k + 1), count)


def more_than_before(seen: int, exposure: float, before: int, exposure_before: float) -> float:
    """The probability of `seen` cases or more if the rate is still that of the time before.

    `exposure` is what cases can come from (units sold, parcels due), now and before. The rate is known only from the
    `before` cases themselves, so the tail is that of the binomial: of all cases, each falls into the time now with a
    chance that depends on the exposures alone. Exact whatever the rate; with a long past it becomes the upper tail of
    the Poisson distribution. Source: J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples from
    Poisson series, Biometrika 31 (1940). 1.0 where there is no past to compare with.
    """
    if exposure_before <= 0 or exposure <= 0:
        return 1.0
    return binomial_upper(seen, seen + before, exposure / (exposure + exposure_before))


def _poisson(k: int, mean: float) -> float:
    return exp(k * log(mean) - mean - lgamma(k + 1))


def _binomial(k: int, count: int, chance: float) -> float:
    ways = lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1)
    return exp(ways + k * log(chance) + (count - k) * log1p(-chance))


def _sum_up(term: float, k: int, ratio: Callable[[int], float], last: int | None) -> float:
    total = 0.0
    while term > NEGLIGIBLE * max(total, NEGLIGIBLE) and (last is None or k <= last):
        total += term
        term *= ratio(k)
        k += 1
    return min(total, 1.0)


def _sum_down(term: float, k: int, ratio: Callable[[int], float]) -> float:
    total = 0.0
    while k >= 0 and term > NEGLIGIBLE * max(total, NEGLIGIBLE):
        total += term
        term *= ratio(k)
        k -= 1
    return min(total, 1.0)
