"""statsforecast's AutoETS at past origins of a panel; run by bench/demand.py in an environment of its own.

auto_ets.py PANEL.npy RESULT.npz HORIZON ORIGINS: RESULT holds `paths`, origins x series x horizon, and `seconds`, the
processor time of all of them together.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS


def forecast(history: np.ndarray, horizon: int) -> np.ndarray:
    series, days = history.shape
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(series), days),
            "ds": np.tile(np.arange(days), series),
            "y": history.ravel(),
        }
    )
    told = StatsForecast(models=[AutoETS(season_length=7)], freq=1, n_jobs=1).forecast(df=table, h=horizon)
    return np.maximum(told["AutoETS"].to_numpy().reshape(series, horizon), 0.0)


def main(panel_file: str, result_file: str, horizon: int, origins: int) -> None:
    panel = np.load(panel_file)
    forecast(panel[:1, :-horizon], horizon)  # loads the libraries
    began = time.process_time()
    paths = [forecast(panel[:, : panel.shape[1] - horizon * step], horizon) for step in range(origins, 0, -1)]
    np.savez(result_file, paths=np.stack(paths), seconds=time.process_time() - began)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
