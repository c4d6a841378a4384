"""From a series of days to its forecast, in one call: clean, test, choose, fit, put intervals round it.

The same series gives the same forecast to the last digit, alone or among thousands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from analytics.engine import scores as score
from analytics.engine.adaptive import Scales
from analytics.engine.backtest import Backtest, backtest, look_ahead, replay
from analytics.engine.baselines import Drift, MovingAverage, Naive, SeasonalNaive
from analytics.engine.cleaning import Clean, Note, Refusal, cap_peaks, clean, without_closed
from analytics.engine.conformal import MIDDLE, Window, daily_bands, total_bands, windows_for
from analytics.engine.festivals import Effect, Festivals
from analytics.engine.protocol import LEVELS, WEEK, Array, Calendar, Model
from analytics.engine.regressors import try_regressors
from analytics.engine.sarimax import Sarimax
from analytics.engine.select import BENCHMARK, Choice, ModelScore, any_good, choose, relative_to
from analytics.engine.smoothing import BlendWeekday, Ets, SesWeekday, Theta, TrendWeekday
from analytics.engine.surroundings import PLAIN, Surroundings, Verdict, foresee

HORIZON: Final = 28
MODELS: Final[tuple[Model, ...]] = (
    Naive(), SeasonalNaive(), Drift(), MovingAverage(),
    SesWeekday(), TrendWeekday(), BlendWeekday(),
    Ets(), Theta(), Sarimax(),
)  # fmt: skip
LOW_80, HIGH_80 = LEVELS.index(0.10), LEVELS.index(0.90)
RECORD_WEEKS: Final = 12
RECORD_DAYS: Final = 56
DEAR_TESTS: Final = 8  # dear models are tried at this many past days at most
BUSY: Final = 0.5  # what sells on fewer days than this share sells rarely


@dataclass(frozen=True)
class Check:
    """A past stretch of `days` from `first` on: the 80 % range and the middle for its sum, and what came."""

    first: date
    days: int
    low: float
    middle: float
    high: float
    actual: float

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high


@dataclass(frozen=True)
class Track:
    """How the chosen model would have done in the last weeks, and day by day in the last of them.

    Each range is made from other tests only. The misses are mean absolute errors per day over all tests; `naive_miss`
    is that of "same as last week".
    """

    weeks: tuple[Check, ...]
    days: tuple[Check, ...]
    typical_miss: float
    naive_miss: float

    @property
    def inside(self) -> int:
        return sum(week.inside for week in self.weeks)


@dataclass(frozen=True)
class Forecast:
    """`mean` has one value per day after the calendar's end, `quantiles` one row of LEVELS per day.

    `totals` has one row of LEVELS per window: a sum's quantiles are not the sums of the days' quantiles. `effects` are
    what occasions did to the series, `regressors` says of each one given whether it took part.
    """

    calendar: Calendar
    mean: Array
    quantiles: Array
    windows: tuple[Window, ...]
    totals: Array
    choice: Choice
    scores: tuple[ModelScore, ...]
    track: Track
    notes: tuple[Note, ...]
    effects: tuple[Effect, ...] = ()
    regressors: tuple[Verdict, ...] = ()

    @property
    def horizon(self) -> int:
        return len(self.mean)

    def adjusted(self, scales: Scales, widening: float) -> Forecast:
        """The same with the ranges of days and of sums scaled, and all of them wider by a factor."""
        totals = [
            scales.of_sum(window.days).apply(row, widening)
            for window, row in zip(self.windows, self.totals, strict=True)
        ]
        return replace(self, quantiles=scales.days.apply(self.quantiles, widening), totals=np.stack(totals))


def forecast(
    values: Array,
    start: date,
    *,
    horizon: int = HORIZON,
    models: Sequence[Model] = MODELS,
    lately: int | None = None,
    around: Surroundings = PLAIN,
) -> Forecast | Refusal:
    """Forecast one daily series that begins on `start`; NaN marks unknown days. Refuses rather than guesses.

    `lately` chooses the model by so many of the newest tests only, as befits a series that is not what it was.
    """
    return forecast_many([(values, start)], horizon=horizon, models=models, lately=lately, around=around)[0]


def forecast_many(
    series: Sequence[tuple[Array, date]],
    *,
    horizon: int = HORIZON,
    models: Sequence[Model] = MODELS,
    lately: int | None = None,
    around: Surroundings = PLAIN,
) -> list[Forecast | Refusal]:
    """Forecast many series, those that cover the same days together. The answers are in the order of the series.

    All lie in the same surroundings. With regressors each is forecast alone, since slopes are learnt per panel.
    """
    results: list[Forecast | Refusal | None] = [None] * len(series)
    groups: dict[tuple[Calendar, str], list[tuple[int, Clean]]] = defaultdict(list)
    for index, (values, start) in enumerate(series):
        cleaned = clean(without_closed(values, start, around.closed), start)
        if isinstance(cleaned, Refusal):
            results[index] = cleaned
        else:
            groups[cleaned.calendar, cleaned.kind].append((index, cleaned))
    for together in groups.values():
        for group in [[one] for one in together] if around.regressors else [together]:
            made = _group([item for _, item in group], horizon, models, lately, around)
            for (index, _), result in zip(group, made, strict=True):
                results[index] = result
    return [result for result in results if result is not None]


def _group(
    items: list[Clean], horizon: int, models: Sequence[Model], lately: int | None, around: Surroundings
) -> list[Forecast]:
    calendar, kind = items[0].calendar, items[0].kind
    panel = np.stack([item.values for item in items])
    known = np.stack([item.known for item in items])
    cheap = [model for model in models if model.tier == 0]
    tests = backtest(panel, known, calendar, cheap, horizon, around.only(()))
    tables = _tables(tests.newest(lately), panel, models)
    verdicts: tuple[Verdict, ...] = ()
    if around.regressors:
        helpful, verdicts = try_regressors(panel, calendar, tests, cheap, around, horizon)
        around = around.only(helpful)
        if helpful:
            tests = backtest(panel, known, calendar, cheap, horizon, around)
            tables = _tables(tests.newest(lately), panel, models)
    tried = {i: tests.rows(np.array([i])) for i in range(len(items))}
    dear = [model for model in models if model.tier > 0]
    positions = tests.apart()[-DEAR_TESTS:]
    busy = (panel > 0).mean(axis=1) >= BUSY
    fit_for_rare = {model.name: model.for_rare for model in models}
    for i, table in enumerate(tables):
        if not busy[i]:
            tables[i] = table = [line for line in table if fit_for_rare[line.name] or line.name == BENCHMARK]
        if kind == "ordinary" and dear and busy[i] and len(positions) >= 4 and not any_good(table):
            more = replay(panel[i : i + 1], calendar, dear, tried[i], positions, around)
            tried[i] = tried[i].with_models(more)
            tables[i] = _tables(tried[i].newest(lately), panel[i : i + 1], models)[0]
    choices = [choose(table) if kind == "ordinary" else Choice("naive", kind) for table in tables]
    seen = foresee(panel, calendar, horizon, around)
    paths, choices = _paths(panel, calendar, models, choices, horizon, seen)
    results = []
    for i, item in enumerate(items):
        plain = choices[i].model == BENCHMARK
        doubt = np.zeros((1, horizon)) if plain else seen.doubt[i : i + 1]
        made = _result(item, tried[i], paths[i : i + 1], doubt, choices[i], tables[i], around.closed)
        results.append(
            replace(
                made,
                notes=(*made.notes, *(() if plain else _festival_notes(seen, i, calendar))),
                effects=tuple(effect for effect in seen.effects if effect.series == i),
                regressors=tuple(one.unused() for one in verdicts) if plain else verdicts,
            )
        )
    return results


def _tables(tests: Backtest, panel: Array, models: Sequence[Model]) -> list[list[ModelScore]]:
    """The scores of every tested model, per series."""
    costs = {model.name: model.cost for model in models}
    tables: list[list[ModelScore]] = [[] for _ in range(len(panel))]
    for name, predicted in tests.predicted.items():
        tested = np.isfinite(predicted).any(axis=(0, 2))
        benchmark = np.where(np.isfinite(predicted), tests.predicted[BENCHMARK], np.nan)
        relative = relative_to(score.yardstick(tests.typical, benchmark), score.yardstick(tests.typical, predicted))
        blind = _blind_bands(tests, name)
        columns = (
            relative,
            score.mase(tests.actual, predicted, panel),
            score.rmsse(tests.actual, predicted, panel),
            score.bias(tests.actual, predicted),
            score.mean_absolute(tests.actual, predicted),
            score.pinball(tests.actual, blind, LEVELS),
            score.coverage(tests.actual, blind[..., LOW_80], blind[..., HIGH_80]),
        )
        for row, table in enumerate(tables):
            table.append(ModelScore(name, costs[name], int(tested.sum()), *(float(column[row]) for column in columns)))
    return tables


def _blind_bands(tests: Backtest, name: str) -> Array:
    """Intervals of tests apart, each made from tests it shares no day with; NaN for all other tests."""
    predicted = tests.predicted[name]
    bands = np.full((*tests.actual.shape, len(LEVELS)), np.nan)
    for position in tests.apart():
        others = tests.others(position)
        if len(others) < 4:
            continue
        origins = [tests.origins[other] for other in others]
        bands[:, position] = daily_bands(
            np.nan_to_num(predicted[:, position]),
            tests.actual[:, others],
            predicted[:, others],
            origins,
            tests.doubt[:, position] if name != BENCHMARK else None,
        )
    return bands


def _paths(
    panel: Array,
    calendar: Calendar,
    models: Sequence[Model],
    choices: Sequence[Choice],
    horizon: int,
    seen: Festivals,
) -> tuple[Array, list[Choice]]:
    """The path of each series' chosen model, fitted to all its days; seasonal naive where that fit fails."""
    by_name = {model.name: model for model in models}
    paths = np.full((len(panel), horizon), np.nan)
    settled = list(choices)
    for name in sorted({choice.model for choice in choices}):
        rows = np.array([i for i, choice in enumerate(choices) if choice.model == name])
        paths[rows] = look_ahead(by_name[name], panel[rows], calendar, seen.rows(rows), horizon)
    for row in np.flatnonzero(~np.isfinite(paths).all(axis=1)):
        paths[row] = by_name[BENCHMARK].fit(cap_peaks(panel[row : row + 1]), calendar).predict(horizon)[0]
        settled[row] = Choice(BENCHMARK, "fit_failed")
    return paths, settled


def _festival_notes(seen: Festivals, row: int, calendar: Calendar) -> tuple[Note, ...]:
    return tuple(
        Note(
            "festival",
            {
                "key": one.key,
                "day": calendar.day(calendar.days - 1 + one.day).isoformat(),
                "past": one.past,
                **({"shops": one.shops} if one.shops else {}),
            },
        )
        for one in seen.foreseen
        if one.series == row
    )


def _result(
    item: Clean,
    tests: Backtest,
    path: Array,
    doubt: Array,
    choice: Choice,
    table: list[ModelScore],
    closed: frozenset[date],
) -> Forecast:
    predicted = tests.predicted[choice.model]
    windows = windows_for(path.shape[1])
    shut = np.array([item.calendar.day(item.days + step) in closed for step in range(path.shape[1])])
    path = np.where(shut, 0.0, path)
    quantiles = daily_bands(path, tests.actual, predicted, tests.origins, doubt)
    quantiles[:, shut] = 0.0
    totals = total_bands(path, tests.actual, predicted, tests.origins, windows, quantiles, doubt)
    return Forecast(
        calendar=item.calendar,
        mean=path[0],
        quantiles=quantiles[0],
        windows=windows,
        totals=totals[0],
        choice=choice,
        scores=tuple(table),
        track=_track(tests, item.calendar, choice.model),
        notes=(*item.notes, *((Note("closed", {"days": int(shut.sum())}),) if shut.any() else ())),
    )


def _track(tests: Backtest, calendar: Calendar, name: str) -> Track:
    predicted, actual = tests.predicted[name], tests.actual
    stretches = [window for window in windows_for(actual.shape[2]) if window.days == WEEK]
    weeks: list[Check] = []
    days: list[Check] = []
    for position in tests.apart():
        others = tests.others(position)
        if len(others) < 4 or not np.isfinite(predicted[:, position]).all():
            continue
        path, origins = predicted[:, position], [tests.origins[other] for other in others]
        doubt = tests.doubt[:, position] if name != BENCHMARK else None
        daily = daily_bands(path, actual[:, others], predicted[:, others], origins, doubt)
        sums = total_bands(path, actual[:, others], predicted[:, others], origins, stretches, daily, doubt)[0]
        origin = tests.origins[position]
        for window, band in zip(stretches, sums, strict=True):
            weeks.append(_check(calendar.day(origin + window.first - 1), WEEK, band, actual[0, position, window.steps]))
        for step in range(path.shape[1]):
            days.append(_check(calendar.day(origin + step), 1, daily[0, step], actual[0, position, step : step + 1]))
    return Track(
        weeks=tuple(week for week in weeks if np.isfinite(week.actual))[-RECORD_WEEKS:],
        days=tuple(day for day in days if np.isfinite(day.actual))[-RECORD_DAYS:],
        typical_miss=float(score.mean_absolute(actual, predicted)[0]),
        naive_miss=float(score.mean_absolute(actual, tests.predicted[BENCHMARK])[0]),
    )


def _check(first: date, days: int, band: Array, actual: Array) -> Check:
    low, middle, high = (float(band[index]) for index in (LOW_80, MIDDLE, HIGH_80))
    return Check(first, days, low, middle, high, float(actual.sum()))
