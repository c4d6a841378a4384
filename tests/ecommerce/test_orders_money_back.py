"""Buyers who paid and are to get money back are found: from the list, by programs, and after a bulk cancel."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection

from core.tenancy import tenant
from ecommerce.models import Order
from ecommerce.orders.actions import cancel_order, edit_order, refund_order
from ecommerce.orders.finding import to_give_back
from tests import factories
from tests.api import program_of
from tests.ecommerce.orders_kit import ANN, order_in, stocked

URL = "/m/luming/orders/"


def waiting() -> set[str]:
    return set(Order.objects.filter(to_give_back()).values_list("number", flat=True))


def test_what_was_paid_and_called_off_waits_until_it_is_refunded(scope):
    order_in("paid")
    order_in("cancelled")  # nobody had paid
    order = cancel_order(order_in("paid"), reason="Out of stock", actor=ANN)
    assert waiting() == {order.number}

    refund_order(order, reason="Cancelled", actor=ANN)
    assert waiting() == set()


def test_what_an_edit_made_too_much_waits_until_that_is_refunded(scope):
    order = order_in("paid", quantity=3)
    order = edit_order(order, quantities={order.lines.get().pk: 1}, actor=ANN)
    assert order.overpaid > 0
    assert waiting() == {order.number}

    refund_order(order, amount=order.overpaid, reason="Fewer items", actor=ANN)
    assert waiting() == set()


def test_what_was_called_off_in_part_waits_until_those_units_are_refunded(scope):
    order = order_in("partly_shipped")
    line = order.lines.get()
    order = cancel_order(order, reason="Out of stock", actor=ANN)
    assert (order.state, waiting()) == ("shipped", {order.number})

    refund_order(order, lines={line.pk: 1}, reason="Cancelled", actor=ANN)
    assert waiting() == set()


@pytest.mark.parametrize(("paid", "refunded", "total"), [("100.10", "30.05", "70.05"), ("0.30", "0.10", "0.20")])
def test_a_rest_of_nothing_is_no_rest(scope, paid, refunded, total):
    amounts = {"paid_total": Decimal(paid), "refunded_total": Decimal(refunded), "total": Decimal(total)}
    factories.OrderFactory(state="delivered", **amounts)
    over = factories.OrderFactory(state="delivered", **(amounts | {"total": Decimal(total) - Decimal("0.01")}))
    assert waiting() == {over.number}


def test_the_list_and_programs_find_them_and_no_other_shops(shop, scope, rival, ann, as_user):
    with tenant(rival):
        theirs = cancel_order(order_in("paid"), reason="Out of stock", actor=ANN)
    order, other = cancel_order(order_in("paid"), reason="Out of stock", actor=ANN), order_in("paid")
    text = as_user(ann).get(f"{URL}?payment=to_give_back").content.decode()
    assert f"/orders/{order.number}/" in text
    assert f"/orders/{other.number}/" not in text
    assert "Money to give back" in text

    found = program_of(shop).get("/api/v1/orders/?payment=to_give_back").json()["results"]
    assert [row["number"] for row in found] == [order.number]
    assert theirs.number not in text or theirs.number == order.number


def test_a_bulk_cancel_leads_to_the_orders_that_were_paid(scope, ann, as_user):
    variant = stocked(50)
    rows = [order_in("paid", variant).pk, order_in("placed", variant).pk]
    client = as_user(ann)
    page = client.post(f"{URL}cancel/", {"row": rows, "sure": "1", "reason": "stock"}, follow=True)
    text = page.content.decode()
    assert "Some of them were paid." in text
    assert f'href="{URL}?payment=to_give_back"' in text

    unpaid = order_in("placed", variant)
    page = client.post(f"{URL}cancel/", {"row": [unpaid.pk], "sure": "1", "reason": "stock"}, follow=True)
    assert "Some of them were paid." not in page.content.decode()


def test_the_overpaid_and_the_called_off_have_indexes_of_their_own(scope):
    if connection.vendor != "sqlite":
        pytest.skip("what PostgreSQL chooses hangs on how much there is")
    condition = to_give_back()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {condition.sql}", condition.values)
        plan = "\n".join(row[3] for row in cursor.fetchall())
    assert "order_overpaid" in plan
    assert "order_line_called_off" in plan
    assert "order_by_state" in plan
