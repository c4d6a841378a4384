"""How good share forecasts were, beside what costs nothing: last share, mean share, the best simple forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.scores import coverage, mean_absolute, pinball
from analytics.engine.share.backtest import SHORTEST, WARM_UP, Record, ShareForecast
from analytics.engine.share.draws import BANDS, LEVELS, space_of
from analytics.engine.share.panel import SharePanel


@dataclass(frozen=True)
class ShareScore:
    """Errors are mean absolute ones in shares (0.01 is one percentage point); NaN where nothing has come due.

    `cover_80`, `cover_95`: how often the bands held. `crps` (continuous ranked probability score) and that of the last
    share with bands made the same way, both by quantile loss over the levels.
    """

    error: float
    simple: dict[str, float]
    cover_80: float
    cover_95: float
    crps: float
    naive_crps: float
    forecasts: int

    @property
    def naive(self) -> float:
        return self.simple["naive"]

    @property
    def best_simple(self) -> float:
        return min(self.simple.values())

    @property
    def skill(self) -> float:
        """Error as a ratio to that of the last share."""
        return self.error / self.naive if self.naive > 0 else float("nan")

    @property
    def crps_ratio(self) -> float:
        return self.crps / self.naive_crps if self.naive_crps > 0 else float("nan")


def score(panel: SharePanel, forecasts: Sequence[ShareForecast]) -> ShareScore:
    """The score of forecasts of one market, over what has come due."""
    if not forecasts:
        raise ValueError("There is no forecast to score.")
    actual = np.concatenate([_actual(panel, one) for one in forecasts])
    quantiles = np.concatenate([one.quantiles for one in forecasts])
    simple = {
        name: float(mean_absolute(actual[None], np.concatenate([one.simple[name] for one in forecasts])[None])[0])
        for name in forecasts[0].simple
    }
    naive = np.concatenate(naive_quantiles(panel, forecasts))
    covered = {
        band: float(coverage(actual[None], quantiles[None, ..., low], quantiles[None, ..., high])[0])
        for band, (low, high) in BANDS.items()
    }
    point = np.concatenate([one.point for one in forecasts])
    return ShareScore(
        error=float(mean_absolute(actual[None], point[None])[0]),
        simple=simple,
        cover_80=covered[0.80],
        cover_95=covered[0.95],
        crps=2.0 * float(pinball(actual[None], quantiles[None], LEVELS)[0]),
        naive_crps=2.0 * float(pinball(actual[None], naive[None], LEVELS)[0]),
        forecasts=len(forecasts),
    )


def naive_quantiles(panel: SharePanel, forecasts: Sequence[ShareForecast]) -> list[Array]:
    """The bands of "last share again", learnt from its own past errors with the same care."""
    record = Record(is_joint=True)
    wanted = {one.origin: one for one in forecasts}
    first, made = forecasts[0].origin, []
    for origin in range(max(SHORTEST, first - WARM_UP), forecasts[-1].origin + 1):
        horizon = min(len(forecasts[0].point), len(panel.periods) - origin)
        point = np.repeat(panel.shares[origin - 1][None], horizon, axis=0)
        nothing = np.zeros(point.shape[1])
        if origin in wanted:
            chance = np.random.default_rng([origin])
            space = space_of(panel.shares[:origin][:, panel.selling(origin)])
            made.append(record.distribution(panel, origin, point, nothing, space, chance)[1])
        record.keep(panel, origin, point, nothing)
    return made


def _actual(panel: SharePanel, forecast: ShareForecast) -> Array:
    """What happened, NaN where it is not known or nobody sold."""
    ahead = slice(forecast.origin, forecast.origin + len(forecast.point))
    return np.where(panel.counted[ahead, None], panel.shares[ahead], np.nan)
