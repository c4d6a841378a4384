"""What promoted series will sell under a plan: candidates combined by past error, put right on average, with bands.

steady      exponential smoothing that ignores the plan: what the others must beat
response    the regression of response.py
boosted     the trees of boosted.py, where history allows

All work with logarithms; what they say in units is averaged with weights error^-POWER over past origins (a mean of
logarithms would lean to the lowest). A forecast of the logarithm is too low on average: mean and median of a skewed
quantity differ (Duan, JASA 78 (1983), smearing), so it is multiplied by what came over what was said at past origins,
drawn towards exp(variance / 2), the factor of a lognormal.
Promoted and other periods have weights, factor and bands of their own. Bands of a period are quantiles of past errors
(split conformal), scaled by the noise of counting; those of a sum over series and periods take into account that
promotions of one period err together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.engine.demand import LEVELS
from analytics.engine.promotion.boosted import boosted_path
from analytics.engine.promotion.panel import PromoPanel
from analytics.engine.promotion.response import COUNTING, fit_response, smoothed
from analytics.engine.protocol import Array
from analytics.engine.rhythm import group_sums
from analytics.engine.smoothed import over

POWER: Final = 6.0
ORIGINS: Final = 13  # past origins learnt from, the latest ones
SHORTEST: Final = 16  # periods known before the first of them
SMEAR_DOUBT: Final = 0.05  # of the lognormal's factor, as a standard deviation of its logarithm
SMEAR_LUCK: Final = 0.2  # of one origin, where few have been seen
SMEAR_COST: Final = 0.05  # by which putting the mean right may raise the absolute error
SMEAR_STEPS: Final = 21
LEAST_WEIGHT: Final = 1e-12
FENCE: Final = 3.0  # robust standard deviations an error counts for at most in it
Weights = tuple[Mapping[str, float], Mapping[str, float]]  # of other periods, of promoted ones
FEW: Final = 30  # errors of a kind, below which those of both kinds are taken


@dataclass(frozen=True)
class Candidates:
    """Log units of the coming periods by candidate, series x horizon, made after `origin` periods."""

    origin: int
    paths: Mapping[str, Array]


@dataclass(frozen=True)
class Learnt:
    """From past origins, for promoted (1) and other (0) periods: weights by candidate, log factors, bands.

    `offsets` are quantiles of errors over their expected size, kinds x LEVELS; `shared` the standard deviations of
    log errors that all promotions of a period have in common, those of a product, and each for itself; `totals`
    quantiles of the errors of products' sums over the deviation these make of them.
    """

    weights: Weights
    smear: tuple[float, float]
    offsets: Array
    shared: tuple[float, float, float]
    totals: Array
    origins: int


@dataclass(frozen=True)
class PromoForecast:
    """`mean` is series x horizon, `quantiles` series x horizon x LEVELS."""

    mean: Array
    quantiles: Array
    learnt: Learnt
    product: np.ndarray

    def total(self, chosen: np.ndarray) -> tuple[float, Array]:
        """Mean and quantiles of the sum over the cells of the mask `chosen`, series x horizon."""
        amounts = self.mean[chosen]
        whole = float(amounts.sum())
        if whole <= 0:
            return 0.0, np.zeros(len(LEVELS))
        parts = np.where(chosen, self.mean, 0.0).sum(axis=1) / whole
        doubt = _doubt(parts[None], self.product, np.array([whole]), self.learnt.shared)[0]
        return whole, np.asarray(whole * np.exp(doubt * self.learnt.totals), dtype=float)


def candidates(panel: PromoPanel, horizon: int, *, boosted: bool = True) -> Candidates:
    """What each says of the `horizon` periods after those known; the plan must reach as far."""
    logs = panel.logs
    seen = np.isfinite(logs)
    mean = over(np.where(seen, logs, 0.0).sum(axis=1), seen.sum(axis=1).astype(float))
    steady = mean + smoothed(logs - mean[:, None])
    paths = {"steady": np.repeat(steady[:, None], horizon, axis=1), "response": fit_response(panel).path(horizon)}
    if boosted and (path := boosted_path(panel, horizon)) is not None:
        paths["boosted"] = path
    return Candidates(panel.known, paths)


def past_origins(known: int, horizon: int) -> list[int]:
    """A horizon apart, the latest first."""
    return list(range(known - horizon, SHORTEST - 1, -horizon))[:ORIGINS]


def forecast_promotions(
    panel: PromoPanel,
    horizon: int,
    *,
    past: Sequence[Candidates] | None = None,
    now: Candidates | None = None,
    boosted: bool = True,
) -> PromoForecast:
    """`past` and `now` are candidates made of the panel at earlier origins and at its end, if there already."""
    made = now or candidates(panel.until(panel.known, horizon), horizon, boosted=boosted)
    if past is None:
        past = [
            candidates(panel.until(origin, horizon), horizon, boosted=boosted)
            for origin in past_origins(panel.known, horizon)
        ]
    learnt = learn(panel, past, horizon, list(made.paths))
    promoted = panel.promoted[:, panel.known : panel.known + horizon]
    logs = _combined(made, learnt.weights, promoted)
    smear = np.where(promoted, learnt.smear[1], learnt.smear[0])
    offset = panel.offset[:, None]
    mean = np.maximum(np.exp(logs + smear) - offset, 0.0)
    size = _size(logs)
    shifts = np.where(promoted[..., None], learnt.offsets[1], learnt.offsets[0]) * size[..., None]
    quantiles = np.maximum(np.exp(logs[..., None] + shifts) - offset[..., None], 0.0)
    return PromoForecast(mean, quantiles, learnt, panel.product)


def _size(logs: Array) -> Array:
    """The expected size of a log error, up to a common factor: demand's own, and that of counting."""
    return np.sqrt(COUNTING + np.exp(-np.clip(logs, -3.0, None)))


def _combined(made: Candidates, weights: Weights, promoted: np.ndarray) -> Array:
    """The logarithm of the weighted mean of what the candidates say in units."""
    mixed: list[Array] = []
    for weight in weights:
        parts = np.array([weight[name] for name in made.paths])
        paths = np.stack([made.paths[name] for name in made.paths])
        shares = np.log(np.maximum(parts, LEAST_WEIGHT) / parts.sum())
        mixed.append(np.asarray(np.logaddexp.reduce(paths + shares[:, None, None]), dtype=float))
    return np.where(promoted, mixed[1], mixed[0])


def learn(panel: PromoPanel, past: Sequence[Candidates], horizon: int, names: Sequence[str]) -> Learnt:
    """Weights, factors and bands from what candidates said at past origins about periods known since."""
    logs = panel.logs
    due = [one for one in past if one.origin + horizon <= panel.known][:ORIGINS]
    came = [logs[:, one.origin : one.origin + horizon] for one in due]
    kind = [panel.promoted[:, one.origin : one.origin + horizon] for one in due]
    weights = tuple(
        _weights(due, [np.where(mask == flag, true, np.nan) for true, mask in zip(came, kind, strict=True)], names)
        for flag in (False, True)
    )
    both = (weights[0], weights[1])
    said = [_combined(one, both, mask) for one, mask in zip(due, kind, strict=True)]
    errors = [true - path for true, path in zip(came, said, strict=True)]
    smear, offsets = [], []
    for flag in (False, True):
        chosen = [np.isfinite(error) & (mask == flag) for error, mask in zip(errors, kind, strict=True)]
        if sum(int(mask.sum()) for mask in chosen) < FEW:
            chosen = [np.isfinite(error) for error in errors]
        smear.append(_smear(errors, said, chosen))
        offsets.append(_offsets(errors, said, chosen))
    shared = _shared(errors, said, kind, panel.product)
    totals = _total_offsets(errors, said, kind, panel.product, shared, smear[1])
    return Learnt(both, (smear[0], smear[1]), np.stack(offsets), shared, totals, len(due))


def _weights(due: Sequence[Candidates], came: Sequence[Array], names: Sequence[str]) -> dict[str, float]:
    """error^-POWER by the root mean squared error of logarithms; alike where nothing has come due."""
    score = {}
    for name in names:
        gaps = [(true - one.paths[name]).ravel() for one, true in zip(due, came, strict=True) if name in one.paths]
        pool = np.concatenate(gaps) if gaps else np.empty(0)
        pool = pool[np.isfinite(pool)]
        score[name] = float(np.sqrt(np.mean(pool**2))) if len(pool) else np.nan
    known = [value for value in score.values() if np.isfinite(value)]
    least, most = (min(known), max(known)) if known else (1.0, 1.0)
    raw = {
        name: (max(value if np.isfinite(value) else most, 1e-9) / max(least, 1e-9)) ** -POWER
        for name, value in score.items()
    }
    whole = sum(raw.values())
    return {name: value / whole for name, value in raw.items()}


def _smear(errors: Sequence[Array], said: Sequence[Array], chosen: Sequence[np.ndarray]) -> float:
    """The logarithm of what came over what was said, drawn to that of a lognormal with the errors' variance.

    What one origin says of it is mostly that origin's luck, so it counts by how much origins differ. The noise of rare
    sales is nothing like a lognormal's; so no more of the factor is used than costs little in absolute error.
    """
    pool = np.concatenate([np.empty(0), *(error[mask] for error, mask in zip(errors, chosen, strict=True))])
    if not len(pool):
        return 0.0
    amount = np.exp(np.concatenate([path[mask] for path, mask in zip(said, chosen, strict=True)]))
    squares = (pool - np.average(pool, weights=amount)) ** 2
    most = (FENCE * 1.4826) ** 2 * float(np.median(squares))
    believed = float(np.average(np.minimum(squares, most), weights=amount)) / 2.0
    seen = np.array(
        [
            np.log(np.exp(path + error)[mask].sum() / np.exp(path)[mask].sum())
            for error, path, mask in zip(errors, said, chosen, strict=True)
            if mask.any()
        ]
    )
    luck = (float(np.var(seen)) * len(seen) + SMEAR_LUCK**2) / (len(seen) + 1.0)
    worth = len(seen) / luck * SMEAR_DOUBT**2
    wanted = float((worth * seen.mean() + believed) / (worth + 1.0))
    came = np.exp(
        np.concatenate([(path + error)[mask] for path, error, mask in zip(said, errors, chosen, strict=True)])
    )
    steps = wanted * np.linspace(1.0, 0.0, SMEAR_STEPS)
    cost = np.array([np.abs(amount * np.exp(step) - came).sum() for step in steps])
    return float(steps[np.argmax(cost <= (1.0 + SMEAR_COST) * cost[-1])])


def _offsets(errors: Sequence[Array], said: Sequence[Array], chosen: Sequence[np.ndarray]) -> Array:
    """Quantiles of errors over their expected size, widened as if there were one more origin."""
    scaled = [(error / _size(path))[mask] for error, path, mask in zip(errors, said, chosen, strict=True)]
    pool = np.concatenate(scaled) if scaled else np.empty(0)
    if len(pool) < 2:
        return np.asarray(student(1), dtype=float)
    middle = float(np.median(pool))
    return np.asarray(middle + (np.quantile(pool, LEVELS) - middle) * np.sqrt(1.0 + 1.0 / len(errors)), dtype=float)


def _shared(
    errors: Sequence[Array], said: Sequence[Array], kind: Sequence[np.ndarray], product: np.ndarray
) -> tuple[float, float, float]:
    """Standard deviations of what promotions of a period err together, those of a product, and each for itself.

    By mean products of pairs within a period, which noise of the single one does not touch.
    """
    count = int(product.max(initial=0)) + 1
    alike, alike_pairs, unlike, unlike_pairs, squares, number = np.zeros(6)
    for error, path, mask in zip(errors, said, kind, strict=True):
        chosen = (np.isfinite(error) & mask).astype(float)
        value = np.where(chosen > 0, error, 0.0)
        sums, here = group_sums(value, product, count), group_sums(chosen, product, count)
        single = (value**2).sum()
        alike += (sums**2).sum() - single
        alike_pairs += (here * (here - 1.0)).sum()
        unlike += (value.sum(axis=0) ** 2).sum() - (sums**2).sum()
        unlike_pairs += (chosen.sum(axis=0) ** 2).sum() - (here**2).sum()
        squares += single - (np.exp(-np.clip(path, 0.0, None)) * chosen).sum()
        number += chosen.sum()
    whole = max(squares / number, 0.0) if number > 1 else COUNTING
    together = min(max(unlike / unlike_pairs, 0.0), whole) if unlike_pairs else whole / 4.0
    of_product = min(max(alike / alike_pairs - together, 0.0), whole - together) if alike_pairs else 0.0
    return float(np.sqrt(together)), float(np.sqrt(of_product)), float(np.sqrt(whole - together - of_product))


def _doubt(parts: Array, product: np.ndarray, whole: Array, shared: tuple[float, float, float]) -> Array:
    """Standard deviations of the logarithms of sums: sums x series in, the part of each sum that is each series'."""
    together, of_product, apart = np.square(shared)
    products = group_sums(parts.T, product, int(product.max(initial=0)) + 1)
    variance = together + of_product * (products**2).sum(axis=0) + apart * (parts**2).sum(axis=1)
    return np.asarray(np.sqrt(variance + 1.0 / np.maximum(whole, 1.0)), dtype=float)


def _total_offsets(
    errors: Sequence[Array],
    said: Sequence[Array],
    kind: Sequence[np.ndarray],
    product: np.ndarray,
    shared: tuple[float, float, float],
    smear: float,
) -> Array:
    """Quantiles of the errors of each product's promoted sum in a period, over what `_doubt` expects of them."""
    count = int(product.max(initial=0)) + 1
    scaled = [np.empty(0)]
    for error, path, mask in zip(errors, said, kind, strict=True):
        chosen = np.isfinite(error) & mask
        amount = np.where(chosen, np.exp(path + smear), 0.0)
        came = np.where(chosen, np.exp(path + np.where(chosen, error, 0.0)), 0.0)
        told = group_sums(amount, product, count)
        sums = group_sums(came, product, count)
        squares = group_sums(amount**2, product, count)
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = squares / told**2
            variance = shared[0] ** 2 + shared[1] ** 2 + shared[2] ** 2 * parts + 1.0 / np.maximum(told, 1.0)
            scaled.append((np.log(sums / told) / np.sqrt(variance))[told > 0])
    pool = np.concatenate(scaled)
    if len(pool) < FEW:
        return student(len(errors))
    middle = float(np.median(pool))
    widened = middle + (np.quantile(pool, LEVELS) - middle) * np.sqrt(1.0 + 1.0 / len(errors))
    return np.asarray(widened, dtype=float)


def student(freedom: int) -> Array:
    """Quantiles of Student's t at LEVELS, by the expansion of Cornish and Fisher round the normal ones."""
    normal = np.array([-1.959964, -1.644854, -1.281552, -0.67449, 0.0, 0.67449, 1.281552, 1.644854, 1.959964])
    degrees = max(freedom, 3)
    first = (normal**3 + normal) / (4 * degrees)
    second = (5 * normal**5 + 16 * normal**3 + 3 * normal) / (96 * degrees**2)
    return np.asarray(normal + first + second, dtype=float)
