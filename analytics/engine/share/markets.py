"""Several markets at once, each forecast with what the others say of the slopes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analytics.engine.share.backtest import WARM_UP, Backtest, ShareForecast, origins_for
from analytics.engine.share.information import Information
from analytics.engine.share.panel import SharePanel
from analytics.engine.share.pooled import Neighbours


def forecast_markets(
    panels: Mapping[str, SharePanel],
    horizon: int,
    origins: int,
    information: Information,
    *,
    is_challenged: bool = True,
) -> Iterator[tuple[str, list[ShareForecast]]]:
    """Each market's forecasts at its last `origins` origins; none where it is too short.

    Other markets are looked at only up to the earliest moment at which this one is forecast, warm-up included, so that
    no forecast knows more than its day did.
    """
    neighbours = Neighbours(list(panels.values()))
    for number, (market, panel) in enumerate(panels.items()):
        chosen = origins_for(panel, horizon, origins)
        if not chosen:
            yield market, []
            continue
        earliest = max(chosen[0] - WARM_UP, 1)
        belief = neighbours.belief(number, panel.moments[earliest - 1])
        if belief is None:
            belief = neighbours.belief(number, panel.moments[chosen[0] - 1])
        walk = Backtest(panel, horizon, information, belief=belief, is_challenged=is_challenged)
        yield market, walk.forecasts(chosen)
