"""What the forecast says to order becomes drafts: by supplier, in the numbers they sell, never twice."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics.demand.actions import make_demand
from analytics.demand.models import DemandOutlook
from analytics.restock.proposals import proposal
from analytics.restock.rules import Offer, choose
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.models import PurchaseOrder
from ecommerce.purchasing.actions import archive_supplier, set_price
from tests import factories
from tests.analytics.demand_kit import shop_with_past

PAGE = "/m/luming/restock/order/"


def offer(number, price, minimum=1, multiple=1, currency="CNY"):
    return Offer(number, currency, Decimal(price), minimum, multiple)


@pytest.mark.parametrize(
    ("wanted", "offers", "found"),
    [
        (10, [offer(1, "2.00"), offer(2, "1.90")], (2, 10)),
        (10, [offer(1, "2.00", 1, 12), offer(2, "1.00", 100)], (1, 12)),
        (10, [offer(1, "2.00", 20), offer(2, "1.00", 100)], (1, 20)),
        (10, [offer(1, "2.00"), offer(2, "1.00", currency="USD")], (1, 10)),
        (10, [offer(2, "1.00", currency="USD"), offer(3, "0.90", currency="USD")], (3, 10)),
        (10, [offer(2, "1.00", currency="USD"), offer(3, "0.90", currency="EUR")], "currencies"),
        (10, [], "no_offer"),
        (2_000_000, [offer(1, "1.00")], "too_many"),
    ],
)
def test_the_cheapest_that_fits_is_chosen(wanted, offers, found):
    chosen = choose(wanted, offers, "CNY")

    assert (chosen if isinstance(chosen, str) else (chosen[0].supplier_id, chosen[1])) == found


@pytest.fixture
def needed(scope, time_machine):
    """Five variants that have to be ordered: two at one supplier, one at another, one nowhere, one from the past."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)
    things = shop_with_past(5, rate=4.0, on_hand=20)
    make_demand(actor=SYSTEM)
    assert DemandOutlook.objects.to_order().count() == 5
    kiln, clay, gone = (factories.SupplierFactory(name=name) for name in ("Kiln", "Yixing", "Gone"))
    for supplier, thing, price, multiple in [
        (kiln, things[0], "2.00", 12), (clay, things[0], "2.50", 1), (kiln, things[1], "3.00", 1),
        (clay, things[2], "4.00", 50), (gone, things[3], "1.00", 1),
    ]:  # fmt: skip
        set_price(supplier, thing, price=Decimal(price), multiple=multiple, actor=SYSTEM)
    archive_supplier(gone, archived=True, actor=SYSTEM)
    return things


def test_drafts_are_made_by_supplier_and_asking_again_makes_none(as_user, ann, needed):
    client = as_user(ann)
    before = client.get(PAGE)
    nothing_yet = PurchaseOrder.objects.count()
    client.post(PAGE)
    again = client.post(PAGE)
    after = client.get(PAGE)

    assert nothing_yet == 0
    assert (again.status_code, "nothing that can be ordered" in again.text) == (422, True)
    assert [group.supplier.name for group in before.context["groups"]] == ["Kiln", "Yixing"]
    assert before.text.count("No supplier has it in a price list.") == 2
    drafts = {order.supplier.name: order for order in PurchaseOrder.objects.all()}
    assert set(drafts) == {"Kiln", "Yixing"}
    assert PurchaseOrder.objects.count() == 2
    wanted = dict(DemandOutlook.objects.values_list("variant_id", "order_quantity"))
    ordered = {line.variant: line for order in drafts.values() for line in order.lines.all()}
    assert set(ordered) == set(needed[:3])
    for thing, multiple in zip(needed[:3], (12, 1, 50), strict=True):
        assert 0 <= ordered[thing].quantity - wanted[thing.pk] < multiple
        assert ordered[thing].quantity % multiple == 0
    assert ordered[needed[0]].unit_price == Decimal("2.00")
    assert {order.state for order in drafts.values()} == {"draft"}
    assert after.context["groups"] == []
    assert f"in the draft {drafts['Kiln'].number} already" in after.text


def test_the_proposal_costs_five_queries(needed, scope, django_assert_num_queries):
    with django_assert_num_queries(5):
        proposal(scope.today(), "CNY")


def test_the_button_is_for_those_who_may_order(client, ann, ben, needed):
    pages = ["demand/", "purchases/", ""]
    client.force_login(ann)
    assert [page for page in pages if PAGE not in client.get(f"/m/luming/{page}").text] == []
    client.force_login(ben)
    shown = [client.get(f"/m/luming/{page}") for page in pages]
    assert [(page.status_code, PAGE in page.text) for page in shown] == [(200, False)] * 3
    assert "Products to restock" in shown[2].text
    assert client.post(PAGE).status_code == 403
    assert not PurchaseOrder.objects.exists()


def test_another_shops_prices_are_not_offered(needed, rival, scope):
    with tenant(rival):
        set_price(
            factories.SupplierFactory(),
            factories.VariantFactory(sku=needed[4].sku),
            price=Decimal("0.01"),
            actor=SYSTEM,
        )

    assert needed[4] in [one.variant for one in proposal(scope.today(), "CNY").left]
