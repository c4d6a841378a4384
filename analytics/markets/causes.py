"""What moved a share, by cause: the engine's reasons, with advertising, stock-outs and ratings told apart.

`share.why` splits a change between price, promotion (whatever is neither price nor season), rivals and season. Here the
further drivers move on their own, one after the other, once before and once after prices and promotions; the mean of
both ways is the part of each (the average over the two orders, as Shapley 1953 takes it over all).
"""

from __future__ import annotations

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.candidates import Fitted
from analytics.engine.share.logratio import softmax
from analytics.engine.share.why import PROMOTIONS, UNEXPLAINED, reasons
from analytics.markets.pulls import FURTHER

Parts = dict[str, Array]


def causes(model: Fitted, names: tuple[str, ...], now: Array, then: Array, last: Array, current: Array) -> Parts:
    """Parts of `current - last` by cause, each an array of players; they sum to the change.

    `now` and `then`: players x drivers before and after; `last`, `current`: shares before and after.
    """
    apart = [at for at, name in enumerate(names) if name in FURTHER]
    if not apart:
        return reasons(model, names, now, then, last, current)
    both = [at for at in range(len(names)) if at not in apart]
    stages: list[list[int]] = [both, *([at] for at in apart)]
    parts: Parts = {}
    for order in (stages, stages[::-1]):
        drivers = now.copy()
        for stage in order:
            moved = drivers.copy()
            moved[:, stage] = then[:, stage]
            for cause, gain in _stage(model, names, stage, drivers, moved).items():
                parts[cause] = parts.get(cause, np.zeros(len(last))) + gain / 2
            drivers = moved
    parts[UNEXPLAINED] = current - last - sum(parts.values(), np.zeros(len(last)))
    return parts


def _stage(model: Fitted, names: tuple[str, ...], stage: list[int], before: Array, after: Array) -> Parts:
    """The parts of one stage; a further driver's own part bears its name."""
    shares = [softmax(model.planned(drivers[None]))[0] for drivers in (before, after)]
    found = reasons(model, names, before, after, *shares)
    found.pop(UNEXPLAINED)
    if len(stage) == 1 and names[stage[0]] in FURTHER:
        found[names[stage[0]]] = found.pop(PROMOTIONS)
    return found
