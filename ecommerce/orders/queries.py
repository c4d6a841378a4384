"""Reading orders: for pages, API and exports alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Value
from django.db.models.functions import Coalesce

from ecommerce.orders import rules
from ecommerce.orders.models import Order, OrderLine, Payment
from ecommerce.orders.rules import ZERO

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def order_list() -> Any:
    """Orders with what a row of a list shows. `deadline` is `ship_by`, or far away where there is none: to sort by."""
    return Order.objects.select_related("merchant").annotate(deadline=Coalesce("ship_by", Value(NEVER)))


def order_detail() -> Any:
    """Orders with all that their own page shows."""
    return Order.objects.select_related("merchant", "customer").prefetch_related(
        Prefetch("lines", OrderLine.objects.select_related("variant__product")),
        Prefetch("payments", Payment.objects.order_by("at", "pk")),
        "notes",
    )


@dataclass(frozen=True)
class LineWorth:
    """What a line is worth after its part of the order's discount and tax; `before` units of it are refunded."""

    net: Decimal
    quantity: int
    before: int = 0

    def of(self, units: int) -> Decimal:
        return rules.worth_of_units(self.net, self.quantity, units, self.before)


def line_worths(order: Order, *, refundable: bool = False) -> dict[int, LineWorth]:
    """By line id. All units of all lines are worth the order's total without shipping, to the cent.

    With `refundable` the units that were refunded count as gone.
    """
    lines = list(order.lines.all())
    nets = [line.total for line in lines]
    on_order = order.discount - sum((line.discount for line in lines), ZERO)
    less, more = rules.spread(max(on_order, ZERO), nets), rules.spread(order.tax, nets)
    return {
        line.pk: LineWorth(net - minus + plus, line.quantity, line.refunded_quantity if refundable else 0)
        for line, net, minus, plus in zip(lines, nets, less, more, strict=True)
    }
