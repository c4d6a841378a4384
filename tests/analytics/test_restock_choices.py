"""Whom a variant is bought from: chosen once with a reason, kept for all orders to come, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Activity, Merchant
from analytics.demand.actions import make_demand
from analytics.restock.drafting import draft_what_is_needed
from analytics.restock.proposals import proposal
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import PurchaseOrder, Supplier, SupplierChoice
from ecommerce.purchasing.actions import archive_supplier, cancel_order, choose_supplier, set_price, take_choice_back
from ecommerce.purchasing.queries import usual_suppliers
from tests import factories
from tests.analytics.demand_kit import shop_with_past
from tests.api import program_of

ORDER = "/m/luming/restock/order/"


@pytest.fixture
def pot(scope, time_machine):
    """A variant to order, which Kiln sells for less than Clay does."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)
    (thing,) = shop_with_past(1, rate=4.0, on_hand=20)
    make_demand(actor=SYSTEM)
    for name, price in (("Kiln", "2.00"), ("Clay", "2.50")):
        set_price(factories.SupplierFactory(name=name), thing, price=Decimal(price), actor=SYSTEM)
    return thing


def page_of(thing):
    return f"/m/luming/restock/supplier/{thing.pk}/"


def named(name):
    return Supplier.objects.get(name=name)


def proposed():
    shop = Merchant.objects.in_scope()
    (group,) = proposal(shop.today(), shop.currency).groups
    return group.supplier.name, group.rows[0]


def facts():
    return list(
        Activity.objects.filter(kind__contains="supplier_cho").order_by("pk").values_list("kind", "payload__supplier")
    )


def test_a_choice_outlasts_drafts_and_says_who_and_why(pot, as_user, ann):
    client = as_user(ann)
    assert page_of(pot) in client.get(ORDER).text
    assert "Kiln · ¥2.00" in client.get(page_of(pot)).text
    client.post(page_of(pot), {"supplier": named("Clay").pk, "reason": "Kiln chips the lids"})

    for _again in range(2):
        name, row = proposed()
        assert (name, row.price, row.choice.why) == ("Clay", Decimal("2.50"), "chosen")
        (order,) = draft_what_is_needed(actor=SYSTEM)
        assert order.supplier.name == "Clay"
        cancel_order(order, reason="Again", actor=SYSTEM)
    shown = client.get(ORDER).text
    assert "Chosen by Ann on" in shown
    assert "Kiln chips the lids" in shown
    line = program_of(pot.merchant, {"purchasing.edit"}).get("order-proposals/").data[0]
    assert (line["supplier_name"], line["chosen_as"], line["chosen_because"]) == (
        "Clay", "chosen", "Kiln chips the lids",
    )  # fmt: skip
    assert facts() == [("purchasing.supplier_chosen", "Clay")]


def test_it_is_changed_and_taken_back(pot, as_user, ann):
    client = as_user(ann)
    client.post(page_of(pot), {"supplier": named("Clay").pk, "reason": "Better"})
    client.post(page_of(pot), {"supplier": named("Kiln").pk, "reason": "Mended"})
    name, row = proposed()
    assert (name, row.choice.why, row.choice.kept.reason) == ("Kiln", "chosen", "Mended")

    assert f"{page_of(pot)}back/" in client.get(ORDER).text
    client.post(f"{page_of(pot)}back/")
    assert client.post(f"{page_of(pot)}back/", follow=True).status_code == 200
    name, row = proposed()
    assert (name, row.choice.why, row.choice.kept) == ("Kiln", "cheapest", None)
    assert facts() == [
        ("purchasing.supplier_chosen", "Clay"), ("purchasing.supplier_chosen", "Kiln"),
        ("purchasing.supplier_choice_ended", "Kiln"),
    ]  # fmt: skip
    assert client.get(f"{page_of(pot)}back/").status_code == 405


def test_the_same_choice_again_is_no_news(pot):
    for _again in range(2):
        choose_supplier(pot, named("Clay"), reason="Better", actor=SYSTEM)
    assert (len(facts()), SupplierChoice.objects.count()) == (1, 1)


@pytest.mark.parametrize("end", ["not_offered", "archived"])
def test_it_ends_when_the_supplier_sells_it_no_more(pot, end):
    clay = named("Clay")
    choose_supplier(pot, clay, reason="Better", actor=SYSTEM)
    if end == "archived":
        archive_supplier(clay, archived=True, actor=SYSTEM)
        archive_supplier(clay, archived=False, actor=SYSTEM)
    else:
        set_price(clay, pot, price=Decimal("2.50"), is_offered=False, actor=SYSTEM)
        set_price(clay, pot, price=Decimal("2.50"), actor=SYSTEM)
    name, row = proposed()
    assert (name, row.choice.why) == ("Kiln", "cheapest")
    ended = Activity.objects.get(kind="purchasing.supplier_choice_ended")
    assert ended.payload["why"] == end


def test_what_ends_on_a_later_day_counts_until_then(pot, time_machine):
    choose_supplier(pot, named("Clay"), reason="Better", actor=SYSTEM)
    gone = Merchant.objects.in_scope().today() + timedelta(days=3)
    set_price(named("Clay"), pot, price=Decimal("2.50"), valid_from=gone, is_offered=False, actor=SYSTEM)
    assert proposed()[0] == "Clay"
    time_machine.shift(timedelta(days=3))
    assert proposed()[0] == "Kiln"


def test_a_choice_settles_what_currencies_leave_open(pot, as_user, ann):
    archive_supplier(named("Kiln"), archived=True, actor=SYSTEM)
    archive_supplier(named("Clay"), archived=True, actor=SYSTEM)
    for name, currency in (("Oak", "USD"), ("Ash", "EUR")):
        set_price(factories.SupplierFactory(name=name, currency=currency), pot, price=Decimal(1), actor=SYSTEM)
    shown = as_user(ann).get(ORDER)
    assert shown.context["groups"] == []
    assert page_of(pot) in shown.text
    as_user(ann).post(page_of(pot), {"supplier": named("Ash").pk, "reason": "Paid in euros"})
    assert proposed()[0] == "Ash"


def test_lead_times_follow_the_choice(pot):
    today = Merchant.objects.in_scope().today()
    assert usual_suppliers([pot.pk], today) == {pot.pk: named("Kiln").pk}
    choose_supplier(pot, named("Clay"), reason="Better", actor=SYSTEM)
    assert usual_suppliers([pot.pk], today) == {pot.pk: named("Clay").pk}
    take_choice_back(pot, actor=SYSTEM)
    assert usual_suppliers([pot.pk], today) == {pot.pk: named("Kiln").pk}


def test_for_one_order_another_supplier_goes_before_the_choice(pot):
    choose_supplier(pot, named("Clay"), reason="Better", actor=SYSTEM)
    (order,) = draft_what_is_needed(chosen={pot.pk: named("Kiln").pk}, actor=SYSTEM)
    assert order.supplier.name == "Kiln"
    assert SupplierChoice.objects.get().supplier.name == "Clay"


def test_no_reason_no_price_no_choice(pot, as_user, ann, ben, rival, cleo):
    with tenant(rival):
        foreign = factories.SupplierFactory(name="Foreign")
    other = factories.SupplierFactory(name="Other")
    client = as_user(ann)
    assert client.post(page_of(pot), {"supplier": named("Clay").pk, "reason": " "}).status_code == 422
    for supplier in (other, foreign):
        assert client.post(page_of(pot), {"supplier": supplier.pk, "reason": "x"}).status_code == 422
    with pytest.raises(Refused) as no:
        choose_supplier(pot, other, reason="x", actor=SYSTEM)
    assert no.value.code == "not_offered"
    given = {"supplier": named("Clay").pk, "reason": "x"}
    assert as_user(ben).post(page_of(pot), given).status_code == 403
    assert as_user(cleo).post(page_of(pot).replace("luming", "qingyun"), given).status_code == 404
    assert not SupplierChoice.objects.exists()
    assert facts() == []
    assert not PurchaseOrder.objects.exists()


def test_the_proposal_costs_five_queries_with_choices_too(pot, scope, django_assert_num_queries):
    choose_supplier(pot, named("Clay"), reason="Better", actor=SYSTEM)
    with django_assert_num_queries(5):
        proposal(scope.today(), "CNY")
