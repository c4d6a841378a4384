"""Demand of a real shop at three past days, and the speed of 100,000 products, beside one ETS fit per series.

The data are those of docs/forecasting.md: daily units per article of UCI's Online Retail. The file lies outside of the
project (SHARED_DATA, or ../shared/data beside it); without it nothing is measured.
"""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from analytics.engine.demand import forecast_demand
from analytics.engine.panel_backtest import PanelScore, average, cutoffs, score_panel, seasonal_naive
from analytics.engine.rhythm import DAILY
from bench.figures import Figure
from bench.place import ROOT, data_file

HORIZON, ORIGINS, SERIES = 28, 3, 1_000
LOOPED = 40  # series of the slow loops, the same for all; their time is scaled up
BIG, DAYS = 100_000, 337
PLACE = ROOT / "var" / "statsforecast"


def daily_units(path: Path) -> np.ndarray:
    """Units sold per article and day of the articles with 40 selling days whose first sale is in the first 150 days.

    Cancelled lines and lines of 5,000 units and more (wholesale orders cancelled within minutes) are left out.
    """
    import pandas as pd

    lines = pd.read_csv(path, dtype={"InvoiceNo": "str", "StockCode": "str"})
    kept = ~lines.InvoiceNo.str.startswith("C") & lines.Quantity.between(1, 4_999) & (lines.UnitPrice > 0)
    lines = lines[kept]
    day = pd.to_datetime(lines.InvoiceDate).dt.normalize()
    table = lines.groupby([lines.StockCode.str.upper(), day]).Quantity.sum().unstack(fill_value=0)
    panel = table.reindex(columns=pd.date_range(day.min(), day.max()), fill_value=0).to_numpy(dtype=float)
    sold = panel > 0
    return panel[(sold.argmax(axis=1) <= 150) & (sold.sum(axis=1) >= 40)]


def cpu(function: Callable[[], object]) -> float:
    """Seconds of processor time of this process for one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def _past(panel: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for origin in cutoffs(panel.shape[1], HORIZON, ORIGINS):
        yield panel[:, :origin], panel[:, origin : origin + HORIZON]


def _score(panel: np.ndarray, forecast: Callable[[np.ndarray], np.ndarray]) -> PanelScore:
    return average([score_panel(history, came, forecast(history), DAILY) for history, came in _past(panel)])


def _ets(history: np.ndarray) -> np.ndarray:
    """ETS(A,N,A) with a weekly season, one statsmodels fit for each series."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [ETSModel(row, seasonal="add", seasonal_periods=7).fit(disp=0) for row in history]
        return np.maximum([fit.forecast(HORIZON) for fit in fits], 0.0)


def _auto_ets(panel: np.ndarray) -> tuple[float, float] | None:
    """RMSSE of statsforecast's AutoETS and its processor seconds per series; None where it cannot be installed.

    It needs an older pandas than we do, so it runs in an environment of its own.
    """
    python = PLACE / "bin" / "python"
    if not (PLACE / ".installed").exists():
        print("installing statsforecast in var/statsforecast …", file=sys.stderr, flush=True)
        wanted = ROOT / "requirements-bench.txt"
        for step in (
            [sys.executable, "-m", "venv", str(PLACE)],
            [str(python), "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(wanted)],
        ):
            if subprocess.run(step, check=False).returncode:
                print("statsforecast cannot be installed; its figure is skipped", file=sys.stderr)
                return None
        (PLACE / ".installed").touch()
    task, result = PLACE / "panel.npy", PLACE / "result.npz"
    np.save(task, panel)
    script = Path(__file__).parent / "apart" / "auto_ets.py"
    done = subprocess.run([str(python), str(script), str(task), str(result), str(HORIZON), str(ORIGINS)], check=False)
    if done.returncode:
        print("statsforecast did not run; its figure is skipped", file=sys.stderr)
        return None
    answer = np.load(result)
    scores = [
        score_panel(history, came, paths, DAILY)
        for (history, came), paths in zip(_past(panel), answer["paths"], strict=True)
    ]
    return average(scores).rmsse, float(answer["seconds"]) / (ORIGINS * len(panel))


def run() -> Iterator[Figure]:
    path = data_file("online_retail_uci/online_retail.csv.gz")
    if path is None:
        print("UCI Online Retail is not there (SHARED_DATA names the folder); nothing is measured", file=sys.stderr)
        return
    everything = daily_units(path)
    panel = everything[np.random.default_rng(0).permutation(len(everything))[:SERIES]]
    yield from _accuracy(panel)
    yield from _speed(panel, np.resize(everything[:, :DAYS], (BIG, DAYS)))


def _accuracy(panel: np.ndarray) -> Iterator[Figure]:
    scores = [score_panel(history, came, forecast_demand(history, HORIZON), DAILY) for history, came in _past(panel)]
    ours = average(scores)
    naive = _score(panel, lambda history: seasonal_naive(history, HORIZON, 7))
    zero = _score(panel, lambda history: np.zeros((len(history), HORIZON)))
    beside = "seasonal naive"
    yield Figure("demand, RMSSE", ours.rmsse, "", naive.rmsse, beside, 0.815, "lower")
    yield Figure("demand, WAPE of 28 days", ours.wape, "", naive.wape, beside, 0.46, "lower", "figure")
    yield Figure("totals inside 80 %, at least", 100 * ours.totals_80, "%", 80.0, "its name", 77, "higher", "figure")
    yield Figure("totals inside 80 %, at most", 100 * ours.totals_80, "%", 80.0, "its name", 83, "lower", "figure")
    yield Figure("bias", abs(ours.bias), "", abs(zero.bias), "forecasting zero", 0.25, "lower", "figure")
    yield Figure("RMSSE beside forecasting zero", ours.rmsse, "", zero.rmsse, "forecasting zero", 1.0, "lower")
    yield Figure("MASE (decides nothing)", ours.mase, "", naive.mase, beside, 1.0, "lower")


def _speed(panel: np.ndarray, big: np.ndarray) -> Iterator[Figure]:
    some = panel[:LOOPED]
    forecast_demand(some, HORIZON)  # loads the libraries
    _ets(some[:1])
    mean = cpu(lambda: forecast_demand(big, HORIZON, with_quantiles=False))
    whole = cpu(lambda: forecast_demand(big, HORIZON))
    loop = cpu(lambda: _ets(some[:, :DAYS])) * BIG / LOOPED
    name = "statsmodels ETS loop"
    yield Figure("100,000 means", mean, "CPU s", loop, name, 3.0, "lower", "figure")
    yield Figure("100,000 with quantiles", whole, "CPU s", loop, name, 15.0, "lower", "figure")
    yield Figure("speed beside it", 1.0 / mean, "/CPU s", 1.0 / loop, name, 1_000, "higher")
    same = _score(some, lambda history: forecast_demand(history, HORIZON, with_quantiles=False).mean).rmsse
    yield Figure("RMSSE beside it", same, "", _score(some, _ets).rmsse, name, 1.0, "lower")
    if other := _auto_ets(some):
        rmsse, seconds = other
        yield Figure("speed beside AutoETS", 1.0 / mean, "/CPU s", 1.0 / (seconds * BIG), "AutoETS", 1_000, "higher")
        yield Figure("RMSSE beside AutoETS", same, "", rmsse, "AutoETS", 1.0, "lower")
