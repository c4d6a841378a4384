"""Deliveries: good units enter the stock once, damaged ones never, and the order follows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.inventory.queries import broken_levels
from ecommerce.models import PurchaseOrder, Receipt, StockLevel, StockMove, Supplier
from ecommerce.purchasing import actions
from ecommerce.purchasing.rules import Came
from tests import factories
from tests.api import program_of
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.race import alone, shared_database, together


def came(order, **units):
    """Units by SKU as receive_goods() wants them: POT=(accepted, damaged)."""
    lines = {line.sku: line.pk for line in order.lines.all()}
    return {lines[sku]: Came(*figures) for sku, figures in units.items()}


def receive(order, key="first", *, at=None, why="", **units):
    return actions.receive_goods(order, came(order, **units), key=key, received_on=at, over_reason=why, actor=SYSTEM)


def on_hand(sku="POT"):
    return sum(StockLevel.objects.filter(variant__sku=sku).values_list("on_hand", flat=True))


@pytest.fixture
def order(scope):
    """24 pots and 10 cups, sent."""
    supplier = kiln()
    kiln(sku="CUP")
    cup = factories.Variant.objects.get(sku="CUP")
    actions.set_price(supplier, cup, price=Decimal(1), actor=SYSTEM)
    return sent(supplier, ("POT", 24), ("CUP", 10))


def test_a_delivery_in_two_parts_fills_the_stock_and_closes_the_order(order):
    receive(order, POT=(20, 2), CUP=(10, 0))
    order.refresh_from_db()
    partly = (order.state, order.received, [(line.sku, line.outstanding) for line in order.lines.all()])
    receive(order, "second", POT=(4, 0))
    order.refresh_from_db()

    assert partly == ("partly_received", 30, [("POT", 4), ("CUP", 0)])
    assert (order.state, order.received) == ("closed", 34)
    assert (on_hand("POT"), on_hand("CUP")) == (24, 10)
    moves = StockMove.objects.filter(variant__sku="POT").order_by("pk")
    assert [(move.quantity, move.reason, move.reference) for move in moves] == [
        (20, "receipt", order.number),
        (4, "receipt", order.number),
    ]
    assert list(Receipt.objects.order_by("pk").values_list("accepted", "damaged")) == [(30, 2), (4, 0)]
    assert not broken_levels().exists()


def test_damaged_units_alone_leave_the_stock_alone(order):
    receive(order, POT=(0, 5))

    order.refresh_from_db()
    assert (order.state, order.received) == ("partly_received", 0)
    assert not StockMove.objects.exists()


def test_the_same_delivery_sent_twice_is_received_once(order):
    first = receive(order, POT=(5, 0))
    again = receive(order, POT=(5, 0))

    assert first == again
    assert (on_hand(), Receipt.objects.count()) == (5, 1)
    assert Activity.objects.filter(kind="purchasing.received").count() == 1


def test_another_delivery_under_the_same_key_is_refused(order):
    receive(order, POT=(5, 0))

    with pytest.raises(Refused) as no:
        receive(order, POT=(6, 0))

    assert (no.value.code, no.value.status, on_hand()) == ("key_used", 409, 5)


def test_more_than_was_ordered_needs_a_reason(order):
    with pytest.raises(Refused) as no:
        receive(order, POT=(24, 1), CUP=(1, 0))
    nothing = (on_hand("POT"), on_hand("CUP"), Receipt.objects.count())
    receive(order, POT=(30, 0), why="Free samples")

    assert (no.value.code, nothing) == ("over_delivery", (0, 0, 0))
    assert "POT: 24" in no.value.message
    assert (on_hand(), Receipt.objects.get().over_reason) == (30, "Free samples")
    line = order.lines.get(sku="POT")
    assert (line.accepted, line.outstanding) == (30, 0)


def test_a_refused_stock_move_takes_the_whole_receipt_back(order):
    """The stock of cups cannot take more, so the pots of the same delivery do not enter either."""
    cups = order.lines.get(sku="CUP")
    StockLevel.objects.create(warehouse=order.warehouse, variant=cups.variant, on_hand=10_000_000)

    with pytest.raises(Refused):
        receive(order, POT=(24, 0), CUP=(10, 0))

    order.refresh_from_db()
    assert (order.state, order.received, on_hand("POT")) == ("sent", 0, 0)
    assert not Receipt.objects.exists()
    assert not StockMove.objects.exists()


@pytest.mark.parametrize("days", [1, -1])
def test_a_delivery_comes_between_sending_and_today(order, days):
    with pytest.raises(Refused) as no:
        receive(order, POT=(1, 0), at=order.sent_on + timedelta(days=days))

    assert no.value.code == "bad_day"


@pytest.mark.parametrize("units", [{}, {"POT": (0, 0)}, {"POT": (-1, 2)}])
def test_nothing_and_nonsense_are_no_delivery(order, units):
    with pytest.raises(Refused, match="not only zeros"):
        receive(order, **units)


def test_lines_of_another_order_are_refused(order):
    other = sent(Supplier.objects.get(code=order.supplier.code), ("POT", 3))

    with pytest.raises(Refused, match="no such line"):
        actions.receive_goods(order, came(other, POT=(3, 0)), key="x", actor=SYSTEM)


@pytest.mark.parametrize("state", ["draft", "closed", "cancelled"])
def test_only_what_is_on_its_way_is_received(order, state):
    PurchaseOrder.objects.filter(pk=order.pk).update(state=state)

    with pytest.raises(Refused) as no:
        receive(order, POT=(1, 0))

    assert (no.value.code, on_hand()) == ("wrong_state", 0)


def test_a_partly_received_order_is_closed_by_hand(order):
    receive(order, POT=(20, 0))
    order.refresh_from_db()
    actions.close_order(order, reason="They have no more", actor=SYSTEM)

    assert PurchaseOrder.objects.on_the_way().count() == 0
    with pytest.raises(Refused):
        receive(order, "late", POT=(4, 0))


def test_what_was_received_cannot_be_rewritten(order):
    receipt = receive(order, POT=(20, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(damaged=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        receipt.lines.all().update(damaged=0)


def test_the_page_receives_and_a_second_click_does_not(as_user, ben, order):
    client = as_user(ben)
    path = f"{order.get_absolute_url()}receive/"
    form = client.get(path).context["form"]
    pot, cup = order.lines.order_by("place")
    data = {
        "key": form["key"].value(),
        "received_on": order.sent_on.isoformat(),
        f"accepted_{pot.pk}": "23",
        f"damaged_{pot.pk}": "1",
        f"lot_{pot.pk}": "LOT-7",
        f"accepted_{cup.pk}": "10",
        f"damaged_{cup.pk}": "",
    }

    first = client.post(path, data)
    second = client.post(path, data)
    page = client.get(order.get_absolute_url())

    assert (first.status_code, second.status_code, on_hand()) == (302, 302, 23)
    assert [row["accepted"].value() for row in form.rows()] == [24, 10]
    assert "LOT-7" in page.text
    assert "Goods received: 33 accepted, 1 damaged" in page.text


def test_too_much_on_the_page_is_answered_with_a_sentence(as_user, ben, order):
    path = f"{order.get_absolute_url()}receive/"
    pot = order.lines.get(sku="POT")

    response = as_user(ben).post(
        path, {"key": "k", "received_on": order.sent_on.isoformat(), f"accepted_{pot.pk}": "25"}
    )

    assert (response.status_code, on_hand()) == (422, 0)
    assert "Still to come of POT: 24" in response.text


def test_a_program_receives_once(shop, ann):
    with tenant(shop):
        order = sent(kiln())
        line = order.lines.get().pk
    program = program_of(shop)
    path = f"purchase-orders/{order.pk}/receive/"
    body = {"key": "scan-1", "lines": [{"id": line, "accepted": 20, "damaged": 4, "lot": "A"}]}

    first, again = program.post(path, body), program.post(path, body)
    twice = program.post(path, {"key": "scan-2", "lines": body["lines"] * 2})

    assert (first.status_code, again.status_code, twice.status_code) == (200, 200, 400)
    assert (again.data["state"], again.data["received"]) == ("partly_received", 20)
    assert [(one["accepted"], one["damaged"]) for one in again.data["receipts"]] == [(20, 4)]
    with tenant(shop):
        assert on_hand() == 20
        call_command("check_stock")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keys", [("a", "a"), ("a", "b")])
def test_two_people_receive_the_same_parcel_at_one_moment(shop, tmp_path, keys):
    """Under one key it is one delivery. Under two, the second is too much or too late. The stock gets it once."""
    with tenant(shop):
        order = sent(kiln())
        what = came(order, POT=(24, 0))

    def deliver(key):
        def call():
            with tenant(shop):
                try:
                    return actions.receive_goods(order, what, key=key, actor=SYSTEM).pk
                except Refused as no:
                    return no.code

        return call

    def read():
        with tenant(shop):
            return on_hand(), StockMove.objects.count(), Receipt.objects.count(), PurchaseOrder.objects.get().state

    with shared_database(tmp_path):
        results = together(deliver(keys[0]), deliver(keys[1]))
        after = alone(read)

    assert after == (24, 1, 1, "closed")
    if keys[0] == keys[1]:
        assert results[0] == results[1]
    else:
        assert len({one for one in results if isinstance(one, int)}) == 1
        assert {one for one in results if isinstance(one, str)} <= {"changed_meanwhile", "wrong_state"}
