"""How the things of a shop sell: regularly or now and then, in like or in unlike amounts.

Source: Syntetos, Boylan & Croston, Journal of the Operational Research Society 56 (2005) 495-503: the mean interval
between sales (cut-off 1.32 periods) by the squared coefficient of variation of what is sold at once (cut-off 0.49).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np

from analytics.engine.demand import Demand, usable
from analytics.engine.protocol import AnyFloat

INTERVAL: Final = 1.32
VARIATION: Final = 0.49
FEW_DAYS: Final = 28  # known days since the first sale; with fewer a thing is new, however it sold on them


class Pattern(StrEnum):
    STEADY = "steady"
    UNEVEN = "uneven"
    RARE = "rare"
    LUMPY = "lumpy"
    NEW = "new"
    ASLEEP = "asleep"


def patterns(panel: AnyFloat, demand: Demand) -> np.ndarray:
    """The pattern of each series of a panel, as text; `demand` is its forecast, whose notes say what is asleep."""
    values = usable(panel)
    known = np.isfinite(values)
    values = np.where(known, values, 0.0)
    sold = values > 0
    days = np.where(sold.any(axis=1), (known & (np.maximum.accumulate(sold, axis=1))).sum(axis=1), 0)
    sales = sold.sum(axis=1)
    safe = np.maximum(sales, 1)
    mean = values.sum(axis=1) / safe
    square = np.einsum("ij,ij->i", values, values) / safe
    varies = np.where(mean > 0, square / np.where(mean > 0, mean, 1.0) ** 2 - 1.0, 0.0) >= VARIATION
    seldom = days / safe >= INTERVAL
    often = np.where(varies, Pattern.UNEVEN, Pattern.STEADY)
    found = np.where(seldom, np.where(varies, Pattern.LUMPY, Pattern.RARE), often)
    found = np.where(days < FEW_DAYS, Pattern.NEW, found)
    return np.where(demand.notes["dormant"] | demand.notes["silent"], Pattern.ASLEEP, found)
