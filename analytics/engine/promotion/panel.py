"""What is known of promoted series: units, and the plan of prices and flags, which reaches beyond them.

A series is a product at a place (a store, a channel, a shop). Periods are weeks, or days.

Policies:

    gaps      Unknown units (NaN) are left out: neither zero nor filled.
    negative  Units below zero count as zero; infinite ones or beyond 1e15 are unknown.
    price     Not above zero, not finite or beyond 1e15: unknown. An unknown price is the last known one, else the next
              known one; a series without any price has no price effect.
    flags     Unknown is "not flagged"; kept between 0 and 1.
    still     A price or flag that never varied has no effect of its own; the series leans on its category.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analytics.engine.demand import LARGEST, usable
from analytics.engine.protocol import AnyFloat, Array

MEMORY: Final = 8  # periods back in which the highest price is the usual one
DEEP_ENOUGH: Final = 0.05  # below the usual price, as a part of it: less is no promotion
NONE: Final = 0.5  # units a period without a sale stands for, in series that have such


@dataclass(frozen=True)
class PromoPanel:
    """`units` is series x known periods; `price` (logarithms) and `promoted` are series x all periods, `flags` has the
    flags in front. `product`, `category` and `place` number each series' from 0."""

    units: Array
    price: Array
    flags: Array
    promoted: np.ndarray
    product: np.ndarray
    category: np.ndarray
    place: np.ndarray

    @property
    def known(self) -> int:
        return int(self.units.shape[1])

    @property
    def offset(self) -> Array:
        """What is added before the logarithm: nothing where something was sold in every known period."""
        with np.errstate(invalid="ignore"):
            return np.where((self.units == 0).any(axis=1), NONE, 0.0)

    @property
    def logs(self) -> Array:
        return np.asarray(np.log(self.units + self.offset[:, None]), dtype=float)

    def until(self, origin: int, horizon: int) -> PromoPanel:
        """The same as it was known after `origin` periods, with the plan of the `horizon` after them."""
        end = origin + horizon
        return replace(
            self,
            units=self.units[:, :origin],
            price=self.price[:, :end],
            flags=self.flags[:, :, :end],
            promoted=self.promoted[:, :end],
        )


def make_promo_panel(
    units: AnyFloat,
    price: AnyFloat,
    flags: Mapping[str, AnyFloat] | None = None,
    *,
    product: np.ndarray | None = None,
    category: np.ndarray | None = None,
    place: np.ndarray | None = None,
) -> PromoPanel:
    """`units` is series x periods known, `price` and each of `flags` series x (periods known + planned)."""
    series, periods = price.shape
    logs = log_prices(price)
    marks = np.zeros((len(flags or {}), series, periods))
    for at, flag in enumerate((flags or {}).values()):
        marks[at] = np.clip(np.nan_to_num(np.asarray(flag, dtype=float), nan=0.0), 0.0, 1.0)
    promoted = (depth(logs) <= np.log(1.0 - DEEP_ENOUGH)) | (marks > 0).any(axis=0)
    return PromoPanel(
        usable(units),
        logs,
        marks,
        promoted,
        np.arange(series) if product is None else _numbered(product),
        np.zeros(series, dtype=np.intp) if category is None else _numbered(category),
        np.zeros(series, dtype=np.intp) if place is None else _numbered(place),
    )


def log_prices(price: AnyFloat) -> Array:
    """Logarithms of prices by the policy above; zero throughout where a series has none."""
    values = np.asarray(price, dtype=float)
    with np.errstate(invalid="ignore"):
        fine = np.isfinite(values) & (values > 0) & (values <= LARGEST)
    logs = np.where(fine, np.log(np.where(fine, values, 1.0)), np.nan)
    return np.nan_to_num(_carried(_carried(logs)[:, ::-1])[:, ::-1], nan=0.0)


def depth(price: Array) -> Array:
    """Log price less the highest of the last `MEMORY` periods and this one: zero at the usual price, else below."""
    usual = price.copy()
    for back in range(1, min(MEMORY, price.shape[1] - 1) + 1):
        usual[:, back:] = np.maximum(usual[:, back:], price[:, :-back])
    return np.asarray(price - usual, dtype=float)


def _carried(values: Array) -> Array:
    """Each NaN replaced by the last value before it."""
    place = np.where(np.isfinite(values), np.arange(values.shape[1]), 0)
    return np.take_along_axis(values, np.maximum.accumulate(place, axis=1), axis=1)


def _numbered(codes: np.ndarray) -> np.ndarray:
    return np.unique(np.asarray(codes), return_inverse=True)[1]
