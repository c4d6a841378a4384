"""What a buyer can ask to send back: what arrived, or must have arrived, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Refused
from ecommerce.buyers import links
from ecommerce.fulfilment.actions import add_tracking_event, mark_parcel_delivered, ship_order
from ecommerce.models import Order, Return
from ecommerce.returns.actions import LineIn, request_return
from ecommerce.returns.queries import arrived_of, returnable
from tests.ecommerce.orders_kit import ANN, placed, stocked
from tests.ecommerce.returns_kit import BUYER


def page_of(order: Order) -> str:
    return links.path_for("buyer-return", links.RETURN, order)


def asked(order: Order, units: int) -> Return:
    return request_return(order, lines=[LineIn(order.lines.get().pk, units, "damaged", "")], actor=BUYER)


def test_one_parcel_of_a_partly_shipped_order_can_come_back(scope, client):
    order = placed((stocked(), 3), paid=True)
    line = order.lines.get()
    parcel = ship_order(order, units={line.pk: 1}, actor=ANN)
    tracking = links.path_for("buyer-track", links.TRACK, order)
    assert client.get(page_of(order)).status_code == 404
    assert "Send something back" not in client.get(tracking).content.decode()

    mark_parcel_delivered(parcel, actor=ANN)
    ship_order(order, units={line.pk: 1}, actor=ANN)  # under way
    assert "Send something back" in client.get(tracking).content.decode()
    form = {f"units_{line.pk}": "2", f"reason_{line.pk}": "damaged"}
    assert client.post(page_of(order), form).status_code == 422
    with pytest.raises(Refused):
        asked(order, 2)
    assert not Return.objects.exists()
    client.post(page_of(order), form | {f"units_{line.pk}": "1"})
    case = Return.objects.get()
    assert (case.requested_by, case.lines.get().quantity) == ("buyer", 1)
    assert arrived_of(order, timezone.now()) == {line.pk: 0}
    assert returnable(order) == {line.pk: 1}, "the shop itself may know better"


@pytest.mark.parametrize(
    ("sent", "promised", "can"), [(3, None, False), (11, None, True), (3, 1, True), (11, -2, False)]
)
def test_a_carrier_that_never_reports_does_not_take_the_right_away(scope, client, sent, promised, can):
    """From the promised day on; ten days after it was sent where nothing was promised."""
    now = timezone.now()
    order = placed((stocked(), 1), paid=True)
    until = None if promised is None else now - timedelta(days=promised)
    ship_order(order, at=now - timedelta(days=sent), promised_at=until, actor=ANN)
    assert client.get(page_of(order)).status_code == (200 if can else 404)
    assert arrived_of(order, now) == {order.lines.get().pk: int(can)}


def test_what_came_back_or_is_in_trouble_is_not_with_the_buyer(scope, client):
    now = timezone.now()
    for kind in ("returned", "address_problem"):
        order = placed((stocked(), 1), paid=True)
        parcel = ship_order(order, at=now - timedelta(days=20), actor=ANN)
        add_tracking_event(parcel, kind=kind, at=now, actor=ANN)
        assert client.get(page_of(order)).status_code == 404
        with pytest.raises(Refused):
            asked(order, 1)
