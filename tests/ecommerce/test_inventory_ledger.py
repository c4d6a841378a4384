"""The ledger of stock: every move of a shop on one page, in files and for programs."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection

from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.inventory import actions
from ecommerce.inventory.ledger import move_list
from ecommerce.models import StockMove
from tests import factories
from tests.api import program_of

SHOP = "/m/luming/inventory/"
MOVES = f"{SHOP}moves/"


@pytest.fixture
def moves(scope, rival):
    """Two variants in two warehouses: opened, shipped, damaged; another shop's beside them."""
    cup = factories.VariantFactory(sku="CUP", barcode="690123", product=factories.ProductFactory(title="Gaiwan"))
    pot = factories.VariantFactory(sku="POT", product=factories.ProductFactory(title="Kettle"))
    for thing in (cup, pot):
        actions.set_opening_stock(thing, 50, actor=SYSTEM)
    actions.ship(cup, 2, reserved=0, reference="10001", actor=SYSTEM)
    actions.ship(pot, 1, reserved=0, reference="10001", actor=SYSTEM)
    actions.ship(pot, 3, reserved=0, reference="100011", actor=SYSTEM)
    hall = factories.WarehouseFactory(name="Hall 2", code="H2")
    actions.adjust_stock(pot, hall, change=4, reason="return", actor=SYSTEM)
    with tenant(rival):
        other = factories.VariantFactory(sku="CUP")
        actions.set_opening_stock(other, 9, actor=SYSTEM)
        actions.ship(other, 5, reserved=0, reference="10001", actor=SYSTEM)
    return cup, pot, hall


def found(response):
    return [(move.variant.sku, move.quantity) for move in response.context["page"].rows]


def days(ago: int) -> str:
    return (datetime.now().astimezone() - timedelta(days=ago)).date().isoformat()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [("POT", 4), ("POT", -3), ("POT", -1), ("CUP", -2), ("POT", 50), ("CUP", 50)]),
        ("?sort=at", [("CUP", 50), ("POT", 50), ("CUP", -2), ("POT", -1), ("POT", -3), ("POT", 4)]),
        ("?q=cup", [("CUP", -2), ("CUP", 50)]),
        ("?q=kett&reason=sale", [("POT", -3), ("POT", -1)]),
        ("?q=690123", [("CUP", -2), ("CUP", 50)]),
        ("?reference=10001", [("POT", -1), ("CUP", -2)]),
        ("?reference=1000", []),
        ("?reason=return", [("POT", 4)]),
        ("?reason=nonsense&reference=10001", [("POT", -1), ("CUP", -2)]),
        (f"?moved_after={days(-3)}", []),
        (f"?moved_before={days(3)}", []),
        (f"?moved_after={days(2)}&reason=sale", [("POT", -3), ("POT", -1), ("CUP", -2)]),
    ],
)
def test_the_page_shows_the_moves_that_are_asked_for(as_user, ann, moves, query, rows):
    shown = as_user(ann).get(MOVES + query)
    assert (shown.status_code, found(shown)) == (200, rows)


def test_a_warehouse_has_its_own_moves(as_user, ben, moves):
    client = as_user(ben)
    assert found(client.get(f"{MOVES}?warehouse={moves[2].pk}")) == [("POT", 4)]
    assert MOVES in client.get(SHOP).text


def test_the_ledger_of_a_variant_is_filtered_by_day_and_reference(as_user, ann, moves):
    page = f"{SHOP}{moves[1].pk}/"
    client = as_user(ann)
    assert found(client.get(f"{page}?reference=10001")) == [("POT", -1)]
    assert found(client.get(f"{page}?moved_before={days(3)}")) == []
    assert len(found(client.get(f"{page}?moved_after={days(2)}"))) == 4


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_shown_is_exported(as_user, ann, ben, moves, kind):
    address = f"{MOVES}export.csv?reference=10001" + ("&as=xlsx" if kind == "xlsx" else "")
    answer = as_user(ann).get(address)
    body = b"".join(answer.streaming_content)
    if kind == "csv":
        head, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
        assert head[:4] == ["Time", "SKU", "Warehouse", "Quantity"]
        assert [(row[1], row[3], row[5]) for row in rows] == [("POT", "-1", "10001"), ("CUP", "-2", "10001")]
    else:
        assert body[:2] == b"PK"
    assert as_user(ben).get(address).status_code == 403


def test_programs_read_the_moves_of_their_shop(shop, ann, moves):
    cup, _pot, hall = moves
    program = program_of(shop, {"stock.view"})

    def read(query):
        return [(row["sku"], row["quantity"], row["warehouse"]) for row in program.get(query).json()["results"]]

    main = StockMove.objects.filter(variant=cup).first().warehouse.code
    assert read("stock-moves/?reference=10001") == [("POT", -1, main), ("CUP", -2, main)]
    assert read(f"stock-moves/?warehouse={hall.pk}") == [("POT", 4, "H2")]
    assert read(f"stock-moves/?variant={cup.pk}&reason=sale") == [("CUP", -2, main)]
    assert len(read("stock-moves/?sku=pot")) == 4
    assert read(f"stock-moves/?moved_after={days(-3)}") == []
    assert program.get("stock-moves/?reason=nonsense").status_code == 400
    assert program.post("stock-moves/", {"quantity": 1}).status_code == 405
    assert program_of(shop, {"orders.view"}).get("stock-moves/").status_code == 403


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by the size of a table, which is small here"
)
def test_the_order_of_the_page_and_a_reference_come_from_an_index(moves):
    newest = move_list().select_related(None).order_by("-at", "-pk")
    plan = newest[:26].explain()
    assert "stock_move_of_shop" in plan
    assert "TEMP B-TREE" not in plan
    plan = newest.filter(reference="10001").explain()
    assert "stock_move_reference" in plan, plan
