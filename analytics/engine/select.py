"""Choosing a model by what it would have said on days it had not seen.

A model is *good* if its error over all tests (root mean squares, of days and of whole tests, `relative`) is at least
2 % below that of seasonal naive. Chosen is
the cheapest good model that no other good one undercuts by more than 5 %, since a smaller difference is mostly luck;
among equally cheap ones the one with the smallest error.
Where none is good it is seasonal naive, and the result says so. Dear models are only tried where no cheap one is good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

BENCHMARK: Final = "seasonal_naive"
GAIN: Final = 0.02
CLOSE: Final = 0.05


@dataclass(frozen=True)
class ModelScore:
    """One model over all tests of one series; NaN where a score is undefined or could not be had.

    `relative` is its error over seasonal naive's, peaks cut off; `typical_miss` its mean absolute
    error and `pinball` its mean quantile loss, both in the unit of the series; `bias` 0.1 means 10 % too high;
    `inside_80` the share of days inside an interval made from other tests.
    """

    name: str
    cost: int
    tests: int
    relative: float
    mase: float
    rmsse: float
    bias: float
    typical_miss: float
    pinball: float
    inside_80: float

    @property
    def is_good(self) -> bool:
        return bool(self.relative <= 1.0 - GAIN)


@dataclass(frozen=True)
class Choice:
    """Why this model.

    best_cheap    it beats seasonal naive by `gain` (a share), and no cheaper model does as well
    none_better   no model beats seasonal naive, which therefore stands
    exact         "same as last week" was never wrong, so nothing can beat it
    constant      every recent day sold the same
    dormant       nothing was sold for eight weeks
    fit_failed    the chosen model could not be fitted to the newest days, so seasonal naive stands in
    """

    model: str
    reason: str
    gain: float = 0.0


def any_good(scores: Sequence[ModelScore]) -> bool:
    return any(score.is_good for score in scores)


def choose(scores: Sequence[ModelScore]) -> Choice:
    """The model for one series. `scores` holds seasonal naive."""
    good = [score for score in scores if score.is_good]
    if not good:
        benchmark = next(score for score in scores if score.name == BENCHMARK)
        return Choice(BENCHMARK, "exact" if benchmark.typical_miss == 0 else "none_better")
    best = min(score.relative for score in good)
    close = [score for score in good if score.relative <= best * (1.0 + CLOSE) + 1e-12]
    chosen = min(close, key=lambda score: (score.cost, score.relative, score.name))
    return Choice(chosen.name, "best_cheap", round(float(1.0 - chosen.relative), 4))


def relative_to(benchmark: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Errors over the benchmark's; where that is zero only zero equals it, all else is infinitely worse."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(benchmark > 0, errors / benchmark, np.where(errors == 0, 1.0, np.inf))
