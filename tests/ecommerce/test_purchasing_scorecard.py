"""The scorecard of a supplier says what receipts show, and nothing where they are too few."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.actors import SYSTEM
from ecommerce.models import SupplierPrice, Variant
from ecommerce.purchasing import actions
from ecommerce.purchasing.passing import pass_rates, pass_rates_by_supplier
from ecommerce.purchasing.rules import Came
from ecommerce.purchasing.scorecard import scorecard
from tests import factories
from tests.api import program_of
from tests.ecommerce.purchasing_kit import kiln, sent

FIRST = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def clock(time_machine):
    """`clock(10)` is ten days after the first order."""

    def set_to(days):
        time_machine.move_to(FIRST + timedelta(days=days), tick=False)

    set_to(0)
    return set_to


def order(clock, supplier, day, *, units=10, due=10):
    clock(day)
    return sent(supplier, ("POT", units), expected_on=(FIRST + timedelta(days=day + due)).date())


def kiln_prices(supplier, sku):
    actions.set_price(supplier, Variant.objects.get(sku=sku), price=Decimal(4), actor=SYSTEM)


def deliver(clock, purchase, day, accepted, damaged=0):
    clock(day)
    purchase.refresh_from_db()
    line = purchase.lines.get()
    actions.receive_goods(purchase, {line.pk: Came(accepted, damaged)}, key=f"{purchase.pk}-{day}", actor=SYSTEM)


def test_it_is_measured_on_receipts(clock, scope):
    supplier, other = kiln(lead_days=10), kiln()
    one, two, three = (order(clock, supplier, day) for day in (0, 1, 2))
    order(clock, other, 2, units=20)
    order(clock, kiln(currency="USD"), 2, units=500)
    deliver(clock, one, 8, 10)
    deliver(clock, two, 11, 9, 1)
    deliver(clock, three, 16, 10)
    two.refresh_from_db()
    actions.close_order(two, reason="Credit instead", actor=SYSTEM)
    clock(30)

    card = scorecard(supplier, scope.today())

    assert (card.receipts, card.on_time.part, card.on_time.whole) == (3, 2, 3)
    assert (card.complete.part, card.complete.whole) == (2, 3)
    assert (card.passed.part, card.passed.whole) == (29, 30)
    assert card.passed.percent == pytest.approx(96.67, abs=0.01)
    assert (card.lead.middle, card.lead.shortest, card.lead.longest, card.lead.count) == (10, 8, 14, 3)
    assert (card.bought, card.share) == (Decimal("105.00"), 60.0)


def test_two_receipts_are_too_few_to_tell(clock, scope, as_user, ann):
    supplier = kiln()
    for day in (0, 1):
        deliver(clock, order(clock, supplier, day), day + 5, 10)

    card = scorecard(supplier, scope.today())
    page = as_user(ann).get(supplier.get_absolute_url()).text

    assert card.on_time.percent is card.passed.percent is card.complete.percent is card.lead.middle is None
    assert page.count("Too few receipts to tell") == 3


def test_what_is_longer_ago_than_a_year_does_not_count(clock, scope):
    supplier = kiln()
    for day in (0, 1, 2):
        deliver(clock, order(clock, supplier, day), day + 5, 10)
    clock(400)

    card = scorecard(supplier, scope.today())

    assert (card.receipts, card.complete.whole, card.bought, card.share) == (0, 0, Decimal(0), None)


def test_price_moves_are_today_against_a_year_ago(clock, scope):
    supplier = factories.SupplierFactory()
    today = scope.today()
    ago = [today - timedelta(days=days) for days in (500, 400, 100, 0)]
    for prices in [(9, 10, 11, 12), (None, 10, 9, 9), (None, None, 5, 6), (None, None, None, 7)]:
        variant = factories.VariantFactory()
        for day, price in zip(ago, prices, strict=True):
            if price is not None:
                SupplierPrice.objects.create(supplier=supplier, variant=variant, price=price, valid_from=day)

    moves = scorecard(supplier, today).prices

    assert (moves.count, moves.up, moves.down) == (3, 2, 1)
    assert moves.middle == pytest.approx(20)


def test_what_nobody_else_offers_has_no_other_source(scope, as_user, ann):
    """An archived supplier, and one who has it no more, are no other source."""
    supplier, other, gone = kiln(sku="POT"), kiln(sku="CUP"), kiln(sku="LID")
    for sku in ("CUP", "LID"):
        kiln_prices(supplier, sku)
    actions.archive_supplier(gone, archived=True, actor=SYSTEM)

    page = as_user(ann).get(f"{supplier.get_absolute_url()}?tab=sole").text

    assert scorecard(supplier, scope.today()).sole == 2
    assert scorecard(other, scope.today()).sole == 0
    assert "2 variants have no other source" in page
    rows = page[page.index("<tbody") :]
    assert ("POT" in rows, "LID" in rows, "CUP" in rows) == (True, True, False)


def test_it_costs_the_same_however_much_came(clock, scope, django_assert_num_queries):
    supplier = kiln()
    for day in range(6):
        deliver(clock, order(clock, supplier, day), day + 5, 10)

    with django_assert_num_queries(5):
        scorecard(supplier, scope.today())


def test_the_check_at_receipt_feeds_the_products_pass_rate(scope, shop, ann, as_user):
    """Two damaged pieces of a delivery are seen on the product's page, by supplier, in the API and in its figures."""
    first, second = kiln(name="Kiln"), kiln(name="Forge")
    variant = Variant.objects.get(sku="POT")
    for supplier, accepted, damaged in ((first, 46, 2), (second, 30, 0)):
        purchase = sent(supplier, ("POT", accepted + damaged))
        came = {purchase.lines.get().pk: Came(accepted, damaged)}
        actions.receive_goods(purchase, came, key=f"k{supplier.pk}", actor=SYSTEM)
    untouched = factories.ProductFactory()
    with CaptureQueriesContext(connection) as queries:
        rates = pass_rates(shop.today())
    assert len(queries) == 1
    one = rates[variant.product_id]
    assert (one.accepted, one.damaged, one.checked, round(one.percent, 1)) == (76, 2, 78, 97.4)
    assert untouched.pk not in rates
    by = pass_rates_by_supplier(shop.today(), [variant.product_id])
    assert [(row.supplier_name, row.accepted, row.damaged) for row in by] == [("Kiln", 46, 2), ("Forge", 30, 0)]
    assert pass_rates(shop.today() + timedelta(days=400)) == {}, "older than a year"

    browser = as_user(ann)
    panel = reverse("product-passed", args=["luming", variant.product_id])
    assert panel in browser.get(variant.product.get_absolute_url()).content.decode()
    page = browser.get(panel, headers={"HX-Request": "true"}).content.decode()
    assert "76 of 78 units passed, 2 were damaged" in page
    assert "95.8%" in page
    page = browser.get(
        reverse("product-passed", args=["luming", untouched.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    assert "No delivery of it was received yet." in page
    rows = program_of(shop).get(f"suppliers/pass_rates/?product={variant.product_id}").data
    assert [(row["supplier"], row["accepted"], row["damaged"], row["rate"]) for row in rows] == [
        (first.pk, 46, 2, 46 / 48),
        (second.pk, 30, 0, 1.0),
    ]
    assert program_of(shop).get("suppliers/pass_rates/?product=x").status_code == 400
    assert program_of(shop, {"suppliers.view"}).get("suppliers/pass_rates/").status_code == 403
