"""What a program gets of an order beside its figures, and how it finds one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import tenant
from ecommerce.models import RiskFlag, Shipment
from ecommerce.orders.actions import add_note, hold_order, release_order, settle_risks
from tests import factories
from tests.api import program_of
from tests.ecommerce.orders_kit import ANN, order_in


def test_a_held_order_says_why_and_what_the_team_noted(shop, scope, ann):
    order = order_in("paid")
    add_note(order, text="Calls before noon", actor=ANN)
    hold_order(order, reason="Address unclear", actor=ANN)
    program = program_of(shop)
    found = program.get(f"orders/{order.number}/").data
    assert found["hold_reason"] == "Address unclear"
    assert [(note["text"], note["by"]) for note in found["notes"]] == [("Calls before noon", "Ann")]
    assert found["notes"][0]["at"]

    release_order(order, actor=ANN)
    assert program.get(f"orders/{order.number}/").data["hold_reason"] == ""


def test_risks_come_with_their_reasons_in_codes_and_words_until_somebody_has_looked(shop, scope, ann):
    order = order_in("paid")
    RiskFlag.objects.create(order=order, kind="card", codes=["card"])
    RiskFlag.objects.create(
        order=order, kind="address", codes=["ip_country"], figures={"ip_country": "FR", "country": "CN"}, held=True
    )
    program = program_of(shop)
    card, address = program.get(f"orders/{order.number}/").data["risks"]
    assert (card["kind"], card["reasons"], card["settled"], card["settled_at"]) == ("card", ["card"], False, None)
    assert card["words"] == ["The channel says that card and buyer do not match."]
    assert (address["held"], address["words"]) == (True, ["It was ordered from France, the address is in China."])

    settle_risks(order, actor=ANN)
    settled = program.get(f"orders/{order.number}/").data["risks"]
    assert [(risk["settled"], risk["settled_by"]) for risk in settled] == [(True, "Ann"), (True, "Ann")]
    assert all(risk["settled_at"] for risk in settled)


def test_a_list_asks_as_often_for_many_with_notes_and_risks_as_for_one(shop, scope, ann):
    program = program_of(shop)

    def asked(count: int) -> int:
        for order in [order_in("paid") for _ in range(count)]:
            add_note(order, text="Gift", actor=ANN)
            RiskFlag.objects.create(order=order, kind="card", codes=["card"])
        program.get("orders/")
        with CaptureQueriesContext(connection) as queries:
            assert program.get("orders/").status_code == 200
        return len(queries)

    assert asked(1) == asked(5)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("A-", ["A-1"]),
        ("王小明", ["A-1"]),
        ("8000", ["A-1"]),
        ("cup-9", ["B-2"]),
        ("SF 123", ["B-2"]),
        ("anna@post", ["B-2"]),
        ("nobody", []),
    ],
)
def test_programs_find_orders_as_people_do(shop, scope, ann, rival, words, numbers):
    factories.OrderFactory(number="A-1", buyer_name="王小明", buyer_phone="138 0013 8000", buyer_email="")
    order = factories.OrderFactory(number="B-2", buyer_name="Anna Li", buyer_phone="", buyer_email="anna@post.example")
    factories.OrderLineFactory(order=order, sku="CUP-9")
    Shipment.objects.create(order=order, tracking_number="SF123")
    with tenant(rival):
        factories.OrderFactory(number="A-7", buyer_name="王小明", buyer_phone="138 0013 8000", buyer_email="")
    answer = program_of(shop).get(f"orders/?search={words}&updated_since=2020-01-01T00:00:00Z")
    assert [row["number"] for row in answer.data["results"]] == numbers


def test_a_search_that_is_too_long_is_refused(shop, scope, ann):
    answer = program_of(shop).get(f"orders/?search={'x' * 101}")
    assert (answer.status_code, list(answer.data["error"]["fields"])) == (400, ["search"])
