"""A proposal to order says why, can be changed, put off and remembered; lead times are those that deliveries showed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from analytics.demand.actions import make_demand, reckon_again
from analytics.demand.classes import classes, classify
from analytics.demand.models import DemandOutlook
from analytics.demand.outlooks import read_stock
from analytics.demand.terms import known_outlooks, set_terms
from analytics.engine.demand import forecast_demand
from analytics.engine.lead_times import chance_within, days_of, fixed, measured, quantile_over
from analytics.engine.stock import cumulated, quantile_until
from analytics.restock.drafting import dismiss_proposal, draft_what_is_needed
from analytics.restock.models import ProposalAnswer
from analytics.restock.proposals import proposal
from analytics.restock.queries import stock_outlooks
from analytics.restock.record import track_record
from core.actors import SYSTEM
from core.errors import Refused
from ecommerce.models import PurchaseOrder, Receipt, StockLevel
from ecommerce.purchasing.actions import set_price
from ecommerce.purchasing.rules import CLOSED
from tests import factories
from tests.analytics.demand_kit import TODAY, shop_with_past, sold, variants

PAGE = "/m/luming/restock/order/"


@pytest.fixture
def needed(scope, time_machine):
    """Two variants that have to be ordered, both sold by one supplier, one of them in dozens."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)
    things = shop_with_past(2, rate=4.0, on_hand=20)
    make_demand(actor=SYSTEM)
    kiln = factories.SupplierFactory(name="Kiln", currency="CNY")
    for thing, multiple in zip(things, (1, 12), strict=True):
        set_price(kiln, thing, price=Decimal("2.00"), multiple=multiple, actor=SYSTEM)
    return things, kiln


def came(supplier, *days: int) -> None:
    """Deliveries of a supplier that took so many days each."""
    place = factories.Warehouse.objects.first()
    for number, taken in enumerate(days):
        day = TODAY - timedelta(days=30 + number)
        order = PurchaseOrder.objects.create(
            number=f"PO-9{number}", supplier=supplier, warehouse=place, state=CLOSED, currency="CNY",
            sent_on=day - timedelta(days=taken),
        )  # fmt: skip
        Receipt.objects.create(order=order, key=f"k{number}", digest="", received_on=day, accepted=1)


def test_a_mixed_lead_time_holds_more_than_its_mean_does():
    history = np.random.default_rng(3).poisson(3.0, (20, 160)).astype(float)
    said = forecast_demand(history, 28)
    curve = cumulated(said.mean, said.totals, [28])
    steady, wild = days_of([fixed(14)] * 20), days_of([measured([7, 7, 7, 7, 28, 28])] * 20)

    assert np.allclose(quantile_over(curve, steady, 0.0, 0.9), quantile_until(curve, 14, 0.9), rtol=0.01)
    point = quantile_over(curve, wild, 0.0, 0.95)
    assert (point > quantile_until(curve, 14, 0.95)).all()
    assert np.allclose(chance_within(curve, wild, 0.0, point), 0.95, atol=0.01)


def test_lead_times_are_those_that_deliveries_showed_from_three_on(needed):
    (first, _), kiln = needed
    came(kiln, 5, 9)
    assert read_stock([first.pk], TODAY).times[0].count == 0

    came_before = DemandOutlook.objects.get(variant=first)
    order = PurchaseOrder.objects.create(
        number="PO-77", supplier=kiln, warehouse=factories.Warehouse.objects.first(), state=CLOSED, currency="CNY",
        sent_on=date(2026, 4, 1),
    )  # fmt: skip
    Receipt.objects.create(order=order, key="third", digest="", received_on=date(2026, 4, 26), accepted=1)
    reckon_again(known_outlooks())
    outlook = DemandOutlook.objects.get(variant=first)
    assert (came_before.lead_count, came_before.lead_days) == (0, 10)
    assert outlook.lead_count == 3
    assert outlook.lead_days == 14  # 5, 9 and 25 days, the next delivery as likely beyond each of them
    assert outlook.lead_high > outlook.lead_low
    assert outlook.reorder_point > came_before.reorder_point

    set_terms(first, lead_days=4, review_days=7, level=0.9, actor=SYSTEM)
    typed = DemandOutlook.objects.get(variant=first)
    assert (typed.lead_count, typed.lead_days) == (0, 4)
    assert typed.reorder_point < outlook.reorder_point


def test_a_class_by_value_has_a_level_of_its_own(needed):
    (first, second), _ = needed
    DemandOutlook.objects.filter(variant=first).update(abc="A")
    classes = {"a": 0.95, "b": None, "c": 0.8}
    set_terms(None, lead_days=10, review_days=7, level=0.9, measured=True, classes=classes, actor=SYSTEM)

    assert read_stock([first.pk, second.pk], TODAY).level.tolist() == [0.95, 0.9]


def test_a_changed_quantity_is_ordered_and_remembered(needed):
    (first, second), kiln = needed
    rows = {row.variant.pk: row for row in proposal(TODAY, "CNY").groups[0].rows}

    (order,) = draft_what_is_needed(units={first.pk: 7, second.pk: 0}, supplier=kiln.pk, actor=SYSTEM)

    assert [(line.variant_id, line.quantity) for line in order.lines.all()] == [(first.pk, 7)]
    answer = ProposalAnswer.objects.get()
    assert (answer.kind, answer.proposed, answer.units, answer.order) == ("accepted", rows[first.pk].units, 7, order)
    assert answer.gap is not None
    assert track_record(order.merchant).changed == 1


def test_a_quantity_that_the_supplier_does_not_sell_is_refused_and_nothing_drafted(needed):
    (_, second), _ = needed

    with pytest.raises(Refused, match="multiples of 12"):
        draft_what_is_needed(units={second.pk: 13}, actor=SYSTEM)

    assert not PurchaseOrder.objects.exists()
    assert not ProposalAnswer.objects.exists()


def test_what_was_dismissed_comes_back_on_its_day(needed):
    (first, _), _ = needed
    until = TODAY + timedelta(days=10)

    dismiss_proposal(first, until=until, reason="We clear it", actor=SYSTEM)

    found = proposal(TODAY, "CNY")
    assert [row.variant.pk for row in found.groups[0].rows] != [first.pk]
    assert [(one.variant, one.why, one.until) for one in found.left] == [(first, "dismissed", until)]
    assert not proposal(until, "CNY").left
    for day, why in ((TODAY, "x"), (TODAY + timedelta(days=400), "x"), (until, " ")):
        with pytest.raises(Refused):
            dismiss_proposal(first, until=day, reason=why, actor=SYSTEM)


def test_the_page_says_why_and_takes_other_quantities(needed, as_user, ann):
    (first, second), _ = needed
    browser = as_user(ann)
    text = browser.get(PAGE).content.decode()
    assert "reorder point" in text
    assert f'name="units-{first.pk}"' in text

    wrong = browser.post(PAGE, {f"units-{second.pk}": "5"})
    assert wrong.status_code == 422
    assert "multiples of 12" in wrong.content.decode()

    browser.post(PAGE, {f"units-{first.pk}": "9", f"units-{second.pk}": "24"})
    assert sorted(PurchaseOrder.objects.get().lines.values_list("quantity", flat=True)) == [9, 24]
    assert browser.get("/m/luming/restock/record/").status_code == 200


def test_what_is_on_its_way_counts_where_there_is_no_forecast_too(scope, time_machine):
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)
    things = variants(2)
    place = factories.WarehouseFactory(is_default=True)
    sold(things, np.full((2, 20), 2.0))
    for thing in things:
        StockLevel.objects.create(warehouse=place, variant=thing, on_hand=10)
    kiln = factories.SupplierFactory()
    order = PurchaseOrder.objects.create(
        number="PO-1", supplier=kiln, warehouse=place, state="sent", currency="CNY", units=100, sent_on=TODAY,
        expected_on=TODAY + timedelta(days=2),
    )  # fmt: skip
    order.lines.create(variant=things[0], sku=things[0].sku, title="x", quantity=100, unit_price=1, total=100)

    lasts = {one.variant_id: one.lasts.middle for one in stock_outlooks(TODAY)}

    assert lasts[things[1].pk] == pytest.approx(5.0, abs=1)
    assert lasts[things[0].pk] > 40


def test_the_largest_sellers_are_class_a(needed):
    assert classes({1: 79.0, 2: 10.0, 3: 8.0, 4: 3.0, 5: 0.0}) == {1: "A", 2: "A", 3: "B", 4: "C", 5: "C"}
    assert classes({1: 0.0}) == {1: "C"}

    assert classify(TODAY) == 2
    assert set(DemandOutlook.objects.values_list("abc", flat=True)) == {"A"}
    assert classify(TODAY) == 0
