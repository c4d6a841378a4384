"""What a forecast may know of the plans ahead, and the shares that a fitted model expects under it.

- all: every player's drivers ahead.
- own: each player in turn knows its own; the others' are drawn from their past. Drawing them beats leaving them as they
  are now or at their mean, and the middle of the outcomes is the forecast: shares under promotion are skewed.
- none: everybody's are drawn from the past.

Every past period is drawn once, so that there is no randomness in it.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.candidates import Fitted
from analytics.engine.share.logratio import close, softmax

REACTION_RIDGE = 0.1


class Information(StrEnum):
    NONE = "none"
    OWN = "own"
    ALL = "all"


def log_rest(utility: Array) -> Array:
    """For each player the log of the summed attraction of all others; the last axis is the players."""
    top = utility.max(axis=-1, keepdims=True)
    raised = np.exp(utility - top)
    rest = raised.sum(axis=-1, keepdims=True) - raised
    return np.asarray(np.log(np.maximum(rest, 1e-12)) + top, dtype=float)


def expected(model: Fitted, carried: Array, plan: Array, information: Information) -> Array:
    """Horizon x players; under `own` each column is that player's own forecast and rows need not sum to one."""
    if information is Information.ALL:
        return softmax(model.planned(plan) + carried)
    if information is Information.NONE:
        drawn = softmax(model.past[None] + carried[:, None])
        return close(0.5 * (drawn.mean(axis=1) + np.median(drawn, axis=1)))
    own = model.planned(plan)
    rivals = log_rest(model.past[None] + carried[:, None])
    rivals = rivals + _reaction(model.past) * (own[:, None] - model.past[None])
    return np.asarray(np.median(1.0 / (1.0 + np.exp(rivals - (own + carried)[:, None])), axis=1), dtype=float)


def _reaction(past: Array) -> Array:
    """By how much the others' attraction has moved with one's own in the same period, per player, shrunk to zero.

    Shops that promote one brand at a time make it negative, price wars positive.
    """
    rivals = log_rest(past)
    rivals = rivals - rivals.mean(axis=0)
    own = past - past.mean(axis=0)
    shrink = REACTION_RIDGE * (rivals**2).sum(axis=0) + 1e-9
    return np.asarray((own * rivals).sum(axis=0) / ((own**2).sum(axis=0) + shrink), dtype=float)
