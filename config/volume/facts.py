"""The daily figures of a shop, added up from the arrays its orders were written from."""

from __future__ import annotations

import numpy as np

from accounts.merchants.models import Merchant
from analytics.models import CategoryFact, DailyFact, VariantFact
from config.volume.columns import days, keys, money
from config.volume.draw import CANCELLED, Lines, Orders
from config.volume.writing import next_key, write


def write_facts(
    merchant: Merchant, orders: Orders, lines: Lines, variants: np.ndarray, categories: np.ndarray, refunds: np.ndarray
) -> None:
    """`variants` and `categories` are keys by the place of the variant; `refunds` when each order was paid back."""
    day = days(orders.placed)
    first = day.min()
    on = (day - first).astype(np.int64)
    returned = ~np.isnat(refunds)
    back_on = (days(refunds[returned]) - first).astype(np.int64)
    span = int(max(on.max(), back_on.max(initial=0))) + 1
    off = orders.state == CANCELLED

    def add(values: np.ndarray, where: np.ndarray) -> np.ndarray:
        return np.bincount(where, weights=values, minlength=span).astype(np.int64)

    def count(where: np.ndarray) -> np.ndarray:
        return np.bincount(where, minlength=span)

    placed, paid_back = count(on), count(back_on)
    some = np.flatnonzero(placed + paid_back)
    names = [str(one) for one in first + np.arange(span)]
    write(
        DailyFact,
        {
            "id": keys(next_key(DailyFact), len(some)), "merchant_id": merchant.pk, "day": [names[one] for one in some],
            "orders": placed[some].tolist(), "units": add(orders.units, on)[some].tolist(),
            "value": money(add(orders.total, on)[some]), "item_value": money(add(orders.subtotal, on)[some]),
            "cancellations": count(on[off])[some].tolist(),
            "cancelled_value": money(add(orders.total[off], on[off])[some]), "refunds": paid_back[some].tolist(),
            "refunded": money(add(orders.refunded[returned], back_on)[some]),
        },
        len(some),
    )  # fmt: skip
    line_on = on[lines.order]
    _parts(merchant, VariantFact, "variant_id", variants, lines, lines.variant, line_on, names)
    kinds, kind = np.unique(categories, return_inverse=True)
    _parts(merchant, CategoryFact, "category_id", kinds, lines, kind[lines.variant], line_on, names)


def _parts(
    merchant: Merchant, model: type[VariantFact | CategoryFact], column: str, key: np.ndarray, lines: Lines,
    part: np.ndarray, on: np.ndarray, names: list[str],
) -> None:  # fmt: skip
    span = len(names)
    cells, cell = np.unique(part * span + on, return_inverse=True)
    _, firsts = np.unique(lines.order * len(key) + part, return_index=True)  # an order counts once in a part
    size = len(cells)
    write(
        model,
        {
            "id": keys(next_key(model), size), "merchant_id": merchant.pk, column: key[cells // span].tolist(),
            "day": [names[one] for one in (cells % span).tolist()],
            "orders": np.bincount(cell[firsts], minlength=size).tolist(),
            "units": np.bincount(cell, weights=lines.quantity, minlength=size).astype(np.int64).tolist(),
            "value": money(np.bincount(cell, weights=lines.total, minlength=size).astype(np.int64)),
        },
        size,
    )  # fmt: skip
