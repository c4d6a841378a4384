"""Rows a second of an order file, against saving each row on its own as a simple importer does."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.merchants.models import Merchant
from bench.figures import Figure, seconds
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.customers.models import Customer
from ecommerce.imports.actions import begin_import, check_import, run_import, start_import
from ecommerce.orders.models import Order, OrderLine, Payment

ROWS = 20_000
BASELINE_ROWS = 500
HEAD = ["Order number", "Date", "Status", "SKU", "Product", "Qty", "Price", "Shipping", "Total", "E-mail", "City"]


def _file(rows: int, mark: str) -> bytes:
    chance = random.Random(7)
    start = datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for number in range(rows):
        price, count = chance.randrange(500, 50000) / 100, chance.randrange(1, 4)
        placed = start + timedelta(minutes=number * 20)
        buyer = f"b{chance.randrange(rows // 2)}@example.com"
        row = [f"{mark}{number}", f"{placed:%Y-%m-%d %H:%M}", "completed", f"S{number % 300}", "Cup", count, price]
        writer.writerow([*row, "0", f"{price * count:.2f}", buyer, "Hangzhou"])
    return text.getvalue().encode()


def _row_by_row(data: bytes) -> None:
    for row in csv.DictReader(io.StringIO(data.decode())):
        with transaction.atomic():
            placed = datetime.fromisoformat(row["Date"]).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
            customer, _new = Customer.objects.get_or_create(email=row["E-mail"], defaults={"name": row["E-mail"]})
            total = Decimal(row["Total"])
            order, new = Order.objects.get_or_create(
                channel="other",
                external_id=row["Order number"],
                defaults={
                    "number": row["Order number"], "state": "completed", "currency": "CNY", "customer": customer,
                    "subtotal": total, "total": total, "paid_total": total, "placed_at": placed, "units": row["Qty"],
                },
            )  # fmt: skip
            if new:
                OrderLine.objects.create(
                    order=order, sku=row["SKU"], title=row["Product"], quantity=int(row["Qty"]),
                    unit_price=Decimal(row["Price"]), total=total,
                )  # fmt: skip
                Payment.objects.create(order=order, amount=total, at=placed)


def run() -> Iterator[Figure]:
    shop = Merchant.objects.create(
        name="Bench", slug=f"bench-{timezone.now().timestamp():.0f}", state="active", currency="CNY"
    )
    with tempfile.TemporaryDirectory() as folder, tenant(shop):
        settings.MEDIA_ROOT = folder
        loop = seconds(lambda: _row_by_row(_file(BASELINE_ROWS, "L")))
        run_ = start_import(file_name="bench.csv", chunks=[_file(ROWS, "F")], actor=SYSTEM)
        check = seconds(lambda: check_import(run_))
        whole = seconds(lambda: run_import(begin_import(run_, actor=SYSTEM)))
        again = start_import(file_name="bench.csv", chunks=[_file(ROWS, "F")], actor=SYSTEM)
        check_import(again)
        repeat = seconds(lambda: run_import(begin_import(again, actor=SYSTEM)))
    per_row, loop_row = whole / ROWS, loop / BASELINE_ROWS
    baseline = 1 / loop_row
    yield Figure("import of orders", 1 / per_row, "rows/s", baseline, "row by row", 4, "higher")
    yield Figure("dry run of orders", ROWS / check, "rows/s", baseline, "row by row", 8, "higher")
    yield Figure("the same file again", ROWS / repeat, "rows/s", baseline, "row by row", 6, "higher")
    yield Figure("50,000 rows", 50_000 * per_row, "s", 50_000 * loop_row, "row by row", 60, "lower", "figure")
