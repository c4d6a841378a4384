"""What to order today, from whom: why a supplier is proposed, another one chosen, and the same for programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Merchant
from analytics.demand.actions import make_demand
from analytics.demand.models import DemandOutlook
from analytics.restock.models import ProposalAnswer
from analytics.restock.proposals import proposal
from analytics.restock.rules import Offer, steadier
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.inventory.actions import default_warehouse
from ecommerce.models import PurchaseOrder, Receipt, Supplier
from ecommerce.purchasing.actions import set_price
from ecommerce.purchasing.rules import CLOSED
from ecommerce.purchasing.scorecard import on_time_shares, scorecard
from tests import factories
from tests.analytics.demand_kit import shop_with_past
from tests.api import program_of

PAGE = "/m/luming/restock/order/"


@pytest.fixture
def needed(scope, time_machine):
    """Two variants to order: the first two suppliers have, the second one of them alone."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)
    things = shop_with_past(2, rate=4.0, on_hand=20)
    make_demand(actor=SYSTEM)
    kiln, clay = (factories.SupplierFactory(name=name, currency="CNY") for name in ("Kiln", "Yixing"))
    set_price(kiln, things[0], price=Decimal("2.00"), multiple=12, actor=SYSTEM)
    set_price(clay, things[0], price=Decimal("2.10"), minimum=500, actor=SYSTEM)
    set_price(kiln, things[1], price=Decimal("3.00"), actor=SYSTEM)
    return things


def came(supplier: Supplier, *late: bool) -> None:
    """Deliveries of a supplier, late ones and others."""
    today, place = datetime.now(tz=UTC).date(), default_warehouse()
    for number, one in enumerate(late):
        order = PurchaseOrder.objects.create(
            number=f"PO-{supplier.pk}-{number}", supplier=supplier, warehouse=place, state=CLOSED, currency="CNY",
            expected_on=today - timedelta(days=20),
        )  # fmt: skip
        day = today - timedelta(days=10 if one else 25)
        Receipt.objects.create(order=order, key=f"{supplier.pk}-{number}", digest="", received_on=day, accepted=1)


def rows():
    today = Merchant.objects.in_scope().today()
    return {row.variant.pk: row for group in proposal(today, "CNY").groups for row in group.rows}


def offer(number, price, minimum=1, currency="CNY"):
    return Offer(number, currency, Decimal(price), minimum)


@pytest.mark.parametrize(
    ("others", "on_time", "found"),
    [
        ([offer(2, "2.10")], {1: 60.0, 2: 90.0}, 2),
        ([offer(2, "2.10")], {1: 80.0, 2: 90.0}, None),
        ([offer(2, "2.10")], {1: None, 2: 90.0}, None),
        ([offer(2, "2.10")], {1: 60.0, 2: None}, None),
        ([offer(2, "2.30")], {1: 10.0, 2: 99.0}, None),
        ([offer(2, "2.10", 50)], {1: 10.0, 2: 99.0}, None),
        ([offer(2, "0.40", currency="USD")], {1: 10.0, 2: 99.0}, None),
        ([offer(2, "2.10"), offer(3, "2.05")], {1: 60.0, 2: 95.0, 3: 90.0}, 2),
        ([], {1: 10.0}, None),
    ],
)
def test_a_dearer_supplier_is_named_only_where_clearly_more_often_on_time(others, on_time, found):
    best = offer(1, "2.00")
    better = steadier(10, best, [best, *others], on_time)
    assert (better.supplier_id if better else None) == found


def test_it_is_said_why_a_supplier_is_proposed(needed, as_user, ann):
    first, second = needed
    kiln, clay = Supplier.objects.get(name="Kiln"), Supplier.objects.get(name="Yixing")
    came(kiln, True, True, False)
    came(clay, False, False, False)
    found = rows()
    assert [(found[one.pk].supplier.name, found[one.pk].choice.why) for one in needed] == [
        ("Kiln", "cheapest"), ("Kiln", "only"),
    ]  # fmt: skip
    shares = on_time_shares([kiln.pk, clay.pk], datetime.now(tz=UTC).date())
    assert {pk: one.percent for pk, one in shares.items()} == {
        one.pk: scorecard(one, datetime.now(tz=UTC).date()).on_time.percent for one in (kiln, clay)
    }
    assert found[first.pk].choice.own.on_time == pytest.approx(33.3, abs=0.1)
    shown = as_user(ann).get(PAGE).text
    assert "The cheapest of 2 suppliers." in shown
    assert "The only supplier with a price for it." in shown
    assert second.sku in shown


def test_price_and_quantity_follow_the_supplier_that_is_chosen(needed, as_user, ann):
    first, _second = needed
    clay = Supplier.objects.get(name="Yixing")
    shown = rows()[first.pk].units
    form = {f"from-{first.pk}": str(clay.pk), f"units-{first.pk}": str(shown), f"was-{first.pk}": str(shown)}
    client = as_user(ann)

    looked = client.post(PAGE, form | {"look": "1"})
    assert not PurchaseOrder.objects.exists()
    row = next(row for group in looked.context["groups"] for row in group.rows if row.variant == first)
    assert (row.supplier.name, row.units, row.price, row.choice.why) == ("Yixing", 500, Decimal("2.10"), "chosen")

    client.post(PAGE, form | {"supplier": str(clay.pk)})
    order = PurchaseOrder.objects.get()
    assert (order.supplier, [(one.variant, one.quantity, one.unit_price) for one in order.lines.all()]) == (
        clay, [(first, 500, Decimal("2.10"))],
    )  # fmt: skip
    assert ProposalAnswer.objects.get().proposed == 500


@pytest.mark.parametrize("nonsense", ["x", "", "-1", "9" * 30])
def test_a_supplier_without_a_price_is_not_taken(needed, as_user, ann, rival, nonsense):
    first, second = needed
    with tenant(rival):
        foreign = factories.SupplierFactory(name="Foreign")
    given = {f"from-{first.pk}": nonsense, f"from-{second.pk}": str(foreign.pk), "look": "1"}
    looked = as_user(ann).post(PAGE, given)
    assert [(group.supplier.name, len(group.rows)) for group in looked.context["groups"]] == [("Kiln", 2)]


def test_programs_read_what_to_order_as_the_page_shows_it(needed, shop, ann):
    first, second = needed
    program = program_of(shop, {"purchasing.edit"})
    found = program.get("order-proposals/")
    assert found.status_code == 200
    lines = {line["variant"]: line for line in found.json()}
    assert set(lines) == {first.pk, second.pk}
    outlook = DemandOutlook.objects.get(variant=first)
    line, shown = lines[first.pk], rows()[first.pk]
    assert (line["supplier_name"], line["quantity"], line["unit_cost"], line["currency"]) == (
        "Kiln", shown.units, "2.00", "CNY",
    )  # fmt: skip
    assert (line["total"], line["needed"], line["chosen_as"]) == (str(shown.total), shown.wanted, "cheapest")
    assert line["sold_out_on"] == outlook.out_middle.isoformat()
    assert line["reason"] == shown.reason

    kiln, clay = Supplier.objects.get(name="Kiln"), Supplier.objects.get(name="Yixing")
    assert len(program.get(f"order-proposals/?supplier={kiln.pk}").json()) == 2
    assert program.get(f"order-proposals/?supplier={clay.pk}").json() == []
    assert program.get("order-proposals/?supplier=kiln").status_code == 400
    assert program.post("order-proposals/", {}).status_code == 405
    assert program_of(shop, {"purchasing.view"}).get("order-proposals/").status_code == 403


def test_another_shops_program_sees_nothing_of_it(needed, rival, cleo):
    assert program_of(rival, {"purchasing.edit"}).get("order-proposals/").json() == []
