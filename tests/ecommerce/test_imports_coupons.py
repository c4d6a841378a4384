"""Coupons that a file of past orders names are noted on the orders; none of the shop's own is used up by that."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Activity
from core.tenancy import tenant
from ecommerce.coupons.models import Coupon
from ecommerce.imports.formats import FIELDS, recognise, template
from ecommerce.models import Order, OrderNote
from tests.ecommerce.test_imports_orders import bring_in

FILE = """Order number,Date,Status,SKU,Product,Qty,Price,Discount,Coupon code,Total
C1,2025-11-11 20:15,completed,TG-1,Gaiwan,2,168.00,30.00,WELCOME10,306.00
C2,2025-11-11 21:00,completed,LT-2,Towel,1,59,0,,59.00
"""


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def notes() -> list[tuple[str, str]]:
    return list(OrderNote.objects.order_by("pk").values_list("order__number", "text"))


NOTED = ("C1", "Coupon used, as the imported file says: WELCOME10")


def test_the_coupon_of_a_past_order_is_noted_and_none_of_ours_is_used(scope, ann, as_user):
    scope.language = "en"
    scope.save()
    ours = Coupon.objects.create(code="WELCOME10", amount=30, valid_from=date(2025, 1, 1))
    run = bring_in(FILE)
    assert (run.orders_created, run.bad_rows) == (2, 0)
    assert notes() == [NOTED]
    order = Order.objects.get(number="C1")
    assert (str(order.discount), str(order.total)) == ("30.00", "306.00")
    ours.refresh_from_db()
    assert (ours.used_at, ours.used_on) == (None, "")
    assert not Activity.objects.filter(kind__startswith="coupons.").exclude(kind="coupons.given").exists()
    assert NOTED[1] in as_user(ann).get(order.get_absolute_url()).content.decode()


def test_the_same_file_again_notes_it_once_and_another_code_beside_it(scope):
    scope.language = "en"
    scope.save()
    bring_in(FILE)
    run = bring_in(FILE)
    assert (run.orders_unchanged, notes()) == (2, [NOTED])
    bring_in(FILE.replace(",306.00", ",300.00"))
    assert notes() == [NOTED]
    bring_in(FILE.replace("WELCOME10", "SPRING"))
    assert notes() == [NOTED, ("C1", "Coupon used, as the imported file says: SPRING")]


def test_unknown_and_expired_codes_of_past_orders_are_no_mistake(scope):
    Coupon.objects.create(code="WELCOME10", amount=30, valid_from=date(2020, 1, 1), valid_until=date(2020, 2, 1))
    run = bring_in(FILE.replace("59,0,,59", "59,0,NEVER-KNOWN,59"))
    assert (run.orders_created, run.bad_rows) == (2, 0)
    assert [number for number, _text in notes()] == ["C1", "C2"]


def test_a_code_that_is_too_long_or_holds_a_card_number_is_named(scope):
    run = bring_in(FILE.replace("WELCOME10", "X" * 101).replace("59,0,,59", "59,0,4111 1111 1111 1111,59"))
    assert (run.orders_created, run.bad_rows) == (0, 2)
    assert [(error["row"], error["field"]) for error in run.errors] == [(2, "coupon_code"), (3, "coupon_code")]


def test_the_note_is_in_the_language_of_the_shop(scope):
    scope.language = "zh-hans"
    scope.save()
    bring_in(FILE)
    assert notes() == [("C1", "导入文件注明使用的优惠券：WELCOME10")]


def test_orders_of_another_shop_are_not_noted_on(scope, rival):
    with tenant(rival):
        bring_in(FILE.replace("WELCOME10", ""))
    bring_in(FILE)
    with tenant(rival):
        assert notes() == []


@pytest.mark.parametrize(
    ("heads", "column"),
    [
        (["Name", "Financial Status", "Created at", "Lineitem quantity", "Lineitem price", "Discount Code"],
         "Discount Code"),
        (["order_number", "order_status", "order_date", "coupons"], "coupons"),
        (["订单号", "日期", "优惠码"], "优惠码"),
        (["order", "date", "Promo code"], "Promo code"),
    ],
)  # fmt: skip
def test_the_column_is_found_under_the_names_files_give_it(heads, column):
    assert recognise(heads)[1]["coupon_code"] == column


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_template_has_the_column(language):
    heads, row = template(language)
    mapping = recognise(heads)[1]
    assert "coupon_code" in FIELDS
    assert row[heads.index(mapping["coupon_code"])] == "WELCOME10"
