"""Price lists of suppliers by file: read like orders, set by the action of the form, harmless when repeated."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import Activity, Membership, Role
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from ecommerce.imports import actions
from ecommerce.imports.actions import begin_import, check_import, run_import, start_import
from ecommerce.imports.storing import path_of
from ecommerce.models import ImportRun, Supplier, SupplierPrice
from ecommerce.purchasing.actions import set_price
from ecommerce.purchasing.queries import price_list
from notifications.models import Notification
from tests import factories
from tests.queue import run_tasks

FILE = """SKU,Price,Currency,MOQ,Multiple,Valid from,Offered
POT,12.50,CNY,24,12,,yes
CUP,3,RMB,,,,
LID,1.20,,,,,no
"""


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def kiln(scope):
    for sku in ("POT", "CUP", "LID"):
        factories.VariantFactory(sku=sku)
    return factories.SupplierFactory(name="Kiln", code="KILN")


def bring_in(supplier: Supplier, text: str | bytes, user_id: int | None = None) -> ImportRun:
    data = text if isinstance(text, bytes) else text.encode()
    run = start_import(file_name="list.csv", chunks=[data], actor=SYSTEM, supplier=supplier, user_id=user_id)
    return run_import(begin_import(check_import(run), actor=SYSTEM))


def asked(supplier: Supplier) -> list[tuple]:
    columns = ("variant__sku", "price", "minimum", "multiple", "is_offered")
    return list(SupplierPrice.objects.filter(supplier=supplier).order_by("pk").values_list(*columns))


def test_prices_come_in_as_the_form_sets_them(kiln, ann, scope):
    run = bring_in(kiln, FILE, ann.pk)

    assert (run.state, run.rows, run.bad_rows, run.orders_created, run.errors) == ("done", 3, 0, 3, [])
    assert asked(kiln) == [
        ("POT", Decimal("12.50"), 24, 12, True), ("CUP", Decimal("3.00"), 1, 1, True),
        ("LID", Decimal("1.20"), 1, 1, False),
    ]  # fmt: skip
    row = SupplierPrice.objects.get(variant__sku="POT")
    assert (row.valid_from, row.actor_label) == (scope.today(), str(ann))
    by_form = set_price(
        factories.SupplierFactory(), row.variant, price=row.price, minimum=24, multiple=12, actor=ann.actor
    )
    facts = [one.payload for one in Activity.objects.filter(kind="purchasing.price_set", subject_id=row.pk)]
    (theirs,) = [one.payload for one in Activity.objects.filter(kind="purchasing.price_set", subject_id=by_form.pk)]
    assert facts == [theirs | {"supplier_id": kiln.pk}]


def test_the_same_file_again_changes_nothing_not_even_the_day_after(kiln, scope, time_machine):
    time_machine.move_to(datetime(2026, 6, 14, 4, tzinfo=UTC), tick=False)
    days = [scope.today() + timedelta(days=ahead) for ahead in (0, 30)]
    text = "SKU,Price,Valid from\n" + "".join(f"POT,{price},{day}\n" for price, day in zip((9, 11), days, strict=True))
    first = bring_in(kiln, text)
    before, facts = asked(kiln), Activity.objects.filter(kind="purchasing.price_set").count()
    again = bring_in(kiln, text)
    time_machine.shift(timedelta(days=1))
    later = bring_in(kiln, text)

    assert (first.orders_created, first.orders_unchanged) == (2, 0)
    for run in (again, later):
        assert (run.state, run.orders_created, run.orders_unchanged, run.bad_rows) == ("done", 0, 2, 0)
    assert asked(kiln) == before
    assert Activity.objects.filter(kind="purchasing.price_set").count() == facts == 2


def test_what_is_not_sold_any_more_needs_no_price(kiln, scope):
    bring_in(kiln, "SKU,Price\nPOT,12.50\n")
    run = bring_in(kiln, "SKU,Price,Offered\nPOT,,不再供应\nCUP,,no\n")
    assert not price_list(kiln, scope.today()).exists()
    assert (run.orders_created, [(error["row"], error["field"]) for error in run.errors]) == (1, [(3, "price")])


BAD = [
    ("SKU", "NONE", "sku", "There is no variant with the SKU “NONE”."),
    ("SKU", "", "sku", "The SKU is missing."),
    ("Price", "", "price", "Write it as 1234.50."),
    ("Price", "-1", "price", "below zero"),
    ("Price", "ten", "price", "Write it as 1234.50."),
    ("Price", "99999999999", "price", "more than"),
    ("Currency", "USD", "currency", "in USD, but prices of this supplier are in CNY"),
    ("MOQ", "0", "minimum", "Write a whole number from 1."),
    ("MOQ", "1000001", "minimum", "Enter 1 to 1,000,000 units."),
    ("Multiple", "1.5", "multiple", "Write a whole number from 1."),
    ("Valid from", "soon", "valid_from", "Write it as 2026-01-31."),
    ("Valid from", "2020-01-31", "valid_from", "from today or from a later day"),
    ("Valid from", "9999-12-31", "valid_from", "too far away"),
    ("Offered", "perhaps", "is_offered", "neither yes nor no"),
]


@pytest.mark.parametrize(("column", "value", "field", "said"), BAD)
def test_a_bad_cell_is_named_with_what_was_expected_and_the_good_rows_are_kept(kiln, column, value, field, said):
    table = list(csv.reader(io.StringIO(FILE)))
    table[1][table[0].index(column)] = value
    text = io.StringIO()
    csv.writer(text).writerows(table)

    run = bring_in(kiln, text.getvalue())

    assert (run.state, run.good_rows, run.bad_rows, run.orders_created) == ("done", 2, 1, 2)
    assert [(error["row"], error["field"]) for error in run.errors] == [(2, field)]
    assert said in run.errors[0]["message"]
    assert [row[0] for row in asked(kiln)] == ["CUP", "LID"]
    handed_back = list(csv.reader(io.StringIO(path_of(run.bad_rows_stored_as).read_text("utf-8-sig"))))
    assert (handed_back[0], len(handed_back)) == ([*table[0], "Reason"], 2)
    assert said in handed_back[1][-1]


def test_a_sku_twice_for_one_day_is_told_and_the_first_one_counts(kiln):
    run = bring_in(kiln, "SKU,Price\nPOT,1\nPOT,2\n")
    assert [(error["row"], error["message"]) for error in run.errors] == [
        (3, "Row 2 sets a price of this SKU for the same day.")
    ]
    assert [row[1] for row in asked(kiln)] == [Decimal("1.00")]


def test_a_crash_in_the_middle_is_gone_on_from(kiln, monkeypatch):
    monkeypatch.setattr(actions, "PRICES_AT_ONCE", 2)
    run = begin_import(
        check_import(start_import(file_name="x", chunks=[FILE.encode()], actor=SYSTEM, supplier=kiln)), actor=SYSTEM
    )
    with monkeypatch.context() as patch:
        patch.setattr(actions, "report_progress", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_import(run)
    assert len(asked(kiln)) == 2

    run = run_import(ImportRun.objects.get(pk=run.pk))

    assert (run.state, run.orders_created, run.orders_unchanged) == ("done", 3, 0)
    assert len(asked(kiln)) == 3


def test_a_workbook_and_the_export_itself_are_read(kiln, as_user, ann, scope):
    book = Workbook()
    for row in [["货号", "价格", "起订量", "生效日期"], ["POT", 12.5, 24, scope.today()], ["CUP", 3, None, None]]:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    assert bring_in(kiln, data.getvalue()).orders_created == 2

    address = reverse("supplier-pricing-export", args=["luming", kiln.pk])
    for language in ("en", "zh-hans"):
        answer = as_user(ann).get(address, headers={"Accept-Language": language})
        run = bring_in(kiln, b"".join(answer.streaming_content))
        assert (run.bad_rows, run.orders_unchanged, run.orders_created) == (0, 2, 0)


@pytest.mark.parametrize(("language", "head"), [("en", "SKU"), ("zh-hans", "商品编码")])
def test_the_template_is_recognised_as_it_stands(kiln, as_user, ann, scope, language, head):
    ann.language = language
    ann.save()
    factories.VariantFactory(sku="TG-1")
    text = b"".join(as_user(ann).get(reverse("import-price-template", args=["luming"])).streaming_content)
    assert text.decode("utf-8-sig").startswith(head)
    run = bring_in(kiln, text)
    assert (run.orders_created, run.bad_rows, len(run.mapping)) == (1, 0, 7)


def test_it_costs_the_same_to_read_however_many_rows(kiln, django_assert_num_queries):
    for number in range(40):
        factories.VariantFactory(sku=f"V{number}")
    text = "SKU,Price\n" + "".join(f"V{number},{number + 1}\n" for number in range(40))
    run = start_import(file_name="x", chunks=[text.encode()], actor=SYSTEM, supplier=kiln)
    with django_assert_num_queries(4, connection=connection):  # shop, prices, variants; the run is written
        check_import(run)


def test_from_the_suppliers_page_to_the_result(as_user, ann, shop):
    with tenant(shop):
        factories.VariantFactory(sku="POT")
        kiln = factories.SupplierFactory(name="Kiln")
    client = as_user(ann)
    address = reverse("supplier-pricing-import", args=[shop.slug, kiln.pk])
    assert address in client.get(kiln.get_absolute_url()).text
    assert "Kiln" in client.get(address).text
    upload = SimpleUploadedFile("prices.csv", b"Article,Cost each\nPOT,4.20\nCUP,1\n")
    client.post(address, {"file": upload})
    with every_tenant("look at the run"):
        run = ImportRun.objects.get()
    run_tasks()
    page = reverse("import-detail", args=[shop.slug, run.pk])
    assert "SKU and price are needed" in client.get(page).text
    assert client.post(reverse("import-start", args=[shop.slug, run.pk])).status_code == 422

    columns = {"map_sku": "Article", "map_price": "Cost each"}
    client.post(reverse("import-columns", args=[shop.slug, run.pk]), columns)
    run_tasks()
    checked = client.get(page).text
    assert "Import 1 price" in checked
    assert "There is no variant with the SKU “CUP”." in checked
    client.post(reverse("import-start", args=[shop.slug, run.pk]))
    run_tasks()

    done = client.get(page).text
    assert "Prices set" in done
    assert kiln.get_absolute_url() in done
    assert b"CUP" in b"".join(client.get(reverse("import-bad-rows", args=[shop.slug, run.pk])).streaming_content)
    with tenant(shop):
        assert asked(kiln) == [("POT", Decimal("4.20"), 1, 1, True)]
        told = Notification.objects.get(kind="import-finished")
    assert "Prices set: 1. Rows left out: 1." in client.get(f"/m/{shop.slug}/inbox/{told.pk}/").text


def test_who_may_not_set_prices_neither_uploads_nor_starts(as_user, ann, ben, cleo, shop):
    with tenant(shop):
        factories.VariantFactory(sku="POT")
        kiln = factories.SupplierFactory()
        run = check_import(start_import(file_name="x", chunks=[b"SKU,Price\nPOT,1\n"], actor=SYSTEM, supplier=kiln))
    address = reverse("supplier-pricing-import", args=[shop.slug, kiln.pk])
    upload = {"file": SimpleUploadedFile("prices.csv", FILE.encode())}
    assert as_user(ben).post(address, upload).status_code == 403
    foreign = reverse("supplier-pricing-import", args=["qingyun", kiln.pk])
    assert as_user(cleo).post(foreign, upload).status_code == 404
    assert as_user(cleo).get(reverse("import-detail", args=["qingyun", run.pk])).status_code == 404
    with tenant(shop):
        role = Role.objects.create(name="Importer", permissions=["imports.run"])
        Membership.objects.filter(user=ben).update(custom_role=role)
    for name in ("import-start", "import-columns"):
        assert as_user(ben).post(reverse(name, args=[shop.slug, run.pk])).status_code == 403
    with tenant(shop):
        assert ImportRun.objects.count() == 1
        assert not SupplierPrice.objects.exists()
