"""A bundle sells what its parts allow: promised, shipped and taken back are the parts, never a stock of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from core.errors import Refused
from core.tenancy import tenant
from ecommerce.catalog.actions import set_parts
from ecommerce.inventory import actions
from ecommerce.inventory.queries import bundle_stocks, counted_variants
from ecommerce.models import StockLevel, StockMove
from ecommerce.orders.actions import cancel_order, pack_order, ship_lines
from tests import factories
from tests.ecommerce.orders_kit import ANN, placed

REST = {"reference": "O-1"}


@pytest.fixture
def cup(scope, ann):
    variant = factories.VariantFactory(sku="CUP", price=Decimal(20), cost=Decimal(8))
    actions.set_opening_stock(variant, 11, actor=ann.actor)
    return variant


@pytest.fixture
def pot(scope, ann):
    variant = factories.VariantFactory(sku="POT", price=Decimal(100), cost=Decimal(40))
    actions.set_opening_stock(variant, 3, actor=ann.actor)
    return variant


@pytest.fixture
def tea_set(cup, pot, ann):
    variant = factories.VariantFactory(sku="SET", price=Decimal(160))
    return set_parts(variant, {cup.pk: 4, pot.pk: 1}, actor=ann.actor)


def levels():
    return {row.variant.sku: (row.on_hand, row.reserved) for row in StockLevel.objects.select_related("variant")}


def test_as_many_can_be_sold_as_the_scarcest_part_allows(tea_set, cup):
    stock = bundle_stocks([tea_set.pk])[tea_set.pk]

    assert stock.available == 2
    assert (stock.cost, stock.price_of_parts) == (Decimal(72), Decimal(180))
    assert counted_variants([tea_set.pk, cup.pk]) == {tea_set.pk, cup.pk}


def test_a_promise_holds_whole_bundles_only(tea_set, ann):
    assert actions.reserve(tea_set, 5, actor=ann.actor, **REST) == 2
    assert levels() == {"CUP": (11, 8), "POT": (3, 2)}
    assert actions.reserve(tea_set, 1, actor=ann.actor, **REST) == 0
    assert levels() == {"CUP": (11, 8), "POT": (3, 2)}

    assert actions.release(tea_set, 1, actor=ann.actor, **REST) == 1
    assert levels() == {"CUP": (11, 4), "POT": (3, 1)}


def test_the_parts_leave_and_come_back(tea_set, ann):
    actions.reserve(tea_set, 2, actor=ann.actor, **REST)
    actions.ship(tea_set, 2, reserved=2, actor=ann.actor, **REST)
    assert levels() == {"CUP": (3, 0), "POT": (1, 0)}

    actions.take_back(tea_set, 1, actor=ann.actor, **REST)
    assert levels() == {"CUP": (7, 0), "POT": (2, 0)}
    assert not StockMove.objects.filter(variant=tea_set).exists()


def test_nothing_leaves_when_one_part_is_short(tea_set, ann):
    with pytest.raises(Refused) as refusal:
        actions.ship(tea_set, 3, reserved=0, actor=ann.actor, **REST)

    assert refusal.value.code == "not_enough_stock"
    assert levels() == {"CUP": (11, 0), "POT": (3, 0)}


def test_a_part_that_is_not_counted_bounds_nothing(tea_set, cup, ann):
    card = factories.VariantFactory(sku="CARD")
    set_parts(tea_set, {cup.pk: 4, card.pk: 1}, actor=ann.actor)

    assert actions.reserve(tea_set, 5, actor=ann.actor, **REST) == 2
    assert levels()["CUP"] == (11, 8)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (lambda s: {s["SET"].pk: 1}, "nested"),
        (lambda s: {s["CUP"].pk: 0}, "bad_units"),
        (lambda s: {10**9: 1}, "unknown_part"),
    ],
)
def test_what_no_bundle_can_be_made_of(tea_set, cup, ann, parts, code):
    with pytest.raises(Refused) as refusal:
        set_parts(tea_set, parts({"SET": tea_set, "CUP": cup}), actor=ann.actor)
    assert refusal.value.code == code


def test_bundles_do_not_nest_and_have_no_own_stock(tea_set, cup, pot, ann, rival):
    other = factories.VariantFactory()
    for variant, parts, code in ((cup, {pot.pk: 1}, "is_part"), (other, {tea_set.pk: 1}, "nested")):
        with pytest.raises(Refused) as refusal:
            set_parts(variant, parts, actor=ann.actor)
        assert refusal.value.code == code
    with pytest.raises(Refused):
        actions.adjust_stock(tea_set, actions.default_warehouse(), counted=5, actor=ann.actor)
    with pytest.raises(Refused):
        actions.set_opening_stock(tea_set, 5, actor=ann.actor)
    with tenant(rival):
        foreign = factories.VariantFactory(sku="F")
    with pytest.raises(Refused):
        set_parts(tea_set, {foreign.pk: 1}, actor=ann.actor)


def test_the_page_makes_a_bundle_and_names_the_line_it_cannot_read(as_user, ann, cup, pot):
    plain = factories.VariantFactory(sku="BOX", price=Decimal(150))
    address = f"/m/luming/products/variants/{plain.pk}/bundle/"
    browser = as_user(ann)

    wrong = browser.post(address, {"parts": "CUP, 2\nNONE, 1"})
    assert wrong.status_code == 422
    assert "Line 2" in wrong.content.decode()

    browser.post(address, {"parts": "CUP, 2\nPOT"})
    plain.refresh_from_db()
    assert plain.is_bundle
    panel = browser.get(reverse("product-stock", args=["luming", plain.product_id])).content.decode()
    assert "3 can be sold." in panel


def test_an_order_for_a_bundle_holds_ships_and_frees_its_parts(tea_set, cup, pot):
    order = placed((tea_set, 1), (cup, 2), paid=True)
    assert order.lines.get(variant=tea_set).reserved_quantity == 1
    assert levels() == {"CUP": (11, 6), "POT": (3, 1)}

    cancelled = placed((tea_set, 1), paid=True)
    assert levels() == {"CUP": (11, 10), "POT": (3, 2)}
    cancel_order(cancelled, reason="other", actor=ANN)
    assert levels() == {"CUP": (11, 6), "POT": (3, 1)}

    with pytest.raises(Refused) as refusal:
        set_parts(tea_set, {cup.pk: 1}, actor=ANN)
    assert refusal.value.code == "promised"

    ship_lines(pack_order(order, actor=ANN), at=order.placed_at, actor=ANN)
    assert levels() == {"CUP": (5, 0), "POT": (2, 0)}
    set_parts(tea_set, {cup.pk: 1}, actor=ANN)


def test_the_last_parts_are_promised_once(tea_set, cup):
    first, second = placed((tea_set, 2), paid=True), placed((tea_set, 2), paid=True)

    held = [one.lines.get().reserved_quantity for one in (first, second)]
    assert held == [2, 0]
    assert levels() == {"CUP": (11, 8), "POT": (3, 2)}
