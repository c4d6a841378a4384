"""Which regressors a forecast takes: those with which it would have come nearer on past days.

Each is tried alone with the two nearest models, on the tests and with the yardstick that choose a model (select.py). It
counts if the error falls by a fiftieth or more and falls in most of the tests; two or more that count are tried
together, and taken together if that comes nearer still. The tests see a regressor as it was known at their day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.engine import scores as score
from analytics.engine.backtest import Backtest, replay
from analytics.engine.protocol import Array, Calendar, Model
from analytics.engine.select import BENCHMARK, GAIN
from analytics.engine.surroundings import MOST, Regressor, Surroundings, Verdict, ahead_known, unfit

MODELS_TRIED: Final = 2
MOST_TESTS: Final = 0.6  # the share of tests in which it must come nearer


def try_regressors(
    panel: Array, calendar: Calendar, tests: Backtest, models: Sequence[Model], around: Surroundings, horizon: int
) -> tuple[tuple[Regressor, ...], tuple[Verdict, ...]]:
    """The regressors that help one series (a panel of one row), and what became of each one given."""
    codes = {one.key: unfit(one, calendar, horizon) for one in around.regressors}
    tried = [one for one in around.regressors if not codes[one.key]][:MOST]
    nearest = _nearest(tests, models)
    gains: dict[str, float] = {}
    helpful: list[Regressor] = []
    if nearest and len(tests.origins) >= 4:
        plain = {model.name: tests.predicted[model.name] for model in nearest}
        for one in tried:
            paths = replay(panel, calendar, nearest, tests, range(len(tests.origins)), around.only([one]))
            gains[one.key], wins = _gain(tests, plain, paths)
            if gains[one.key] >= GAIN and wins >= MOST_TESTS:
                helpful.append(one)
        helpful = _together(panel, calendar, tests, nearest, around, helpful, gains)
    taken = {one.key for one in helpful}
    verdicts = []
    for one in around.regressors:
        code = codes[one.key] or ("used" if one.key in taken else "no_gain" if one.key in gains else "untried")
        gain = round(max(gains.get(one.key, 0.0), 0.0), 4)
        verdicts.append(Verdict(one.key, code, gain, ahead_known(one, calendar, horizon)))
    return tuple(helpful), tuple(verdicts)


def _nearest(tests: Backtest, models: Sequence[Model]) -> list[Model]:
    """The models that erred least, but for "same as last week", which nothing is added to."""
    able = [model for model in models if model.name in tests.predicted and model.name != BENCHMARK]
    errors = {model.name: float(score.yardstick(tests.typical, tests.predicted[model.name])[0]) for model in able}
    return sorted((model for model in able if np.isfinite(errors[model.name])), key=lambda model: errors[model.name])[
        :MODELS_TRIED
    ]


def _gain(tests: Backtest, plain: dict[str, Array], paths: dict[str, Array]) -> tuple[float, float]:
    """By what share the error of the nearest model falls, and in what share of the tests it does."""
    before = {name: float(score.yardstick(tests.typical, path)[0]) for name, path in plain.items()}
    after = {name: float(score.yardstick(tests.typical, path)[0]) for name, path in paths.items()}
    old, new = min(before, key=lambda name: before[name]), min(after, key=lambda name: after[name])
    if not before[old] > 0 or not np.isfinite(after[new]):
        return 0.0, 0.0
    misses = [np.nanmean(np.abs(one - tests.typical)[0], axis=1) for one in (plain[old], paths[new])]
    return 1.0 - after[new] / before[old], float(np.mean(misses[1] < misses[0]))


def _together(
    panel: Array,
    calendar: Calendar,
    tests: Backtest,
    nearest: Sequence[Model],
    around: Surroundings,
    helpful: list[Regressor],
    gains: dict[str, float],
) -> list[Regressor]:
    """All that help if they help more than the best one alone, else that one."""
    if len(helpful) < 2:
        return helpful
    best = max(helpful, key=lambda one: gains[one.key])
    plain = {model.name: tests.predicted[model.name] for model in nearest}
    paths = replay(panel, calendar, nearest, tests, range(len(tests.origins)), around.only(helpful))
    return helpful if _gain(tests, plain, paths)[0] > gains[best.key] else [best]
