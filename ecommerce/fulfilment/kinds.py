"""Sending many orders, as the batches of accounts know it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.batches.kinds import Kind, Result, declare
from accounts.batches.models import Batch, BatchRow
from core.actors import Actor
from ecommerce.fulfilment.actions import ship_order
from ecommerce.orders.kinds import each_order, order_url
from ecommerce.orders.models import Order


def _ship(rows: Sequence[BatchRow], batch: Batch) -> dict[int, Result]:
    def step(order: Order, row: BatchRow, actor: Actor) -> None:
        ship_order(order, carrier=row.params["carrier"], tracking_number=row.params["tracking_number"], actor=actor)

    return each_order(rows, batch, step)


SHIP = declare(
    Kind(
        "orders.ship", _("Ship orders"), "orders.ship", _ship,
        lambda n: ngettext("%(n)d order shipped.", "%(n)d orders shipped.", n) % {"n": n}, order_url,
        _("Order"), chunk=1,
        no_undo=_("What has left the house cannot be taken back; open a return where it comes back."),
        columns={"tracking_number": _("Tracking number"), "carrier": _("Carrier")},
    )
)  # fmt: skip
