"""Rows of many queries by one statement: the same as each query alone would give."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Count, DurationField, ExpressionWrapper, F, Model, Prefetch

from accounts.models import Activity
from core.tenancy import NoTenant, every_tenant, tenant
from core.together import fill, together
from ecommerce.models import Order, OrderLine, RiskFlag, Shipment, TrackingEvent
from ecommerce.orders.queries import order_list
from tests import factories
from tests.ecommerce.orders_kit import order_in, stocked


def columns(row: Model) -> dict[str, Any]:
    return {name: value for name, value in row.__dict__.items() if not name.startswith("_")}


def related(row: Any, *path: str) -> dict[str, Any]:
    for name in path:
        row = row._state.fields_cache[name]
    return columns(row)


@pytest.fixture
def order(scope) -> Order:
    made = order_in("shipped", stocked(title="Gàiwǎn “盖碗” 'x' %s"))
    RiskFlag.objects.create(order=made, kind="value", codes=["a"], figures={"total": "1.50", "list": [1, None, "是"]})
    parcel = Shipment.objects.create(order=made, carrier="SF Express", late_chance=0.25)
    parcel.lines.create(order_line=made.lines.get(), quantity=2)
    made.notes.create(text='Zeile\n第二行 \\ " {}', author_label="Ann")
    return made


def test_every_query_gives_what_it_gives_alone(order, django_assert_num_queries):
    parts = {
        "lines": OrderLine.objects.select_related("variant__product").filter(order=order),
        "flags": order.risk_flags.all(),
        "notes": order.notes.all(),
        "parcels": Shipment.objects.filter(order=order),
        "log": Activity.objects.about("ecommerce.order", order.pk),
        "counted": Order.objects.annotate(n=Count("lines")).filter(pk=order.pk),
        "few": Order.objects.only("number"),
    }
    alone = {name: list(rows.all()) for name, rows in parts.items()}

    with django_assert_num_queries(1):
        found = together(**parts)

    assert all(alone.values())
    assert {name: [columns(row) for row in rows] for name, rows in found.items()} == {
        name: [columns(row) for row in rows] for name, rows in alone.items()
    }
    assert found["lines"][0].variant.product.title == alone["lines"][0].variant.product.title
    assert related(found["lines"][0], "variant", "product") == related(alone["lines"][0], "variant", "product")


def test_values_are_read_as_they_are_alone(order):
    names = ("pk", "number", "placed_at", "deadline", "total", "is_risky", "tag_names")
    rows = order_list()

    found = together(
        named=rows.values_list(*names, named=True),
        plain=rows.values("number", "merchant__name"),
        flat=rows.values_list("total", flat=True),
    )

    assert found["named"] == list(rows.values_list(*names, named=True))
    assert found["named"][0].is_risky is True
    assert found["plain"] == list(rows.values("number", "merchant__name"))
    assert found["flat"] == list(rows.values_list("total", flat=True))


def test_rows_keep_their_order(scope):
    for number in (3, 11, 2, 7, 5):
        factories.OrderFactory(number=f"N{number:02}")

    found = together(
        up=Order.objects.order_by("number").values_list("number", flat=True),
        down=Order.objects.order_by("-number").values_list("number", flat=True)[1:4],
    )

    assert found == {"up": ["N02", "N03", "N05", "N07", "N11"], "down": ["N07", "N05", "N03"]}


def test_what_finds_nothing_is_empty(scope, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = together(none=Order.objects.none(), no_row=Order.objects.filter(number="no such"))
    assert found == {"none": [], "no_row": []}
    with django_assert_num_queries(0):
        assert together(none=Order.objects.none()) == {"none": []}


def test_the_wall_between_shops_stands(order, rival):
    with tenant(rival):
        assert together(orders=Order.objects.all(), lines=OrderLine.objects.all()) == {"orders": [], "lines": []}


def test_outside_a_shop_nothing_is_read(db):
    with pytest.raises(NoTenant):
        together(orders=Order.objects.all())


def test_a_column_that_json_cannot_carry_is_refused(scope):
    took = ExpressionWrapper(F("paid_at") - F("placed_at"), DurationField())
    with pytest.raises(TypeError, match="is a DurationField"):
        together(orders=Order.objects.annotate(took=took).values_list("took"))


def test_relations_are_filled_at_once(order, django_assert_num_queries):
    parcel = order.shipments.get()
    TrackingEvent.objects.create(shipment=parcel, state="in_transit", location="Hangzhou")
    fresh = Order.objects.get(pk=order.pk)

    with django_assert_num_queries(1):
        beside = fill(
            fresh,
            Prefetch("lines", OrderLine.objects.select_related("variant")),
            "tags",
            "shipments",
            "shipments__lines",
            "shipments__events",
            others=Order.objects.exclude(pk=order.pk),
        )

    with django_assert_num_queries(0):
        assert [line.variant.sku for line in fresh.lines.all()] == [line.sku for line in fresh.lines.all()]
        assert list(fresh.tags.all()) == []
        (there,) = fresh.shipments.all()
        assert there == parcel
        assert there.order is fresh
        assert [part.quantity for part in there.lines.all()] == [2]
        assert [event.location for event in there.events.all()] == ["Hangzhou"]
    assert beside == {"others": []}


def test_each_object_gets_its_own_relations_in_its_own_shop(order, rival):
    """The statement of a relation is remembered from one object to the next; what is asked for must not be."""
    other = order_in("paid", stocked(title="Second"))
    with tenant(rival):
        theirs = order_in("paid", stocked(title="Theirs"))
        theirs.notes.create(text="their note", author_label="Bo")
    for one in (order, other, order):
        fresh = Order.objects.get(pk=one.pk)
        fill(fresh, "lines", "notes", "shipments__lines")
        assert [line.pk for line in fresh.lines.all()] == list(
            OrderLine.objects.filter(order=one).values_list("pk", flat=True)
        )
        assert [note.text for note in fresh.notes.all()] == ([order.notes.get().text] if one is order else [])
    with tenant(rival):
        fill(theirs, "notes")
        assert [note.text for note in theirs.notes.all()] == ["their note"]
        stranger = Order(pk=order.pk)
        fill(stranger, "notes", "lines")
        assert (list(stranger.notes.all()), list(stranger.lines.all())) == ([], [])
    with every_tenant("test"):
        both = list(Order.objects.filter(pk__in=[order.pk, theirs.pk]).order_by("pk"))
        fill(both, "notes")
        assert [[note.text for note in one.notes.all()] for one in both] == [[order.notes.get().text], ["their note"]]


def test_only_rows_that_point_here_are_filled(order):
    with pytest.raises(TypeError, match=r"Order\.customer is not a relation"):
        fill(order, "customer")


def test_what_is_asked_further_of_a_filled_relation_stays_with_its_object(order, rival):
    other = order_in("paid", stocked(title="Second"))
    other.notes.create(text="of another", author_label="Ann")
    fresh = Order.objects.get(pk=order.pk)
    fill(fresh, "notes")

    held = fresh.notes.all()
    assert [note.pk for note in held.filter(author_label="Ann")] == [order.notes.get().pk]
    assert [note.pk for note in held.order_by("pk")] == [order.notes.get().pk]
    with tenant(rival):
        stranger = Order(pk=order.pk, merchant=order.merchant)
        fill(stranger, "notes")
        assert list(stranger.notes.all().filter(author_label="Ann")) == []
