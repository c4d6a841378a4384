"""Papers: what is on them, and invoices that are numbered without a gap and never change."""

from __future__ import annotations

import subprocess
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Activity
from core.errors import Refused
from core.papers import wrap
from core.tenancy import tenant
from ecommerce.models import Invoice, Order
from ecommerce.orders.actions import cancel_order, edit_order, issue_invoice, place_order, refund_order, split_order
from ecommerce.orders.papers import invoices, packing_slips
from ecommerce.orders.queries import order_detail
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn
from tests.ecommerce.orders_kit import ANN, order_in, placed, stocked

D = Decimal


def words(pdf: bytes) -> str:
    """The text of a PDF, as pdftotext reads it; skips where that is not installed."""
    try:
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed")
    return done.stdout.decode()


def page_count(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")


def numbers(kind: str = "invoice") -> list[str]:
    return list(Invoice.objects.filter(kind=kind).order_by("sequence").values_list("number", flat=True))


@pytest.fixture
def seller(shop):
    shop.legal_name, shop.postal_address, shop.tax_id = (
        "Luming Teaware Ltd",
        "9 West Lake Road\nHangzhou",
        "9133010012345",
    )
    shop.save()
    with tenant(shop):
        yield shop


def test_numbers_are_given_once_and_without_a_gap(seller):
    first, second = order_in("paid"), order_in("placed")
    assert [issue_invoice(one, actor=ANN).number for one in (first, second, first)] == [
        "INV-000001",
        "INV-000002",
        "INV-000001",
    ]
    with transaction.atomic():
        issue_invoice(order_in("paid"), actor=ANN)
        transaction.set_rollback(True)
    issue_invoice(order_in("paid"), actor=ANN)
    assert numbers() == ["INV-000001", "INV-000002", "INV-000003"]
    assert Activity.objects.filter(kind="orders.invoiced").count() == 3


def test_an_invoice_cannot_be_changed(seller):
    invoice = issue_invoice(order_in("paid"), actor=ANN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(total=1)
    with pytest.raises(TypeError):
        invoice.save()
    seller.legal_name = "Another"
    seller.save()
    assert issue_invoice(invoice.order, actor=ANN).figures["seller"]["name"] == "Luming Teaware Ltd"


def test_a_refund_gives_a_credit_note_with_its_part_of_the_tax(seller):
    order = placed((stocked(price=D("100")), 2), paid=True, tax=D("20"))
    issue_invoice(order, actor=ANN)
    refund_order(order, amount=D("55"), reason="Damaged", actor=ANN)
    refund_order(order, reason="All of it", actor=ANN)
    notes = list(Invoice.objects.filter(kind="credit_note").order_by("pk"))
    assert [(note.number, note.total, note.tax, note.reason) for note in notes] == [
        ("CN-000001", D("55.00"), D("5.00"), "Damaged"),
        ("CN-000002", D("165.00"), D("15.00"), "All of it"),
    ]


def test_money_that_went_back_before_has_its_credit_note_with_the_invoice(seller):
    order = order_in("paid")
    refund_order(order, amount=D("10"), reason="Late", actor=ANN)
    assert not Invoice.objects.exists()
    issue_invoice(order, actor=ANN)
    assert [(one.kind, one.total) for one in Invoice.objects.all()] == [
        ("invoice", order.total),
        ("credit_note", D("10")),
    ]


def test_an_edited_order_gets_a_new_invoice_and_the_old_one_is_taken_back(seller):
    order = placed((stocked(price=D("50")), 4), paid=True)
    old = issue_invoice(order, actor=ANN)
    order = edit_order(order, quantities={order.lines.get().pk: 1}, actor=ANN)
    new = issue_invoice(order, actor=ANN)
    refund_order(order, amount=order.overpaid, lines={}, reason="Fewer", actor=ANN)
    note = Invoice.objects.get(kind="credit_note")
    assert (note.corrects, note.total, new.total) == (old, D("200"), D("50"))
    assert issue_invoice(order, actor=ANN) == new
    charged = sum(one.total if one.kind == "invoice" else -one.total for one in Invoice.objects.all())
    order = Order.objects.get(pk=order.pk)
    assert charged == order.paid_total - order.refunded_total == D("50")


def test_both_halves_of_a_split_order_have_invoices_that_add_up(seller):
    order = order_in("paid", quantity=3)
    issue_invoice(order, actor=ANN)
    second = split_order(order, lines={order.lines.get().pk: 1}, actor=ANN)
    both = [issue_invoice(one, actor=ANN).total for one in (order, second)]
    assert sum(both) == D("504.00")


def test_what_was_never_charged_is_not_invoiced(seller):
    with pytest.raises(Refused, match="cancelled before"):
        invoices([cancel_order(order_in("placed"), reason="No", actor=ANN)], "en")
    assert not Invoice.objects.exists()


def big_order() -> Order:
    lines = [
        LineIn(
            "",
            1 + n % 4,
            D("19.90"),
            title=f"青瓷盖碗 第{n}号，手工拉坯，龙泉窑开片釉，附实木茶托与礼盒包装（新年限量款）Celadon gaiwan no. {n}",
        )
        for n in range(60)
    ]
    buyer = BuyerIn(name="陈雨涵", email="yuhan@example.com", address="文三路 199 号", city="杭州", country="CN")
    return place_order(
        OrderIn(lines=lines, buyer=buyer, discount=D("10"), shipping_fee=D("12"), tax=D("5.5"), paid=True), actor=ANN
    )


def test_a_long_invoice_goes_over_pages_with_every_line_and_its_sums(seller):
    order = big_order()
    text = words(invoices([order], "en"))
    assert "Luming Teaware Ltd" in text
    assert "Page 2 of" in text
    for n in (0, 30, 59):
        assert f"第{n}号" in text
    assert f"¥{order.total:,.2f}" in text
    assert text.count("陈雨涵") == 1


def test_papers_speak_chinese(seller):
    order = big_order()
    slip = words(packing_slips([order], "zh-hans"))
    assert "装箱单" in slip
    assert "第 1 页，共" in slip
    assert "¥" not in slip
    assert "发票" in words(invoices([order], "zh-hans"))


def test_many_orders_make_one_file_each_from_its_own_page(seller):
    orders = [order_in("paid") for _n in range(3)]
    text = words(packing_slips(order_detail().filter(pk__in=[one.pk for one in orders]), "en"))
    assert text.count("Page 1 of 1") == 3
    with pytest.raises(Refused):
        packing_slips([], "en")


def test_a_slip_holds_only_what_is_still_to_be_sent(seller):
    order = order_in("partly_shipped", quantity=5)
    assert "Items in the parcel" in (text := words(packing_slips([order], "en")))
    assert text.split("Items in the parcel")[1].split()[0] == "4"


def test_lines_break_between_chinese_signs_and_at_blanks():
    assert "".join(wrap("汝窑" * 40, 9, 100)) == "汝窑" * 40
    assert wrap("one two three", 9, 40) == ["one two", "three"]
    assert len(wrap("x" * 200, 9, 100)) > 3
    assert wrap("", 9, 100) == [""]


PAGE = "/m/luming/orders/"


def test_papers_by_the_page(as_user, ann, ben, shop, rival, cleo):
    with tenant(shop):
        order = order_in("paid")
    client, page = as_user(ann), f"{PAGE}{order.number}/"
    assert "Issue invoice" in client.get(page).content.decode()
    assert client.get(f"{page}invoice/").status_code == 405
    assert client.post(f"{page}invoice/").status_code == 302
    with tenant(shop):
        invoice = Invoice.objects.get()
    shown = client.get(page).content.decode()
    assert invoice.number in shown
    assert "Issue invoice" not in shown
    answer = client.get(f"{page}invoice/{invoice.pk}.pdf?language=zh-hans")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(f"{page}slip.pdf?language=xx").content[:5] == b"%PDF-"
    assert as_user(cleo).get(f"{page}invoice/{invoice.pk}.pdf").status_code == 404
    with tenant(rival):
        theirs = order_in("paid")
    assert as_user(cleo).get(f"/m/qingyun/orders/{theirs.number}/invoice/{invoice.pk}.pdf").status_code == 404
