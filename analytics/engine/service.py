"""Keeping a service level: the share of weeks in which nobody was to be turned away, and what is done when it was not.

Reorder points are quantiles of a forecast demand, and quantiles err. What keeps the promise all the same is adaptive
conformal inference (Gibbs & Candes, NeurIPS 34 (2021), eq. 2): after each week that is over the level at which points
are made moves by how far the week fell short of the promise, or went beyond it. The level moves on the normal scale, as
a score, so that it can ask for more than any share of a hundred.
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import Final

GAIN: Final = 3.0  # of a week's miss, on the normal scale, where 95 % are promised
LOWEST, HIGHEST = 0.0, 4.0  # scores: never less than the middle, never more than what 1 week in 30,000 asks for
FEWEST: Final = 20  # series a week; fewer say nothing of a promise of 95 %
FULL: Final = 100  # series from which on a week moves the score by the whole gain
REACH: Final = 3.0  # weeks until a moved point shows, up to which the whole gain is safe
Z_80: Final = 1.2816  # the normal quantile of 0.9: eight of ten cases lie between the two
_NORMAL: Final = NormalDist()
_STEEP: Final = _NORMAL.pdf(_NORMAL.inv_cdf(0.95))


def score_of(level: float) -> float:
    """Where a level (0 to 1) lies on the normal scale: the score that a promise begins with."""
    return _NORMAL.inv_cdf(level)


def level_of(score: float) -> float:
    """The level that a score stands for."""
    return _NORMAL.cdf(score)


def aim_of(level: float, shift: float) -> float:
    """The level to make points at where `level` is promised and asks for `shift` more on the normal scale."""
    return level_of(min(max(score_of(level) + shift, LOWEST), HIGHEST)) if shift else level


def gain(level: float, count: int, weeks: float = 1.0) -> float:
    """By how much of a week's miss the score moves, for `count` series; the arguments are those of moved().

    With gain g and s = phi(z) the slope of the share kept on the score, an error shrinks by the part g s a week. The
    gain is GAIN where 95 % are promised, and less for lower promises, where s is larger: g s is 0.31 for all of them.

    Small shops: the share of n series has the variance p (1 - p) / n, so that the score wobbles in the long run with
    the variance g p (1 - p) / (2 s n). Below FULL series g falls with n, which holds the wobble at what it is for FULL
    ones, 0.08 on the normal scale where 95 % are promised: points made at 94.1 to 95.8 %. Twenty series then take 16
    weeks to make up for most of a bias, a hundred three. Series that run out together, or for several weeks, make the
    wobble larger than that.

    Long lead times: a correction that shows after d weeks swings without end once g s d comes near pi / 2 (an
    integrator with a delay). Beyond REACH weeks g falls with 1 / d, which holds g s d at 0.93.
    """
    steep = min(1.0, _STEEP / _NORMAL.pdf(_NORMAL.inv_cdf(level)))
    return GAIN * steep * min(1.0, count / FULL) * min(1.0, REACH / max(weeks, 1.0))


def moved(score: float, level: float, kept: float, count: int, weeks: float = 1.0) -> float:
    """The score after a week in which `kept` of `count` series turned nobody away where `level` was promised.

    `weeks` is how long it takes until a moved point shows in the weeks kept: from one order to the next, and until the
    delivery. With fewer than FEWEST series the score stays.
    """
    if count < FEWEST:
        return score
    step = gain(level, count, weeks) * (level - kept / count)
    return min(max(score + step, LOWEST), HIGHEST)


def share_range(kept: float, count: float, z: float = Z_80) -> tuple[float, float]:
    """Between which shares the true one most likely lies (80 % with the usual `z`), if `kept` of `count` were kept.

    Wilson, Journal of the American Statistical Association 22 (1927) 209-212: it holds near 100 % too, where most
    promises are. `count` may be less than what was counted where cases go together.
    """
    if count <= 0:
        return 0.0, 1.0
    share = kept / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(max(share * (1 - share), 0.0) / count + z * z / (4 * count * count))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def confirmable(count: float) -> float:
    """The highest level that a record of `count` cases can confirm: where its range begins if not one was missed.

    A promise beyond it may be kept all the same, but so short a record looks alike whether it is or not (Hanley &
    Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249 (1983) 1743-1745).
    """
    return share_range(count, count)[0]
