"""Files of orders: each known export, bad rows handed back, the same file twice, a crash in the middle."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.imports import actions
from ecommerce.imports.actions import begin_import, check_import, run_import, start_import
from ecommerce.imports.storing import path_of
from ecommerce.models import Customer, ImportRun, Order, OrderLine, Payment, ShipmentLine, StockMove
from tests.queue import run_tasks

GENERIC = """Order number,Date,Status,SKU,Product,Qty,Price,Shipping,Total,E-mail
A1,2025-11-11 20:15,paid,TG-1,Gaiwan,2,168.00,10.00,346.00,gao@example.com
A2,2025-11-11 21:00,completed,LT-2,Towel,1,59,0,59.00,sun@example.com
"""


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def bring_in(text: str | bytes, name: str = "orders.csv", encoding: str = "utf-8") -> ImportRun:
    data = text if isinstance(text, bytes) else text.encode(encoding)
    run = check_import(start_import(file_name=name, chunks=[data], actor=SYSTEM))
    return run_import(begin_import(run, actor=SYSTEM))


def test_orders_with_their_lines_payments_and_buyers_come_in(scope):
    run = bring_in(GENERIC)

    assert (run.state, run.rows, run.bad_rows, run.orders_created) == ("done", 2, 0, 2)
    rows = Order.objects.order_by("number").values_list(
        "number", "state", "subtotal", "shipping_fee", "total", "paid_total", "units"
    )
    assert list(rows) == [
        ("A1", "paid", Decimal("336.00"), Decimal("10.00"), Decimal("346.00"), Decimal("346.00"), 2),
        ("A2", "completed", Decimal("59.00"), Decimal("0.00"), Decimal("59.00"), Decimal("59.00"), 1),
    ]
    assert Order.objects.get(number="A1").placed_at.isoformat() == "2025-11-11T12:15:00+00:00"
    assert sorted(Customer.objects.values_list("email", "order_count", "spend")) == [
        ("gao@example.com", 1, Decimal("346.00")),
        ("sun@example.com", 1, Decimal("59.00")),
    ]
    assert StockMove.objects.count() == 0


def test_the_same_file_again_changes_nothing(scope):
    bring_in(GENERIC)
    before = [list(model.objects.order_by("pk").values()) for model in (Order, OrderLine, Payment, Customer)]
    facts = Activity.objects.filter(kind="orders.imported").count()

    run = bring_in(GENERIC)

    assert (run.orders_created, run.orders_updated, run.orders_unchanged) == (0, 0, 2)
    assert [list(model.objects.order_by("pk").values()) for model in (Order, OrderLine, Payment, Customer)] == before
    assert Activity.objects.filter(kind="orders.imported").count() == facts


def test_a_newer_export_brings_orders_up_to_date_and_never_back(scope):
    bring_in(GENERIC)
    run = bring_in(GENERIC.replace(",paid,", ",shipped,").replace(",completed,", ",paid,"))

    assert (run.orders_created, run.orders_updated, run.orders_unchanged) == (0, 2, 0)
    assert list(Order.objects.order_by("number").values_list("number", "state")) == [
        ("A1", "shipped"),
        ("A2", "completed"),
    ]
    assert Payment.objects.count() == 2


BAD = [
    ("Qty", "0", "quantity"),
    ("Qty", "-3", "quantity"),
    ("Qty", "２", "quantity"),
    ("Qty", "1e3", "quantity"),
    ("Price", "-168.00", "below zero"),
    ("Price", "NaN", "is not an amount"),
    ("Price", "Infinity", "is not an amount"),
    ("Price", "1e308", "is not an amount"),
    ("Price", "99999999999", "more than an order can be worth"),
    ("Date", "1970-01-01 00:00", "before the year 2000"),
    ("Date", "2999-01-01", "in the future"),
    ("Date", "yesterday", "is not a date"),
    ("Date", "", "date of the order is missing"),
    ("SKU", "TG-😀", "signs that a code cannot have"),
    ("SKU", "=1+1", "formula"),
    ("Status", "lost", "is not a state we know"),
    ("E-mail", "nobody", "is not an e-mail"),
    ("Product", "Card 4111 1111 1111 1111", "payment card"),
    ("Order number", "", "order number is missing"),
]


@pytest.mark.parametrize(("column", "value", "said"), BAD)
def test_a_bad_cell_is_named_and_the_good_rows_are_kept(scope, column, value, said):
    table = list(csv.reader(io.StringIO(GENERIC)))
    table[1][table[0].index(column)] = value
    text = io.StringIO()
    csv.writer(text).writerows(table)

    run = bring_in(text.getvalue())

    assert (run.state, run.good_rows, run.bad_rows, run.orders_created) == ("done", 1, 1, 1)
    assert [error["row"] for error in run.errors] == [2]
    assert said in run.errors[0]["message"]
    assert list(Order.objects.values_list("number", flat=True)) == ["A2"]
    handed_back = list(csv.reader(io.StringIO(path_of(run.bad_rows_stored_as).read_text("utf-8-sig"))))
    assert handed_back[0] == [*table[0], "Reason"]
    assert said in handed_back[1][-1]
    assert len(handed_back) == 2
    assert not any(cell.startswith(("=", "+", "@")) for row in handed_back for cell in row)


def test_the_bad_rows_can_be_mended_and_brought_in(scope):
    run = bring_in(GENERIC.replace(",2,168.00", ",none,168.00"))
    mended = path_of(run.bad_rows_stored_as).read_text("utf-8-sig").replace(",none,", ",2,")

    run = bring_in(mended)

    assert (run.bad_rows, run.orders_created) == (0, 1)
    assert Order.objects.count() == 2


def test_an_order_with_one_bad_row_is_left_out_whole(scope):
    extra = "A1,2025-11-11 20:15,paid,LT-2,Towel,none,59.00,,,gao@example.com\n"
    run = bring_in(GENERIC + extra)

    assert (run.rows, run.bad_rows, run.orders_created) == (3, 2, 1)
    handed_back = path_of(run.bad_rows_stored_as).read_text("utf-8-sig")
    assert "Another row of this order cannot be used." in handed_back


def test_a_crash_in_the_middle_loses_and_doubles_nothing(scope, monkeypatch):
    lines = [f"B{n},2025-10-01 10:00,paid,S{n},Cup,1,10.00,0,10.00,b{n}@example.com" for n in range(25)]
    monkeypatch.setattr(actions, "CHUNK", 10)
    text = GENERIC.splitlines()[0] + "\n" + "\n".join(lines)
    run = check_import(start_import(file_name="o.csv", chunks=[text.encode()], actor=SYSTEM))
    run = begin_import(run, actor=SYSTEM)

    class Killed(BaseException):
        pass

    written = actions.write_plans
    calls = []

    def killed_at_the_second(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        return written(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "write_plans", killed_at_the_second)
        with pytest.raises(Killed):
            run_import(run)
    assert Order.objects.count() == 10

    run = run_import(ImportRun.objects.get(pk=run.pk))

    assert (run.state, run.orders_created, run.orders_unchanged) == ("done", 25, 0)
    assert Order.objects.count() == 25
    assert Activity.objects.filter(kind="imports.finished").count() == 1


def test_a_chunk_takes_the_same_queries_however_many_orders_it_holds(scope):
    def lines(mark: str, count: int) -> str:
        rows = [
            f"{mark}{n},2025-10-01 10:00,completed,S{n},Cup,1,10.00,0,20.00,{mark}{n}@example.com\n"
            f"{mark}{n},,,T{n},Pot,1,10.00,,,"
            for n in range(count)
        ]
        return GENERIC.splitlines()[0] + "\n" + "\n".join(rows)

    spent = []
    for mark, count in (("C", 2), ("D", 40)):
        with CaptureQueriesContext(connection) as asked:
            assert bring_in(lines(mark, count)).orders_created == count
        spent.append(len(asked))

    assert spent[0] == spent[1]
    assert OrderLine.objects.filter(variant__sku="T39", order__number="D39").exists()
    assert ShipmentLine.objects.count() == OrderLine.objects.count() == 84


SAMPLES = {
    "shopify": (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,"
        "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Name,"
        "Cancelled at,Payment Method,Refunded Amount\n"
        "#1001,ann@example.com,paid,2024-05-01 10:00:00 +0000,fulfilled,2024-05-02 09:00:00 +0000,CNY,29.98,5.00,0.00,"
        "34.98,0.00,2024-05-01 09:58:12 +0000,2,Crew Tee,9.99,TEE,Ann Example,,Shopify Payments,0.00\n"
        "#1001,,,,,,,,,,,,,1,Mug,10.00,MUG,,,,\n",
        ("1001", "shipped", Decimal("34.98"), Decimal("34.98"), 3),
    ),
    "woocommerce": (
        "order_id,order_status,order_date,billing_email,item_name,item_sku,item_quantity,item_price,order_shipping,"
        "order_total,order_currency\n"
        "77,processing,2025-03-04 12:00:00,a@example.com,Mug,MUG,2,12.50,3.00,28.00,CNY\n",
        ("77", "paid", Decimal("28.00"), Decimal("28.00"), 2),
    ),
    "taobao": (
        "订单编号,买家会员名,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址,联系手机,"
        "订单创建时间,订单付款时间,宝贝标题,宝贝总数量\n"
        '="3050012345678901234",tb_user,100.00,0.00,100.00,95.50,交易成功,陈雨涵,上海 静安区,\'13800000001,'
        "2025-06-18 00:00:05,2025-06-18 00:01:00,盖碗套装,3\n",
        ("3050012345678901234", "completed", Decimal("100.00"), Decimal("95.50"), 3),
    ),
    "jd": (
        "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,客户姓名,"
        "运费金额,付款确认时间\n"
        "290001,1001,耳机,1,在线支付,2025-06-01 08:00:00,199.00,199.00,189.00,0.00,189.00,完成,李明,0.00,"
        "2025-06-01 08:01:00\n",
        ("290001", "completed", Decimal("189.00"), Decimal("189.00"), 1),
    ),
    "pinduoduo": (
        "商品,订单号,订单状态,商品数量(件),支付时间,发货时间,商品总价(元),邮费(元),店铺优惠折扣(元),用户实付金额(元),"
        "订单成交时间,商家编码-规格维度\n"
        "密封罐,240601-123,已发货，待收货,2,2025-06-01 09:00:00,2025-06-02 09:00:00,58.00,0.00,3.00,55.00,"
        "2025-06-01 09:00:00,AJ-1\n",
        ("240601-123", "shipped", Decimal("55.00"), Decimal("55.00"), 2),
    ),
}


@pytest.mark.parametrize("known", SAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_known_exports_are_recognised_and_read(scope, known, encoding):
    text, expected = SAMPLES[known]
    run = bring_in(text, encoding=encoding)

    assert (run.format, run.errors) == (known, [])
    assert list(Order.objects.values_list("number", "state", "total", "paid_total", "units")) == [expected]
    assert Order.objects.get().channel == known


def test_a_workbook_is_read_like_a_csv(scope):
    book = Workbook()
    for row in csv.reader(io.StringIO(GENERIC)):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)

    run = bring_in(data.getvalue(), name="orders.xlsx")

    assert (run.orders_created, run.bad_rows) == (2, 0)


def _bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return data.getvalue()


REFUSED = {
    "empty_file": b"",
    "not_a_table": b"%PDF-1.7 something",
    "workbook_too_large": _bomb(),
    "broken_workbook": b"PK\x03\x04 nonsense",
    "binary_file": b"a,b\n1,\x002\n",
    "no_header": b"hello\nworld\n",
    "unknown_encoding": b"a,b\n\xff\xff\x80,1\n",
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_not_a_table_is_refused_with_a_reason_and_kept_nowhere(scope, code, settings):
    with pytest.raises(Refused) as refusal:
        start_import(file_name="x", chunks=[REFUSED[code]], actor=SYSTEM)

    assert refusal.value.code == code
    assert ImportRun.objects.count() == 0
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_a_large_upload_is_refused_while_it_comes_in(scope, settings):
    with pytest.raises(Refused, match="at most 10 MB"):
        start_import(file_name="x", chunks=[b"a,b\n" + b"x" * (1 << 20)] * 100, actor=SYSTEM)
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_an_unclosed_quotation_mark_fails_the_file_and_writes_nothing(scope):
    run = check_import(start_import(file_name="x", chunks=[(GENERIC + '"open' + "x" * 30000).encode()], actor=SYSTEM))
    assert run.state == "failed"
    assert "quotation mark" in run.failure
    assert Order.objects.count() == 0


def test_the_wizard_takes_a_file_from_upload_to_result(as_user, ann, shop):
    client = as_user(ann)
    upload = SimpleUploadedFile("orders.csv", GENERIC.encode())
    answer = client.post(reverse("import-new", args=[shop.slug]), {"file": upload}, follow=True)
    assert answer.status_code == 200
    with every_tenant("look at the run"):
        run = ImportRun.objects.get()
    run_tasks()
    page = client.get(reverse("import-detail", args=[shop.slug, run.pk])).content.decode()
    assert "Import 2 orders" in page

    client.post(reverse("import-start", args=[shop.slug, run.pk]))
    run_tasks()

    page = client.get(reverse("import-detail", args=[shop.slug, run.pk])).content.decode()
    assert "New orders" in page
    with tenant(shop):
        assert Order.objects.count() == 2


def test_the_wizard_says_what_is_wrong_with_a_file(as_user, ann, shop):
    upload = SimpleUploadedFile("orders.csv", b"%PDF-1.4")
    answer = as_user(ann).post(reverse("import-new", args=[shop.slug]), {"file": upload})
    assert answer.status_code == 422
    assert "This is not a CSV file or an XLSX workbook." in answer.content.decode()


def test_another_shops_import_is_not_there(as_user, ann, cleo, shop):
    with tenant(shop):
        run = bring_in(GENERIC.replace(",2,168.00", ",none,168.00"))
    client = as_user(cleo)
    for name in ("import-detail", "import-progress", "import-bad-rows"):
        assert client.get(reverse(name, args=[shop.slug, run.pk])).status_code == 404
        assert client.get(reverse(name, args=["qingyun", run.pk])).status_code == 404


def test_a_clerk_without_the_right_may_not_import(as_user, ben, shop):
    upload = SimpleUploadedFile("orders.csv", GENERIC.encode())
    assert as_user(ben).post(reverse("import-new", args=[shop.slug]), {"file": upload}).status_code == 403
    with tenant(shop):
        assert ImportRun.objects.count() == 0


def test_the_command_imports_a_file(shop, tmp_path, capsys):
    file = tmp_path / "orders.csv"
    file.write_text(GENERIC)
    call_command("import_orders", str(file), merchant=shop.slug)
    assert "2 orders created, 0 updated, 0 unchanged" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no shop nowhere"):
        call_command("import_orders", str(file), merchant="nowhere")
