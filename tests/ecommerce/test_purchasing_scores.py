"""Suppliers beside each other: the figures of their own pages, in order and within bounds, for files and programs."""

from __future__ import annotations

import csv
import io
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core.tenancy import tenant
from ecommerce.inventory.actions import default_warehouse
from ecommerce.models import PurchaseLine, PurchaseOrder, Receipt, Supplier, SupplierPrice
from ecommerce.purchasing.scorecard import scorecard
from ecommerce.purchasing.scores import currency_totals, score_of, scored_suppliers
from tests import factories
from tests.api import program_of

PAGE = "/m/luming/suppliers/compare/"


def bought(supplier, today, *, number, ago=60, took=10, due=12, units=10, accepted=10, damaged=0, state="closed"):
    """An order of one line and, unless nothing came, the one delivery of it."""
    order = PurchaseOrder.objects.create(
        number=number, supplier=supplier, warehouse=default_warehouse(), state=state, currency=supplier.currency,
        total=Decimal(units) * 3, units=units, sent_on=today - timedelta(days=ago),
        expected_on=None if due is None else today - timedelta(days=ago - due),
    )  # fmt: skip
    variant = factories.VariantFactory()
    PurchaseLine.objects.create(
        order=order, variant=variant, sku=variant.sku, title="Pot", quantity=units, unit_price=3, accepted=accepted
    )
    if accepted or damaged:
        day = today - timedelta(days=ago - took)
        Receipt.objects.create(order=order, key=number, digest="", received_on=day, accepted=accepted, damaged=damaged)
    return order


def some_past(supplier, today, dice):
    """Orders of any state and length, early, late, short and damaged ones, and prices that moved."""
    for number in range(dice.randint(0, 9)):
        good = dice.randint(0, 10)
        bought(
            supplier, today, number=f"{supplier.code}-{number}", ago=dice.randint(5, 420), took=dice.randint(0, 5),
            due=dice.choice([None, 2, 3, 4]), accepted=good, damaged=dice.randint(0, 10 - good),
            state=dice.choice(["closed", "closed", "partly_received", "cancelled", "sent"]),
        )  # fmt: skip
    for variant in dice.sample(list(factories.Variant.objects.order_by("pk")[:12]), 6):
        for _price in range(dice.randint(1, 4)):
            SupplierPrice.objects.create(
                supplier=supplier, variant=variant, price=dice.choice([0, 2, 3, 4, 5]),
                valid_from=today - timedelta(days=dice.randint(-20, 700)), is_offered=dice.random() < 0.8,
            )  # fmt: skip


def scores(today):
    totals = currency_totals(today)
    return [score_of(row, totals) for row in scored_suppliers(today, totals).order_by("pk")]


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_is_that_of_the_suppliers_own_page(scope, seed):
    today, dice = scope.today(), random.Random(seed)
    factories.VariantFactory.create_batch(12)
    for _supplier in range(8):
        made = factories.SupplierFactory(currency=dice.choice(["CNY", "CNY", "USD"]))
        some_past(made, today, dice)
    Supplier.objects.filter(pk=made.pk).update(archived_at=made.created_at)

    told = 0
    for one in scores(today):
        card = scorecard(one.supplier, today)
        shown = (one.on_time, one.complete, one.passed, one.lead, one.price_move, one.share)
        theirs = (
            card.on_time.percent, card.complete.percent, card.passed.percent, card.lead.middle, card.prices.middle,
            card.share,
        )  # fmt: skip
        assert shown == pytest.approx(theirs, nan_ok=True), one.supplier
        assert (one.receipts, one.bought, one.sole) == (card.receipts, card.bought, card.sole)
        told += sum(figure is not None for figure in shown)
    assert told > 20, "the dice made too little to compare"


@pytest.fixture
def three(scope):
    """A steady supplier, a late one with damaged goods, and one of whom too little is known."""
    today = scope.today()
    steady, late, new = (factories.SupplierFactory(name=name) for name in ("Steady", "Late", "New"))
    for number in range(3):
        bought(steady, today, number=f"S{number}", units=20, accepted=20)
        bought(late, today, number=f"L{number}", took=20, accepted=8, damaged=2, units=10)
    bought(new, today, number="N0")
    for number, price in enumerate([10, 12]):
        SupplierPrice.objects.create(
            supplier=late, variant=factories.Variant.objects.first(), price=price,
            valid_from=today - timedelta(days=100 - number),
        )  # fmt: skip
    return steady, late, new


def names(response):
    return [one.supplier.name for one in response.context["scores"]]


def test_they_stand_beside_each_other_in_the_order_asked_for(three, as_user, ann):
    client = as_user(ann)
    assert PAGE in client.get("/m/luming/suppliers/").text
    shown = client.get(PAGE)
    assert names(shown) == ["Late", "New", "Steady"]
    for words in ("100%", "0%", "80.0%", "+20.0%", "20 days", "60%"):
        assert words in shown.text
    assert names(client.get(f"{PAGE}?sort=on-time")) == ["Late", "Steady", "New"]
    assert names(client.get(f"{PAGE}?sort=-share")) == ["Steady", "Late", "New"]
    assert names(client.get(f"{PAGE}?sort=lead")) == ["Steady", "Late", "New"]
    assert names(client.get(f"{PAGE}?sort=-prices"))[0] == "Late"
    assert names(client.get(f"{PAGE}?on_time_max=50")) == ["Late"]
    assert names(client.get(f"{PAGE}?share_min=50")) == ["Steady"]
    assert names(client.get(f"{PAGE}?sole_min=1")) == ["Late"]
    assert names(client.get(f"{PAGE}?passed_max=100&sort=-passed")) == ["Steady", "Late"]
    assert names(client.get(f"{PAGE}?q=new")) == ["New"]


@pytest.mark.parametrize("sort", ["on-time", "-on-time", "complete", "passed", "lead", "prices", "share", "sole"])
def test_pages_follow_each_other_without_gap_or_repeat(three, as_user, ann, sort):
    for _more in range(30):
        factories.SupplierFactory()
    client, seen, address = as_user(ann), [], f"?sort={sort}"
    while address:
        answer = client.get(f"{PAGE}{address}")
        seen += [one.supplier.pk for one in answer.context["scores"]]
        address = answer.context["page"].next_query
    assert len(seen) == len(set(seen)) == 33


def test_files_and_programs_get_the_same_figures(three, as_user, ann, shop):
    steady, late, new = three
    text = b"".join(as_user(ann).get(f"{PAGE}export.csv?sort=on-time&on_time_max=100").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["Name"], row["On time, %"], row["Pass rate, %"], row["Lead time, days"]) for row in rows] == [
        ("Late", "0.0", "80.0", "20.0"), ("Steady", "100.0", "100.0", "10.0"),
    ]  # fmt: skip
    assert [row["Share of buying, %"] for row in rows] == ["30.0", "60.0"]
    book = as_user(ann).get(f"{PAGE}export.csv?as=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert [row[1] for row in sheet.iter_rows(values_only=True)] == ["Name", "Late", "New", "Steady"]

    program = program_of(shop, {"purchasing.view"})
    found = {one["supplier"]: one for one in program.get("supplier-scorecards/").data["results"]}
    assert set(found) == {steady.pk, late.pk, new.pk}
    assert found[late.pk] | {"sole": 1} == found[late.pk]
    one = program.get(f"supplier-scorecards/{late.pk}/").data
    assert one == found[late.pk]
    assert (one["on_time"], one["passed"], one["lead_days"], one["price_move"]) == pytest.approx((0, 80, 20, 20))
    assert (one["bought"], one["share"], one["receipts"]) == ("90.00", pytest.approx(30), 3)
    assert (found[new.pk]["on_time"], found[new.pk]["lead_days"], found[new.pk]["price_move"]) == (None, None, None)
    kept = program.get("supplier-scorecards/?on_time_max=50").data["results"]
    assert [row["supplier"] for row in kept] == [late.pk]
    assert program_of(shop, {"suppliers.view"}).get("supplier-scorecards/").status_code == 403


def test_another_shops_buying_counts_nowhere(three, rival, as_user, cleo):
    with tenant(rival):
        theirs = factories.SupplierFactory(name="Theirs")
        bought(theirs, rival.today(), number="X", units=1000)
    shown = as_user(cleo).get("/m/qingyun/suppliers/compare/")
    assert [(one.supplier.name, one.share) for one in shown.context["scores"]] == [("Theirs", 100.0)]
    assert program_of(rival).get(f"supplier-scorecards/{three[0].pk}/").status_code == 404
