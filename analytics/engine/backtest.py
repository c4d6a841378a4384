"""Rolling origin: what each model would have said at many past days, against what came.

Source: Tashman, International Journal of Forecasting 16 (2000) 437-450.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.engine.cleaning import cap_peaks
from analytics.engine.festivals import Festivals, learn
from analytics.engine.protocol import WEEK, AroundFactors, Array, Calendar, Model
from analytics.engine.select import BENCHMARK
from analytics.engine.surroundings import PLAIN, Surroundings, with_regressors

MIN_TRAIN = 14
MAX_TRAIN_FIRST = 56
MOST_ORIGINS = 29
FEWEST_ORIGINS = 4


@dataclass(frozen=True)
class Backtest:
    """All arrays are series x origins x steps; NaN where the day has not come, was unknown or could not be predicted.

    `origins` are the numbers of days known at each test, the latest last. `typical` is `actual` with peaks cut off,
    but for those of festivals that were foreseen; `doubt` is how far a festival's effect may be off, as the standard
    deviation of its logarithm. `seen` is what was known of the festivals at each test.
    """

    origins: tuple[int, ...]
    actual: Array
    typical: Array
    predicted: Mapping[str, Array]
    doubt: Array
    seen: tuple[Festivals, ...]

    def with_models(self, more: Mapping[str, Array]) -> Backtest:
        return replace(self, predicted={**self.predicted, **more})

    def rows(self, index: np.ndarray) -> Backtest:
        """The same for some of the series."""
        predicted = {name: paths[index] for name, paths in self.predicted.items()}
        seen = tuple(one.rows(index) for one in self.seen)
        return Backtest(self.origins, self.actual[index], self.typical[index], predicted, self.doubt[index], seen)

    def newest(self, count: int | None) -> Backtest:
        """The same with the newest tests only; all of them for None."""
        if count is None or count >= len(self.origins):
            return self
        kept = slice(len(self.origins) - count, None)
        predicted = {name: paths[:, kept] for name, paths in self.predicted.items()}
        doubt, seen = self.doubt[:, kept], self.seen[kept]
        return Backtest(self.origins[kept], self.actual[:, kept], self.typical[:, kept], predicted, doubt, seen)

    def apart(self) -> list[int]:
        """Positions of tests with a whole horizon that share no day with each other, the latest last."""
        horizon = self.actual.shape[2]
        whole = np.isfinite(self.actual[:, :, -1]).any(axis=0)
        chosen: list[int] = []
        for position in reversed(np.flatnonzero(whole).tolist()):
            if not chosen or self.origins[chosen[-1]] - self.origins[position] >= horizon:
                chosen.append(position)
        return chosen[::-1]

    def others(self, position: int) -> np.ndarray:
        """Positions of the tests whose days do not touch those of the test at `position`."""
        distance = np.abs(np.asarray(self.origins) - self.origins[position])
        return np.flatnonzero(distance >= self.actual.shape[2])


def origins_for(days: int, horizon: int) -> tuple[int, ...]:
    """Weekly origins, at most 29, the latest a week before the end; closer together where history is short.

    The tests nearest the end see a part of the horizon only. At least four, for 28 days or more.
    """
    first = min(max(MIN_TRAIN, days // 3), MAX_TRAIN_FIRST)
    last = days - WEEK
    step = WEEK
    if (last - first) // step + 1 < FEWEST_ORIGINS:
        step = max(1, (last - first) // (FEWEST_ORIGINS - 1))
    return tuple(sorted(range(last, first - 1, -step)[:MOST_ORIGINS]))


def backtest(
    panel: Array,
    known: np.ndarray,
    calendar: Calendar,
    models: Sequence[Model],
    horizon: int,
    around: Surroundings = PLAIN,
) -> Backtest:
    """Fit every model at every origin; a model that needs more history than the first origin has is left out."""
    origins = origins_for(panel.shape[1], horizon)
    shape = (len(panel), len(origins), horizon)
    actual, typical, doubt = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    capped = cap_peaks(panel)
    truth = np.where(known, panel, np.nan)
    festivals = []
    for position, origin in enumerate(origins):
        steps = min(horizon, panel.shape[1] - origin)
        actual[:, position, :steps] = truth[:, origin : origin + steps]
        typical[:, position, :steps] = np.where(known, capped, np.nan)[:, origin : origin + steps]
        seen = learn(panel[:, :origin], calendar.first(origin), horizon, around.occasions, around.peers)
        typical[:, position] = np.where(seen.ahead != 1.0, actual[:, position], typical[:, position])
        doubt[:, position] = seen.doubt
        festivals.append(seen)
    tests = Backtest(origins, actual, typical, {}, doubt, tuple(festivals))
    return tests.with_models(replay(panel, calendar, models, tests, range(len(origins)), around))


def look_ahead(model: Model, history: Array, calendar: Calendar, seen: Festivals, horizon: int) -> Array:
    """The model's path from the history without its festivals and other peaks, with the festivals ahead put back.

    "Same as last week" knows of no festival: it is what the others are measured by. A model that weighs festivals and
    regressors itself gets them beside the history.
    """
    if model.name == BENCHMARK:
        return model.fit(cap_peaks(history), calendar).predict(horizon)
    if isinstance(model, AroundFactors):
        capped = cap_peaks(history / seen.known) * seen.known
        return model.fit_around(capped, calendar, seen.known, seen.ahead).predict(horizon)
    return model.fit(cap_peaks(history / seen.known), calendar).predict(horizon) * seen.ahead


def replay(
    panel: Array,
    calendar: Calendar,
    models: Sequence[Model],
    tests: Backtest,
    positions: Iterable[int],
    around: Surroundings = PLAIN,
) -> dict[str, Array]:
    """What each model says at the tests at these positions, series x origins x steps by name; NaN at the others."""
    wanted, origins, horizon = list(positions), tests.origins, tests.actual.shape[2]
    able = [model for model in models if wanted and model.min_length <= origins[wanted[0]]]
    predicted = {model.name: np.full((len(panel), len(origins), horizon), np.nan) for model in able}
    for position in wanted:
        history, span = panel[:, : origins[position]], calendar.first(origins[position])
        seen = with_regressors(tests.seen[position], history, span, horizon, around.regressors)
        for model in able:
            predicted[model.name][:, position] = look_ahead(model, history, span, seen, horizon)
    return predicted
