"""Loading a marketplace: nothing lost, nothing twice, to the cent; real files too, where they are at hand."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Activity, Merchant
from core.tenancy import every_tenant
from ecommerce.imports.olist import load_olist, split_cents
from ecommerce.models import Customer, Order, OrderLine, Payment, Product, Review, Shipment

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "olist"

ORDERS = """order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date
o1,c1,delivered,2017-10-02 10:56:33,2017-10-02 11:07:15,2017-10-04 19:55:00,2017-10-10 21:25:13,2017-10-18 00:00:00
o2,c2,canceled,2017-10-15 00:10:00,,,,2017-11-01 00:00:00
o3,c3,unavailable,2017-11-24 23:50:00,2017-11-25 00:10:00,,,2017-12-10 00:00:00
"""  # noqa: E501 - the files have long heads
ITEMS = """order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
o1,1,p1,s1,2017-10-06 11:07:15,29.99,8.72
o1,2,p1,s1,2017-10-06 11:07:15,29.99,8.72
o1,3,p2,s2,2017-10-07 11:07:15,10.01,0.01
o2,1,p2,s2,2017-10-20 11:07:15,10.01,5.00
o9,1,p2,s2,2017-10-20 11:07:15,99.00,5.00
"""
PAYMENTS = """order_id,payment_sequential,payment_type,payment_installments,payment_value
o1,1,credit_card,1,50.00
o1,2,voucher,1,37.44
o3,1,boleto,1,12.00
o9,1,boleto,1,104.00
"""
CUSTOMERS = """customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
c1,u1,01037,sao paulo,SP
c2,u1,01037,sao paulo,SP
c3,u3,20000,rio de janeiro,RJ
"""
SELLERS = """seller_id,seller_zip_code_prefix,seller_city,seller_state
s1,13023,campinas,SP
s2,13844,mogi guacu,SP
s3,13844,itu,SP
"""
PRODUCTS = """product_id,product_category_name,product_weight_g
p1,artes,225.0
p2,,
p3,artes,1.0
"""
SCORES = """order_id,review_score
o1,4
o3,1
o9,5
"""
REVIEWS = """review_id,order_id,review_score,review_comment_title,review_comment_message,review_creation_date,review_answer_timestamp
r1,o1,4,,"Muito bom, recomendo",2017-10-11 00:00:00,2017-10-12 03:43:48
"""  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    plain = {"a": ORDERS, "b": ITEMS, "c": CUSTOMERS, "d": SELLERS, "e": PRODUCTS, "f": SCORES, "g": REVIEWS}
    for name, text in plain.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    with gzip.open(tmp_path / "payments.csv.gz", "wt", encoding="utf-8") as file:
        file.write(PAYMENTS)
    (tmp_path / "notes.csv").write_text("something,else\n1,2\n")
    return tmp_path


@pytest.fixture
def everything(db):
    with every_tenant("the test looks at a whole marketplace"):
        yield


def test_an_order_of_two_sellers_is_split_and_its_payments_with_it(folder, everything):
    load_olist(folder)

    rows = Order.objects.order_by("number", "merchant__external_id").values_list(
        "number", "merchant__external_id", "state", "subtotal", "shipping_fee", "total", "paid_total", "units"
    )
    assert list(rows) == [
        ("o1", "olist:s1", "delivered", Decimal("59.98"), Decimal("17.44"), Decimal("77.42"), Decimal("77.42"), 2),
        ("o1", "olist:s2", "delivered", Decimal("10.01"), Decimal("0.01"), Decimal("10.02"), Decimal("10.02"), 1),
        ("o2", "olist:s2", "cancelled", Decimal("10.01"), Decimal("5.00"), Decimal("15.01"), Decimal("0.00"), 1),
    ]
    assert Payment.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal("87.44")
    assert list(Review.objects.values_list("merchant__external_id", "rating", "text")) == [
        ("olist:s1", 4, "Muito bom, recomendo")
    ]
    assert Shipment.objects.count() == 2
    assert sorted(Product.objects.values_list("external_id", "merchant__external_id")) == [
        ("p1", "olist:s1"),
        ("p2", "olist:s2"),
    ]


def test_the_summary_says_what_was_skipped_and_why(folder, everything):
    summary = load_olist(folder)

    assert dict(summary.skipped) == {
        "items: their order is not in the files": 1,
        "orders: no items, so no seller to give them to": 1,
        "payments: their order has no items": 1,
        "payments: their order is not in the files": 1,
        "reviews: their order has no items": 1,
        "reviews: their order is not in the files": 1,
        "products: sold by nobody": 1,
    }


def test_a_second_run_changes_nothing(folder, everything):
    load_olist(folder)
    counts = [model.objects.count() for model in (Merchant, Customer, Order, OrderLine, Payment, Review, Activity)]
    totals = list(Customer.objects.order_by("pk").values_list("order_count", "spend"))

    summary = load_olist(folder)

    assert sum(summary.written.values()) == 0
    assert [m.objects.count() for m in (Merchant, Customer, Order, OrderLine, Payment, Review, Activity)] == counts
    assert list(Customer.objects.order_by("pk").values_list("order_count", "spend")) == totals


def test_a_buyer_of_one_seller_is_one_customer_with_both_orders(folder, everything):
    load_olist(folder)

    assert sorted(Customer.objects.values_list("merchant__external_id", "external_id", "spend")) == [
        ("olist:s1", "u1", Decimal("77.42")),
        ("olist:s2", "u1", Decimal("10.02")),
    ]
    theirs = Customer.objects.get(merchant__external_id="olist:s2")
    assert theirs.orders.count() == 2
    assert theirs.order_count == 1  # the other one was cancelled


def test_the_day_is_the_sellers_even_in_the_hour_the_clock_skipped(folder, everything):
    """00:10 on 15 October 2017 does not exist in São Paulo; the order still belongs to that day."""
    load_olist(folder)

    order = Order.objects.select_related("merchant").get(number="o2")
    assert order.merchant.day_of(order.placed_at).isoformat() == "2017-10-15"


def test_a_folder_without_the_tables_is_refused_with_the_missing_ones(tmp_path, db):
    (tmp_path / "a.csv").write_text(ORDERS)
    with pytest.raises(CommandError, match="items, sellers"):
        call_command("import_marketplace", "olist", str(tmp_path))
    assert Merchant.objects.count() == 0


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_shared_cents_sum_to_the_amount(cents, weights):
    amount = Decimal(cents) / 100
    parts = split_cents(amount, [Decimal(weight) / 100 for weight in weights])
    assert sum(parts) == amount
    assert min(parts) >= 0


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the Olist files are not here")
def test_the_real_files_come_in_whole(everything):
    summary = load_olist(REAL)

    with gzip.open(REAL / "orders_partial_36764.csv.gz", "rt") as file:
        ids = {row["order_id"] for row in csv.DictReader(file)}
    with gzip.open(REAL / "order_items.csv.gz", "rt") as file:
        items = [row for row in csv.DictReader(file) if row["order_id"] in ids]
    value = sum(Decimal(row["price"]) + Decimal(row["freight_value"]) for row in items)
    assert summary.written["items"] == len(items) == OrderLine.objects.count()
    assert Order.objects.aggregate(sum=Sum("total"))["sum"] == value
    assert Counter(Order.objects.values_list("external_id", flat=True)).keys() == {row["order_id"] for row in items}
    assert Order.objects.count() == len({(row["order_id"], row["seller_id"]) for row in items})
