"""How much of what suppliers delivered passed the check at receipt, product by product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from core.among import Among
from ecommerce.purchasing.models import ReceiptLine
from ecommerce.purchasing.scorecard import PERIOD


@dataclass(frozen=True)
class PassRate:
    """Units of a product that came and were `accepted`, or `damaged`; with a supplier where it is of theirs."""

    product: int
    accepted: int
    damaged: int
    supplier: int | None = None
    supplier_name: str = ""

    @property
    def checked(self) -> int:
        return self.accepted + self.damaged

    @property
    def rate(self) -> float | None:
        """Part of the checked units that passed, 0 to 1; None where nothing came."""
        return self.accepted / self.checked if self.checked else None

    @property
    def percent(self) -> float | None:
        return 100 * self.rate if self.rate is not None else None


def pass_rates(today: date, products: Sequence[int] | None = None) -> dict[int, PassRate]:
    """Of the deliveries of the last twelve months, by product id; products nothing came of are not in it. One query."""
    sums = _checked(today, products).values_list("line__variant__product_id").annotate(*_SUMS)
    return {product: PassRate(product, accepted, damaged) for product, accepted, damaged in sums}


def pass_rates_by_supplier(today: date, products: Sequence[int] | None = None) -> list[PassRate]:
    """The same for each product and supplier, the most units first. One query."""
    by = ("line__variant__product_id", "receipt__order__supplier_id", "receipt__order__supplier__name")
    sums = _checked(today, products).values_list(*by).annotate(*_SUMS)
    found = [
        PassRate(product, accepted, damaged, supplier, name) for product, supplier, name, accepted, damaged in sums
    ]
    return sorted(found, key=lambda one: (one.product, -one.checked, one.supplier_name))


_SUMS = (Sum("accepted"), Sum("damaged"))


def _checked(today: date, products: Sequence[int] | None) -> Any:
    rows = ReceiptLine.objects.filter(receipt__received_on__gt=today - PERIOD, receipt__received_on__lte=today)
    if products is not None:
        rows = rows.filter(Among("line__variant__product_id", products))
    return rows.order_by()
