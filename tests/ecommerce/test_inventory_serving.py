"""Orders are served from the warehouse that can serve them; parcels leave from where the units are held."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import given as given_
from hypothesis import strategies as st

from core.errors import Refused
from ecommerce.fulfilment.actions import ship_order
from ecommerce.inventory import actions as stock
from ecommerce.inventory.queries import bundle_stocks, serving_places
from ecommerce.inventory.rules import allotted
from ecommerce.models import BundlePart, Order, OrderLine, Reservation, StockLevel, Variant, Warehouse
from ecommerce.orders.actions import cancel_order, place_orders
from ecommerce.orders.papers import packing_slips
from tests import factories
from tests.ecommerce.orders_kit import ANN, given, pay, placed, stocked


@pytest.fixture
def hall(scope):
    """A second warehouse that serves orders after the default one."""
    stocked(0, sku="OPENER")
    return factories.WarehouseFactory(name="Hall 2", code="H2", is_default=False, serve_rank=1)


@pytest.fixture
def main(hall):
    return Warehouse.objects.get(is_default=True)


def put(variant: Variant, place: Warehouse, units: int) -> None:
    stock.adjust_stock(variant, place, counted=units, actor=ANN)


def levels(variant: Variant) -> dict[str, tuple[int, int]]:
    rows = StockLevel.objects.filter(variant=variant).select_related("warehouse")
    return {row.warehouse.code: (row.on_hand, row.reserved) for row in rows}


def held(order: Order) -> list[tuple[str, str, int]]:
    lines = order.lines.select_related("warehouse").order_by("position", "pk")
    return [(line.sku, line.warehouse.code if line.warehouse else "", line.reserved_quantity) for line in lines]


def slip_text(order: Order) -> str:
    made = packing_slips([Order.objects.prefetch_related("lines").get(pk=order.pk)], "en")
    try:
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=made, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed")
    return done.stdout.decode()


def test_one_place_that_has_everything_serves_everything():
    free = {(1, 10): 5, (2, 10): 5, (2, 11): 5}
    assert allotted([{10: 2}, {11: 1}], free, [1, 2]) == [2, 2]
    assert free == {(1, 10): 5, (2, 10): 3, (2, 11): 4}


def test_where_no_place_has_everything_each_line_comes_from_the_first_that_has_it():
    free = {(1, 10): 5, (2, 11): 5, (1, 12): 1, (2, 12): 1}
    assert allotted([{10: 2}, {11: 1}, {12: 3}, {13: 1}], free, [1, 2]) == [1, 2, 1, 1]
    assert allotted([{10: 1}], {}, []) == [None]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given_(
    st.lists(st.dictionaries(st.integers(1, 3), st.integers(1, 5), min_size=1, max_size=2), max_size=4),
    st.dictionaries(st.tuples(st.integers(1, 3), st.integers(1, 3)), st.integers(0, 8)),
)
def test_no_more_is_allotted_than_is_free(lines, free):
    before = dict(free)
    places = allotted(lines, free, [2, 1, 3])

    assert all(0 <= free[key] <= before.get(key, 0) for key in free)
    whole = [place for place in (2, 1, 3) if all(
        before.get((place, variant), 0) >= sum(line.get(variant, 0) for line in lines)
        for variant in {variant for line in lines for variant in line}
    )]  # fmt: skip
    if whole:
        assert set(places) <= {whole[0]}


def test_an_order_goes_to_the_warehouse_that_can_serve_it_wholly(main, hall):
    cup, pot = stocked(5, sku="CUP"), stocked(0, sku="POT")
    put(cup, hall, 5)
    put(pot, hall, 5)

    order = placed((cup, 2), (pot, 1), paid=True)

    assert held(order) == [("CUP", "H2", 2), ("POT", "H2", 1)]
    assert levels(cup) == {main.code: (5, 0), "H2": (5, 2)}


def test_an_order_that_no_warehouse_can_serve_wholly_is_held_line_by_line(main, hall):
    cup, pot = stocked(5, sku="CUP"), stocked(0, sku="POT")
    put(pot, hall, 5)

    assert held(placed((cup, 2), (pot, 1), paid=True)) == [("CUP", main.code, 2), ("POT", "H2", 1)]


def test_a_warehouse_without_a_place_in_the_row_serves_nothing(main, hall):
    cup = stocked(1, sku="CUP")
    put(cup, hall, 5)
    hall.serve_rank = None
    stock.save_warehouse(hall, actor=ANN)

    assert serving_places() == [main.pk]
    assert held(placed((cup, 3), paid=True)) == [("CUP", main.code, 1)]


def test_the_merchants_order_goes_before_the_default(main, hall):
    cup = stocked(5, sku="CUP")
    put(cup, hall, 5)
    main.serve_rank = 2
    stock.save_warehouse(main, actor=ANN)

    assert held(placed((cup, 3), paid=True)) == [("CUP", "H2", 3)]
    assert held(placed((cup, 3), paid=True)) == [("CUP", main.code, 3)]


def test_many_orders_at_once_share_what_is_there(main, hall):
    cup = stocked(3, sku="CUP")
    put(cup, hall, 3)

    made = place_orders([given((cup, 2), paid=True) for _ in range(4)], actor=ANN)

    assert [held(one.order)[0][1:] for one in made] == [(main.code, 2), ("H2", 2), (main.code, 1), ("H2", 1)]
    assert levels(cup) == {main.code: (3, 3), "H2": (3, 3)}


def test_an_unpaid_order_holds_where_it_can_be_served(main, hall):
    cup, pot = stocked(5, sku="CUP"), stocked(0, sku="POT")
    put(cup, hall, 5)
    put(pot, hall, 5)
    stock.save_rules(hold_minutes=30, actor=ANN)

    order = placed((cup, 2), (pot, 1))
    assert {row.level.warehouse.code for row in Reservation.objects.select_related("level__warehouse")} == {"H2"}

    pay(order)
    assert held(order) == [("CUP", "H2", 2), ("POT", "H2", 1)]
    assert levels(pot)["H2"] == (5, 1)
    assert stock.let_go_expired(timezone.now() + timedelta(hours=1)) == 0


def test_cancelling_gives_back_where_it_was_held(main, hall):
    cup = stocked(2, sku="CUP")
    put(cup, hall, 5)
    here, there = placed((cup, 2), paid=True), placed((cup, 4), paid=True)
    assert levels(cup) == {main.code: (2, 2), "H2": (5, 4)}

    cancel_order(there, reason="x", actor=ANN)

    assert levels(cup) == {main.code: (2, 2), "H2": (5, 0)}
    assert held(here) == [("CUP", main.code, 2)]


def test_a_parcel_leaves_from_where_the_units_are_held(main, hall):
    cup = stocked(0, sku="CUP")
    put(cup, hall, 5)
    parcel = ship_order(placed((cup, 2), paid=True), actor=ANN)

    assert parcel.warehouse == hall
    assert levels(cup) == {main.code: (0, 0), "H2": (3, 0)}


def test_an_order_held_in_two_warehouses_takes_a_parcel_from_each(main, hall):
    cup, pot = stocked(5, sku="CUP"), stocked(0, sku="POT")
    put(pot, hall, 5)
    order = placed((cup, 2), (pot, 1), paid=True)

    with pytest.raises(Refused) as refusal:
        ship_order(order, actor=ANN)
    assert refusal.value.code == "several_warehouses"
    assert "Hall 2" in str(refusal.value)
    assert (levels(cup), levels(pot)) == ({main.code: (5, 2)}, {main.code: (0, 0), "H2": (5, 1)})

    first = ship_order(order, warehouse=hall, actor=ANN)
    assert [line.order_line.sku for line in first.lines.all()] == ["POT"]
    order.refresh_from_db()
    assert order.state == Order.State.PARTLY_SHIPPED
    second = ship_order(order, actor=ANN)
    assert (second.warehouse, levels(cup)) == (None, {main.code: (3, 0)})


def test_shipping_from_elsewhere_frees_what_was_held_and_touches_no_other_promise(main, hall):
    cup = stocked(2, sku="CUP")
    put(cup, hall, 4)
    first, second = placed((cup, 2), paid=True), placed((cup, 3), paid=True)
    assert levels(cup) == {main.code: (2, 2), "H2": (4, 3)}

    with pytest.raises(Refused) as refusal:
        ship_order(first, warehouse=hall, actor=ANN)
    assert refusal.value.code == "not_enough_stock"

    put(cup, hall, 6)
    assert ship_order(first, warehouse=hall, actor=ANN).warehouse == hall
    assert levels(cup) == {main.code: (2, 0), "H2": (4, 3)}
    assert held(second) == [("CUP", "H2", 3)]


def test_a_bundle_is_put_together_in_one_warehouse(main, hall):
    cup, pot = stocked(1, sku="CUP"), stocked(5, sku="POT")
    put(cup, hall, 4)
    put(pot, hall, 2)
    tea_set = factories.VariantFactory(sku="SET", is_bundle=True)
    BundlePart.objects.create(bundle=tea_set, part=cup, quantity=2)
    BundlePart.objects.create(bundle=tea_set, part=pot, quantity=1)

    assert bundle_stocks([tea_set.pk])[tea_set.pk].available == 2
    order = placed((tea_set, 2), paid=True)
    assert held(order) == [("SET", "H2", 2)]
    assert (levels(cup)["H2"], levels(pot)["H2"]) == ((4, 4), (2, 2))
    assert ship_order(order, actor=ANN).warehouse == hall
    assert (levels(cup), levels(pot)) == (
        {main.code: (1, 0), "H2": (0, 0)},
        {main.code: (5, 0), "H2": (0, 0)},
    )


def test_each_warehouse_has_a_packing_slip_of_its_own(main, hall):
    cup, pot, note = stocked(5, sku="CUP"), stocked(0, sku="POT"), factories.VariantFactory(sku="NOTE")
    put(pot, hall, 5)

    text = slip_text(placed((cup, 2), (pot, 1), (note, 1), paid=True))

    assert text.count("Hall 2") == 1
    assert [text.count(sku) for sku in ("CUP", "POT", "NOTE")] == [1, 1, 1]
    assert "Hall 2" not in slip_text(placed((cup, 1), paid=True))


def test_the_form_begins_with_what_one_warehouse_holds(main, hall, shop, ann, as_user):
    cup, pot = stocked(0, sku="CUP"), stocked(5, sku="POT")
    put(cup, hall, 5)
    order = placed((cup, 2), (pot, 1), paid=True)

    form = as_user(ann).get(reverse("order-ship", args=[shop.slug, order.number])).context["form"]

    units = {line.sku: form.fields[name].initial for line, _most, name in form.unit_lines}
    assert (units, form.fields["warehouse"].initial) == ({"CUP": 0, "POT": 1}, main)


def test_the_place_in_the_row_is_set_on_the_warehouses_page(main, hall, shop, ann, as_user):
    browser = as_user(ann)
    browser.post(
        reverse("warehouse-edit", args=[shop.slug, hall.pk]), {"name": "Hall 2", "code": "H2", "serve_rank": "3"}
    )
    hall.refresh_from_db()
    assert hall.serve_rank == 3
    assert "serves orders: 3" in browser.get(reverse("warehouse-list", args=[shop.slug])).content.decode()


def test_lines_that_hold_nothing_name_no_warehouse(main, hall):
    cup = stocked(0, sku="CUP")
    placed((cup, 2), paid=True)
    assert OrderLine.objects.get().warehouse is None
