"""Finding an order by what people read out, at any size: what is found, what is not, and that an index finds it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.utils import timezone

from core.namesearch import Either, NameSearch
from core.tenancy import tenant
from ecommerce.customers.queries import NAMES as CUSTOMERS
from ecommerce.customers.queries import customer_list, found_customers
from ecommerce.models import Customer, Order, OrderLine, Shipment
from ecommerce.orders.finding import NAMES, found_orders
from ecommerce.orders.listing import ORDERS
from ecommerce.orders.queries import order_list
from ecommerce.search import ensure
from tests import factories


def found(words: str) -> set[str]:
    return set(order_list().filter(found_orders(words)).values_list("number", flat=True))


@pytest.fixture
def four(scope):
    factories.OrderFactory(
        number="A-1", buyer_name="王小明", buyer_phone="138 0013 8000", buyer_email="ming@post.example"
    )
    factories.OrderFactory(number="A-2", buyer_name="王芳", buyer_phone="+86-139-1234-8001", buyer_email="")
    factories.OrderFactory(number="A-3", buyer_name="Anna O'Neil 100%", buyer_phone="", buyer_email="Anna@Post.example")
    factories.OrderFactory(
        number="B-3", buyer_name='Ben "B" _Li\\', buyer_phone="020 7946 0018", buyer_email="b@x.example"
    )


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("王小明", {"A-1"}),
        ("小明", {"A-1"}),  # two signs in the middle: what a trigram alone does not find
        ("王芳", {"A-2"}),
        ("王", {"A-1", "A-2"}),
        ("明", set()),  # a single sign is looked for where names begin
        ("明小", set()),
        ("a", {"A-1", "A-2", "A-3"}),  # of which two have that number
        ("an", {"A-3"}),
        ("o'", {"A-3"}),  # two letters are looked for where words begin
        ("nn", set()),
        ("anna", {"A-3"}),
        ("nna o", {"A-3"}),
        ("anna o'neil 1", {"A-3"}),
        ("anna o'neil 2", set()),
        ("anna x'neil 100%", set()),
        ("o'neil 100%", {"A-3"}),
        ("o'neil 10_%", set()),
        ('ben "b" _li\\', {"B-3"}),
        ("NEIL", {"A-3"}),
        ("o'neil", {"A-3"}),
        ("100%", {"A-3"}),
        ("0%0", set()),
        ('"b"', {"B-3"}),
        ("_li\\", {"B-3"}),
        ("^a", set()),
        ("138000", {"A-1"}),
        ("3 8000", {"A-1"}),
        ("8001", {"A-2"}),
        ("1234-8001", {"A-2"}),
        ("12348", set()),  # in the middle of a number
        ("anna@post", {"A-3"}),
        ("MING@POST.example", {"A-1"}),
        ("post.example", set()),
        ("#a-", {"A-1", "A-2", "A-3"}),
        ("-3", set()),
    ],
)
def test_what_is_found(four, words, numbers):
    assert found(words) == numbers


def test_what_was_renamed_erased_or_deleted_is_not_found_any_more(four):
    Order.objects.filter(number="A-1").update(buyer_name="李雷", buyer_phone="")
    Order.objects.filter(number="A-2").delete()
    assert found("王小明") == found("138000") == found("王芳") == set()
    assert found("李雷") == {"A-1"}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ecommerce_order_names WHERE name LIKE '%王王%'")
            assert cursor.fetchone() == (0,)


def test_the_search_of_sqlite_is_written_anew_only_when_its_make_is_another(four):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has migrations for it")
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {NAMES.fts}")
        ensure(connection)
        assert found("王小明") == set(), "as it was: nothing to do"
        cursor.execute(f"DROP TRIGGER {NAMES.fts}_on_update")
        cursor.execute(f"CREATE TRIGGER {NAMES.fts}_on_update AFTER UPDATE ON {NAMES.table} BEGIN SELECT 1; END")
        ensure(connection)
    assert found("王小明") == {"A-1"}


def test_a_search_of_sqlite_that_was_not_written_to_its_end_is_begun_anew(four, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has migrations for it")
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {NAMES.fts}")
        cursor.execute(f"DROP TRIGGER {NAMES.fts}_on_insert")
    with monkeypatch.context() as broken:
        broken.setattr(NameSearch, "_written", lambda search, row: "no_such_function()" if row == "r" else "''")
        with pytest.raises(OperationalError):
            ensure(connection)
    ensure(connection)
    assert found("王小明") == {"A-1"}


def test_customers_are_found_by_part_of_the_name_and_end_of_the_phone(scope):
    factories.CustomerFactory(name="欧阳小红", phone="138 0013 8000", email="red@post.example")
    for words in ("小红", "欧阳", "欧", "8000", "red@"):
        assert [one.name for one in customer_list().filter(found_customers(words))] == ["欧阳小红"], words
    Customer.objects.update(name="–", phone="", email="")
    assert not customer_list().filter(found_customers("小红")).exists()


def test_another_shops_orders_are_not_found(four, rival):
    with tenant(rival):
        assert found("王小明") == found("A-1") == found("138000") == set()


@pytest.mark.parametrize("search", [NAMES, CUSTOMERS], ids=lambda search: search.table)
def test_the_search_of_sqlite_comes_back_after_a_migration_that_dropped_it(four, search: NameSearch):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its indexes")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {search.fts}_on_insert")
        cursor.execute(f"DROP INDEX {search.table}_phone_end")
    name = "周杰"
    factories.OrderFactory(number="C-1", buyer_name=name, customer=factories.CustomerFactory(name=name))
    with tenant(Order.objects.get(number="C-1").merchant):
        ensure(connection)
        assert found(name) == {"C-1"} or search is CUSTOMERS
        assert customer_list().filter(found_customers(name)).exists() or search is NAMES
        rows, asked = (
            (order_list(), found_orders("5555")) if search is NAMES else (customer_list(), found_customers("5555"))
        )
        assert f"INDEX {search.table}_phone_end" in rows.filter(asked).explain()


WAYS = {
    "小明": "order_name_part",
    "王": "order_name_part",
    "neil": "order_name_part",
    "138000": "order_phone_end",
    "A-1": "order_number_begin",
    "anna@post": "order_email_begin",
    "SKU-1": "order_line_sku",
    "SF1234567": "shipment_tracking",
    "ext-17": "order_external_id",
}


@pytest.mark.parametrize(("words", "index"), WAYS.items())
def test_every_way_has_its_index_on_postgresql(four, words, index):
    """Among some thousand orders, with sequential scans priced out: a plan without the index has none to use."""
    if connection.vendor != "postgresql":
        pytest.skip("plans of PostgreSQL")
    begun = timezone.now() - timedelta(days=400)
    many = [
        Order(
            number=f"M{place}", buyer_name=f"Buyer {place:x}", buyer_email=f"b{place}@example.com",
            buyer_phone=f"{place:011}", currency="CNY", placed_at=begun + timedelta(hours=place),
            channel="tmall", external_id=f"x{place}",
        )
        for place in range(5000)
    ]  # fmt: skip
    made = Order.objects.bulk_create(many)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, sku=f"K{order.number}", title="Cup", quantity=1) for order in made
    )
    Shipment.objects.bulk_create(Shipment(order=order, tracking_number=f"T{order.number}") for order in made)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('ecommerce_order_name_part')")  # as autovacuum does
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = order_list().filter(found_orders(words)).order_by("-placed_at", "-pk")[:26].explain()
    assert index in plan
    assert "Seq Scan on ecommerce_order " not in plan
    assert "order_newest" not in plan
    assert "order_updated" not in plan


def test_sqlite_finds_by_key_what_its_indexes_name(four):
    if connection.vendor != "sqlite":
        pytest.skip("plans of SQLite")
    for words in ("王小明", "138000", "A-1", "anna@post"):
        plan = order_list().filter(found_orders(words)).order_by("-placed_at", "-pk")[:26].explain()
        assert "SCAN ecommerce_order\n" not in plan, plan
        assert "SCAN ecommerce_orderline" not in plan, plan


@pytest.mark.parametrize("many", [0, 1, 3, 30, 70])
@pytest.mark.parametrize("asked", ["", "tab=unpaid", "tab=late", "sort=-total", "sort=items&size=50", "tab=on_hold"])
def test_a_page_of_what_was_found_is_the_same_whether_its_rows_are_known_by_ids_or_not(scope, asked, many, monkeypatch):
    states = [Order.State.PLACED, Order.State.ON_HOLD, Order.State.PACKED]
    for number in range(many):
        factories.OrderFactory(
            number=f"N-{number}",
            buyer_name="Joan Ark",
            state=states[number % 3],
            total=number % 7,
            ship_by=timezone.now() - timedelta(days=number % 5 - 2),
        )
    factories.OrderFactory(number="O-1", buyer_name="Joan Ar")

    def page() -> tuple[object, ...]:
        shown = ORDERS.page(order_list(), QueryDict(f"q=joan ark&{asked}"))
        return [tuple(row) for row in shown.rows], shown.count, shown.next_query, shown.tabs, shown.is_unused

    known = page()
    monkeypatch.setattr(Either, "few", lambda self: None)
    assert page() == known
    assert len(known[0]) == known[1] or known[2]
