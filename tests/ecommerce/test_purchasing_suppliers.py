"""Suppliers and their price lists: kept, found, never rewritten."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import Supplier, SupplierPrice
from ecommerce.purchasing.actions import archive_supplier, change_supplier, set_price
from ecommerce.purchasing.queries import price_list
from ecommerce.purchasing.rules import may_be_ordered, rounded_up
from tests import factories
from tests.api import program_of, same_shape

LIST = "/m/luming/suppliers/"
KILN = {
    "name": "Jingdezhen Kiln",
    "code": "jdz",
    "contact": "Mr Wu",
    "email": "wu@kiln.example",
    "currency": "cny",
    "lead_days": "14",
    "payment_terms": "30 days net",
}


def ask(supplier, variant, price, **terms):
    return set_price(supplier, variant, price=Decimal(price), actor=SYSTEM, **terms)


def test_a_supplier_is_added_found_and_exported(as_user, ann, scope, rival):
    with tenant(rival):
        factories.SupplierFactory(name="Foreign kiln")
    factories.SupplierFactory(name="Yixing Clay", code="YX", currency="USD")
    client = as_user(ann)

    saved = client.post(f"{LIST}new/", KILN)
    found = client.get(f"{LIST}?q=kiln")
    export = list(csv.reader(io.StringIO(client.get(f"{LIST}export.csv?currency=CNY").getvalue().decode("utf-8-sig"))))

    kiln = Supplier.objects.get(code="JDZ")
    assert (saved.status_code, saved["Location"]) == (302, f"{LIST}{kiln.pk}/")
    assert (kiln.currency, kiln.lead_days) == ("CNY", 14)
    assert [row.name for row in found.context["page"].rows] == ["Jingdezhen Kiln"]
    assert [row[:2] for row in export[1:]] == [["JDZ", "Jingdezhen Kiln"]]


def test_the_activity_log_holds_nothing_of_the_person_there(as_user, ann, scope):
    client = as_user(ann)
    client.post(f"{LIST}new/", KILN)
    kiln = Supplier.objects.get()

    client.post(f"{LIST}{kiln.pk}/edit/", {**KILN, "contact": "Ms Lin", "email": "lin@kiln.example", "lead_days": "20"})

    entry = Activity.objects.filter(kind="purchasing.supplier_changed").get()
    assert entry.changes == {"lead_days": [14, 20]}
    assert set(entry.payload["fields"]) == {"contact", "email", "lead_days"}


def test_the_language_of_their_orders_is_set_by_form_and_program(as_user, ann, scope):
    as_user(ann).post(f"{LIST}new/", {**KILN, "language": "zh-hans"})
    made = Supplier.objects.get()
    assert made.language == "zh-hans"
    assert "Simplified Chinese" in as_user(ann).get(made.get_absolute_url()).text
    wrong = as_user(ann).post(f"{LIST}{made.pk}/edit/", {**KILN, "language": "fr"})
    assert wrong.status_code == 422

    program = program_of(scope)
    answer = program.patch(f"suppliers/{made.pk}/", {"language": "en"})
    assert (answer.status_code, answer.data["language"]) == (200, "en")
    assert program.patch(f"suppliers/{made.pk}/", {"language": "fr"}).status_code == 400
    assert program.patch(f"suppliers/{made.pk}/", {"language": ""}).data["language"] == ""
    assert "The shop’s language" in as_user(ann).get(made.get_absolute_url()).text
    with pytest.raises(Refused, match="cannot be written in this language"):
        change_supplier(made, language="fr", actor=SYSTEM)


def test_a_short_name_is_given_once(as_user, ann, scope):
    factories.SupplierFactory(code="JDZ")

    response = as_user(ann).post(f"{LIST}new/", KILN)

    assert (response.status_code, Supplier.objects.count()) == (422, 1)
    assert "Another supplier has the short name JDZ" in response.text


def test_the_currency_stays_once_there_are_prices(scope):
    kiln = factories.SupplierFactory(currency="CNY")
    change_supplier(kiln, currency="usd", actor=SYSTEM)
    ask(kiln, factories.VariantFactory(), "3.50")

    with pytest.raises(Refused) as no:
        change_supplier(kiln, currency="EUR", actor=SYSTEM)

    assert no.value.code == "currency_fixed"
    assert Supplier.objects.get().currency == "USD"


def test_the_price_of_a_day_is_the_newest_whose_day_has_come(scope):
    kiln, pot, cup = factories.SupplierFactory(), factories.VariantFactory(), factories.VariantFactory()
    today = scope.today()
    ask(kiln, pot, "3.50", minimum=12)
    ask(kiln, pot, "3.90", valid_from=today + timedelta(days=10))
    ask(kiln, pot, "3.70")
    ask(kiln, cup, "1.20")
    ask(kiln, cup, "1.20", is_offered=False, valid_from=today + timedelta(days=5))

    now = {row.variant: (row.price, row.minimum) for row in price_list(kiln, today)}
    later = {row.variant: row.price for row in price_list(kiln, today + timedelta(days=10))}

    assert now == {pot: (Decimal("3.70"), 1), cup: (Decimal("1.20"), 1)}
    assert later == {pot: Decimal("3.90")}


def test_the_same_price_again_is_no_news(scope):
    kiln, pot = factories.SupplierFactory(), factories.VariantFactory()
    first = ask(kiln, pot, "3.50")

    assert ask(kiln, pot, "3.50") == first
    assert Activity.objects.filter(kind="purchasing.price_set").count() == 1


def test_what_was_asked_can_be_neither_changed_nor_backdated(scope):
    kiln, pot = factories.SupplierFactory(), factories.VariantFactory()
    row = ask(kiln, pot, "3.50")

    with pytest.raises(Refused) as no:
        ask(kiln, pot, "3.00", valid_from=scope.today() - timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplierPrice.objects.filter(pk=row.pk).update(price=Decimal("1.00"))

    assert "valid_from" in no.value.fields
    assert SupplierPrice.objects.get().price == Decimal("3.50")


def test_a_price_is_set_on_the_page_and_earlier_ones_are_shown(as_user, ann, scope):
    kiln, pot = factories.SupplierFactory(), factories.VariantFactory(sku="POT")
    ask(kiln, pot, "3.50")
    client = as_user(ann)
    path = f"{LIST}{kiln.pk}/price/?sku=POT"

    before = client.get(path)
    client.post(path, {"sku": "POT", "price": "3.80", "minimum": "12", "multiple": "6"})
    unknown = client.post(path, {"sku": "NONE", "price": "3.80", "minimum": "1", "multiple": "1"})
    page = client.get(f"{LIST}{kiln.pk}/")

    assert [row.price for row in before.context["history"]] == [Decimal("3.50")]
    assert [(row.price, row.minimum, row.multiple) for row in page.context["page"].rows] == [(Decimal("3.80"), 12, 6)]
    assert (unknown.status_code, "no variant with this SKU" in unknown.text) == (422, True)


def test_an_archived_supplier_leaves_the_list_and_comes_back(as_user, ann, scope):
    kiln = factories.SupplierFactory()
    archive_supplier(kiln, archived=True, actor=SYSTEM)
    client = as_user(ann)

    assert client.get(LIST).context["page"].rows == []
    assert client.get(f"{LIST}?tab=archived").context["page"].rows == [kiln]
    client.post(f"{LIST}{kiln.pk}/archive/", {"again": "1"})
    assert client.get(LIST).context["page"].rows == [kiln]


def test_who_only_looks_changes_nothing(as_user, ben, scope):
    kiln = factories.SupplierFactory()
    client = as_user(ben)

    page = client.get(f"{LIST}{kiln.pk}/")

    assert (page.status_code, "Set a price" in page.text) == (200, False)
    assert client.post(f"{LIST}{kiln.pk}/archive/").status_code == 403
    assert Supplier.objects.get().archived_at is None


@pytest.mark.parametrize(
    ("wanted", "minimum", "multiple", "least"), [(5, 1, 1, 5), (5, 12, 1, 12), (13, 12, 12, 24), (7, 10, 6, 12)]
)
def test_an_order_is_rounded_up_to_what_the_supplier_takes(wanted, minimum, multiple, least):
    assert rounded_up(wanted, minimum, multiple) == least
    assert may_be_ordered(least, minimum, multiple)
    assert not any(may_be_ordered(units, minimum, multiple) for units in range(wanted, least))


def test_programs_keep_suppliers_and_prices(shop, ann):
    with tenant(shop):
        factories.VariantFactory(sku="POT")
    program = program_of(shop)

    made = program.post("suppliers/", {"name": "Kiln", "code": "jdz", "currency": "CNY"})
    changed = program.patch(f"suppliers/{made.data['id']}/", {"lead_days": 9})
    price = program.post("supplier-prices/", {"supplier": made.data["id"], "sku": "POT", "price": "3.5", "minimum": 4})
    no = program.post("supplier-prices/", {"supplier": made.data["id"], "sku": "POT", "price": "3.5", "multiple": 0})
    listed = program.get(f"supplier-prices/?supplier={made.data['id']}")

    assert (made.status_code, changed.data["lead_days"], changed.data["code"]) == (201, 9, "JDZ")
    assert (price.status_code, price.data["price"], price.data["minimum"]) == (201, "3.50", 4)
    assert (no.status_code, same_shape(no)) == (400, True)
    assert [row["sku"] for row in listed.data["results"]] == ["POT"]
    assert program_of(shop, ["suppliers.view"]).post("suppliers/", {}).status_code == 403
