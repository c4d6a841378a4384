"""The working day of a shop, from the list to what it leaves in the books; in both languages, on a desktop and a phone.

Thirty orders are printed and sent with the keyboard alone, a return goes from the buyer's page to its refund, a count
finds a difference, and a proposal becomes a delivery with two damaged pieces. SHOTS names a folder for pictures.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from accounts.batches.models import Batch
from accounts.models import User
from analytics.demand.actions import make_demand
from core.actors import SYSTEM
from ecommerce.buyers.links import RETURN, path_for
from ecommerce.models import (
    Customer,
    Order,
    PurchaseOrder,
    Return,
    Shipment,
    StockCount,
    StockLevel,
    StockMove,
    Variant,
)
from ecommerce.purchasing.actions import receive_goods, set_price
from ecommerce.purchasing.rules import Came
from notifications.models import Mail
from tests import factories
from tests.analytics.demand_kit import shop_with_past
from tests.browser.conftest import axe, too_wide
from tests.ecommerce.orders_kit import level_of, placed, stocked
from tests.ecommerce.purchasing_kit import sent
from tests.ecommerce.returns_kit import arrived
from tests.queue import run_tasks

pytestmark = [pytest.mark.browser]

LOOKS = [("en", 1440), ("en", 390), ("zh-hans", 1440), ("zh-hans", 390)]
WORDS = {
    "en": {
        "to ship": "To ship", "apply": "Apply filters", 
        "all": "All 30 selected", "list": "Back to the list", "ship": "Ship orders", "shipped": "30 orders shipped.",
        "approve": "Approve", "shelf": "To the shelf", "off": "Write off", "settle": "Settle",
        "ended": "How it ended", "start": "Start counting", "write": "Write down", "total": "all there is",
        "agree": "Approve", "draft": "Draft 1 order", "send": "Send to the supplier", "receive": "Receive goods",
        "came": "Received: 98 accepted, 2 damaged.",
    },
    "zh-hans": {
        "to ship": "待发货", "apply": "应用筛选", 
        "all": "已选全部 30 项", "list": "返回列表", "ship": "发货", "shipped": "30 个订单已发货。",
        "approve": "同意", "shelf": "重新上架", "off": "报废", "settle": "结案",
        "ended": "结果", "start": "开始盘点", "write": "记下", "total": "全部的数量",
        "agree": "批准", "draft": "起草 1 张采购单", "send": "发给供应商", "receive": "收货",
        "came": "已收货：合格 98 件，破损 2 件。",
    },
}  # fmt: skip


@dataclass
class Day:
    """A person at a screen, and the words they look for."""

    page: Page
    words: dict[str, str]
    look: str
    number: int = 0

    def button(self, word: str) -> Locator:
        return self.page.get_by_role("button", name=self.words[word], exact=True)

    def fits(self, name: str, *, check: bool = False) -> None:
        """The page as it stands is no wider than the screen; `check` has axe look at it."""
        assert too_wide(self.page) <= 0, name
        if check:
            axe(self.page)
        folder = os.environ.get("SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.number += 1
            self.page.screenshot(path=Path(folder) / f"{name}-{self.look}.png", full_page=True, caret="initial")

    def tab_to(self, there: Locator, *, most: int = 60, back: bool = False) -> None:
        """Walk with Tab until the focus is there, as a hand without a mouse does."""
        for _ in range(most):
            if there.count() and there.first.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{there} is out of reach of the keyboard")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def day(request: Any, sign_in: Any, ann: User, scope: Any) -> Day:
    """Ann at the screen."""
    language, width = request.param
    User.objects.update(language=language)
    ann.language = language
    page = sign_in(ann)
    page.set_viewport_size({"width": width, "height": 900})
    if theme := os.environ.get("SHOTS_THEME"):
        page.emulate_media(color_scheme=theme)
    return Day(page, WORDS[language], f"{width}-{language[:2]}")


def slips_of(page: Page, link: Locator) -> int:
    """How many slips the PDF behind a link has."""
    answer = page.request.get(link.get_attribute("href") or "")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    content = answer.body()
    assert content.startswith(b"%PDF-")
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


def test_thirty_orders_are_printed_and_shipped_with_the_keyboard(day, tmp_path):
    page, variant = day.page, stocked(100)
    for number in range(31):
        placed((variant, 1), paid=True, channel="jd" if number == 30 else "tmall")
    table = tmp_path / "numbers.csv"
    page.on("filechooser", lambda asked: asked.set_files(table))
    page.goto("/m/luming/")
    day.press("g", "o")
    page.wait_for_url("**/orders/")
    day.tab_to(page.locator("#list-tabs").get_by_role("link", name=day.words["to ship"]))
    day.press("Enter")
    expect(page.locator("#list-tabs a[aria-current]")).to_contain_text(day.words["to ship"])
    day.press("/")
    day.tab_to(page.locator("#list-chips summary"))
    day.press("Enter")
    day.tab_to(page.locator("#list-chips select[name=channel]"))
    while page.locator("#list-chips select[name=channel]").input_value() != "tmall":
        day.press("ArrowDown")
    day.tab_to(day.button("apply"))
    day.fits("1-filter")
    day.press("Enter")
    page.wait_for_url("**channel=tmall**")
    expect(page.locator("[data-row]")).to_have_count(25)

    day.press("?")
    expect(page.get_by_role("dialog")).to_contain_text(day.words["ship"])
    day.press("Escape")
    day.press("a", "w")
    expect(page.locator("[data-selected]")).to_have_text(day.words["all"])
    page.mouse.wheel(0, 5000)  # the bar lies over no row there
    day.fits("2-chosen", check=True)
    day.press("l")
    page.wait_for_url("**/packing-slips/**")
    day.fits("3-sure")
    day.press("Enter")
    papers = page.locator("a[href$='/']").filter(has_text=".pdf")
    expect(papers).to_be_focused()
    day.fits("4-papers", check=True)
    assert slips_of(page, papers) == 30
    day.tab_to(page.locator("main").get_by_role("link", name=day.words["list"]).last)
    day.press("Enter")
    page.wait_for_url("**channel=tmall**")

    day.press("a", "w", "s")
    lines = page.locator("[name=lines]")
    expect(lines).to_be_focused()
    numbers = [line.rstrip(",") for line in lines.input_value().splitlines()]
    assert len(numbers) == 30
    rows = [f"{number},SF{place:04d},SF Express" for place, number in enumerate(numbers)]
    table.write_text("\n".join(["order,tracking number,carrier", *rows]), encoding="utf-8")
    day.tab_to(page.locator("[name=file]"))
    day.press("Space")
    expect(page.locator("[name=file]")).not_to_have_value("")
    day.tab_to(day.button("ship"))
    day.fits("5-ship", check=True)
    day.press("Enter")
    expect(page.get_by_text(day.words["shipped"])).to_be_visible()
    day.fits("6-shipped")

    found = dict(Shipment.objects.values_list("order__number", "tracking_number"))
    assert found == {number: f"SF{place:04d}" for place, number in enumerate(numbers)}
    assert set(Order.objects.values_list("channel", "state")) == {("tmall", "shipped"), ("jd", "paid")}
    assert level_of(variant) == (70, 1)
    done = Batch.objects.latest("pk")
    page.goto(done.get_absolute_url())
    assert (done.done, done.total) == (30, 30)
    day.fits("7-result")


def chipped_cup() -> bytes:
    picture = Image.new("RGB", (1200, 900), "#b9c7c1")
    ImageDraw.Draw(picture).ellipse((350, 200, 850, 700), fill="#e9efe9", outline="#6d8277", width=12)
    out = BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def test_a_return_goes_from_the_buyers_page_to_its_refund(day, ann):
    page, order = day.page, arrived(3)
    Customer.objects.update(language=ann.language)
    variant = order.lines.get().variant
    before = level_of(variant)[0]

    page.goto(path_for("buyer-return", RETURN, order))
    page.locator("input[name^=units_]").fill("2")
    page.locator("select[name^=reason_]").select_option("damaged")
    page.locator("[name=details]").fill("One cup is chipped. 一只杯子有缺口。")
    photo = {"name": "cup.jpg", "mimeType": "image/jpeg", "buffer": chipped_cup()}
    page.locator("input[type=file]").set_input_files([photo])
    day.fits("1-buyer-asks", check=True)
    page.locator("main button[type=submit]").click()
    expect(page.locator(".sc-photos img")).to_have_count(1)
    day.fits("2-buyer-asked")
    case = Return.objects.get()

    page.goto("/m/luming/returns/")
    day.fits("3-returns")
    page.get_by_role("link", name=case.number).click()
    expect(page.get_by_text("One cup is chipped")).to_be_visible()
    picture = page.locator(".sc-photos img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("node => node.naturalWidth") > 0
    day.fits("4-asked", check=True)
    day.button("approve").click()

    page.get_by_label(day.words["shelf"]).fill("1")
    page.get_by_label(day.words["off"]).fill("1")
    day.fits("5-received")
    page.get_by_label(day.words["off"]).press("Enter")

    amount = page.locator("[name=amount]")
    expect(amount).to_have_value("336.00")
    page.watch.allow("422")
    amount.fill("999")
    day.button("settle").click()
    expect(amount).to_have_attribute("aria-invalid", "true")
    day.fits("6-too-much", check=True)
    amount.fill("300")
    day.button("settle").click()
    expect(page.get_by_role("heading", name=day.words["ended"])).to_be_visible()
    expect(page.get_by_text(re.compile(r"300\.00")).first).to_be_visible()
    day.fits("7-settled", check=True)

    order.refresh_from_db()
    assert order.refunded_total == Decimal("300.00")
    assert level_of(variant)[0] == before + 1
    page.goto(path_for("buyer-return", RETURN, order))
    expect(page.get_by_text(re.compile(r"300\.00")).first).to_be_visible()
    day.fits("8-buyer-reads")


def test_stock_is_counted_by_one_and_the_difference_approved_by_another(day, sign_in, ann, ben):
    page = day.page
    cup, pot = stocked(10, sku="CUP", barcode="690123"), stocked(3, sku="POT")
    User.objects.update(language=ann.language)
    sign_in(ben)

    page.goto("/m/luming/inventory/counts/new/")
    day.fits("1-new", check=True)
    day.button("start").click()
    expect(page.locator("h1")).to_have_text("SC-1")
    count = StockCount.objects.get()
    page.goto(f"/m/luming/inventory/counts/{count.pk}/enter/")

    for units in ("4", "5"):
        code = page.locator("[name=code]")
        expect(code).to_be_focused()
        code.fill("690123")
        page.locator("[name=units]").fill(units)
        page.locator("[name=units]").press("Enter")
        expect(code).to_have_value("")
    day.fits("2-scanned", check=True)
    page.get_by_role("link", name="CUP", exact=True).click()
    page.locator("[name=units]").fill("8")
    expect(page.get_by_label(day.words["total"])).to_be_checked()
    day.button("write").click()
    expect(page.locator("[name=code]")).to_have_value("")
    page.goto(f"/m/luming/inventory/counts/{count.pk}/")
    expect(page.locator("h1")).to_have_text("SC-1")
    expect(day.button("agree")).to_have_count(0)
    day.fits("3-counter")

    sign_in(ann)
    page.goto(f"/m/luming/inventory/counts/{count.pk}/?tab=differing")
    expect(page.get_by_role("link", name="CUP", exact=True)).to_be_visible()
    day.fits("4-differences", check=True)
    day.button("agree").click()
    expect(day.button("agree")).to_have_count(0)
    day.fits("5-approved")

    assert (level_of(cup), level_of(pot)) == ((8, 0), (3, 0))
    move = StockMove.objects.get(reason="count")
    assert (move.quantity, move.variant) == (-2, cup)


def proposed() -> Variant:
    """A variant that has to be ordered from a supplier of whom two deliveries came whole before."""
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    (variant,) = shop_with_past(1, rate=4.0, on_hand=20, last=yesterday)
    kiln = factories.SupplierFactory(name="Longquan Kiln", currency="CNY", email="kiln@example.com")
    set_price(kiln, variant, price=Decimal("24.00"), multiple=10, actor=SYSTEM)
    for number in range(2):
        order = sent(kiln, (variant.sku, 10))
        came = {order.lines.get().pk: Came(10, 0)}
        receive_goods(order, came, key=f"before-{number}", actor=SYSTEM)
    StockLevel.objects.update(on_hand=20)
    make_demand(actor=SYSTEM)
    return variant


def test_a_proposal_becomes_a_delivery_with_two_damaged_pieces(day):
    page = day.page
    variant = proposed()

    page.goto("/m/luming/restock/order/")
    expect(page.get_by_role("link", name="Longquan Kiln").first).to_be_visible()
    day.fits("1-proposal", check=True)
    page.locator(f"[name=units-{variant.pk}]").fill("100")
    day.button("draft").click()
    order = PurchaseOrder.objects.latest("pk")
    expect(page.locator("h1")).to_have_text(order.number)
    day.fits("2-draft", check=True)
    day.button("send").click()
    page.get_by_role("link", name=day.words["receive"]).click()
    run_tasks()
    assert Mail.objects.filter(subject__contains=order.number).get().to == "kiln@example.com"
    day.fits("3-receive", check=True)
    page.locator("[name^=accepted_]").fill("98")
    page.locator("[name^=damaged_]").fill("2")
    page.locator("[name^=damaged_]").press("Enter")
    expect(page.get_by_text(day.words["came"])).to_be_visible()
    day.fits("4-received", check=True)

    page.get_by_role("link", name="Longquan Kiln").click()
    expect(page.get_by_text("98.3%")).to_be_visible()
    day.fits("5-supplier", check=True)
    page.goto(f"/m/luming/inventory/{variant.pk}/")
    expect(page.get_by_text("118").first).to_be_visible()
    day.fits("6-stock")
    assert level_of(variant) == (118, 0)
