"""A regression on festivals and regressors whose errors are a seasonal ARMA process, on statsmodels.

z(t) = log((y(t) + m/2) / (3 m/2)), m the mean of the series, is explained by the weekday, by x(t) = log((f(t) + 1/2) /
(3/2)) with f the factor that festivals (festivals.py, peers.py) and outside series (drivers.py) are believed to have,
and by an ARMA(1,1) with an autoregression over the week for what is left. The coefficient of x is estimated together
with the rest, so that a series that answers to them less, or more, than believed is followed. Back from logarithms by
the mean of the exponentials of past errors (Duan, Journal of the American Statistical Association 78 (1983) 605-610).

Source: Box, Jenkins, Reinsel & Ljung, Time Series Analysis, 5th ed. (2015), ch. 9 and 12; Durbin & Koopman, Time Series
Analysis by State Space Methods (2012), ch. 3, as in statsmodels' SARIMAX. A fit takes about 0.15 s of CPU for a year of
days, so it is tried where no panel model is good only, at eight past days at most (forecast.py).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from analytics.engine.protocol import WEEK, Array, Calendar, Fitted, Paths
from analytics.engine.smoothing import SLOW_DAYS

STEPS: Final = 40  # of the search for the likelihood's peak
MOST: Final = 10.0  # times the largest day known; a path beyond is no forecast


@dataclass(frozen=True)
class Sarimax:
    """SARIMAX(1,0,1)(1,0,0) with a week of seven days; a series that it cannot fit, or gets absurd, becomes NaN."""

    name: str = "sarimax"
    cost: int = 3
    tier: int = 1
    min_length: int = 8 * WEEK
    season: int = WEEK
    has_trend: bool = False
    for_rare: bool = False

    def fit(self, panel: Array, calendar: Calendar) -> Fitted:
        """Without anything special about any day."""
        return Paths(lambda horizon: self._paths(panel, np.ones_like(panel), np.ones((len(panel), horizon))))

    def fit_around(self, panel: Array, calendar: Calendar, known: Array, ahead: Array) -> Fitted:
        return Paths(lambda horizon: self._paths(panel, known, ahead[:, :horizon]))

    def _paths(self, panel: Array, known: Array, ahead: Array) -> Array:
        rows = np.full(ahead.shape, np.nan)
        for index, series in enumerate(panel[:, -SLOW_DAYS:]):
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    row = _project(series, known[index, -SLOW_DAYS:], ahead[index])
            except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError):
                continue  # the row stays NaN, which the selection reports as "could not be fitted"
            if np.isfinite(row).all() and np.abs(row).max() <= MOST * series.max(initial=0.0):
                rows[index] = row
        return rows


def _project(series: Array, known: Array, ahead: Array) -> Array:
    from statsmodels.tsa.statespace.sarimax import SARIMAX  # slow to import

    days, mean = len(series), max(float(series.mean()), 1e-9)
    logs = np.log((series + 0.5 * mean) / (1.5 * mean))
    weekday = np.arange(days + len(ahead)) % WEEK
    columns = [(weekday == one).astype(float) for one in range(1, WEEK)]
    special = np.log((np.concatenate([known, ahead]) + 0.5) / 1.5)
    if np.ptp(special[:days]) > 0:  # what was never special before has no coefficient of its own
        columns.append(special)
        offset = np.zeros(days + len(ahead))
    else:
        offset = special
    design = np.stack(columns, axis=1)
    model: Any = SARIMAX(
        logs - offset[:days], exog=design[:days], order=(1, 0, 1), seasonal_order=(1, 0, 0, WEEK), trend="c"
    )
    fitted = model.fit(disp=False, maxiter=STEPS)
    smear = float(np.mean(np.exp(np.asarray(fitted.resid)[WEEK:])))
    said = np.asarray(fitted.forecast(len(ahead), exog=design[days:]), dtype=float) + offset[days:]
    return np.asarray(np.maximum(1.5 * mean * np.exp(said) * smear - 0.5 * mean, 0.0), dtype=float)
