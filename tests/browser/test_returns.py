"""A return on its way through the shop: asked for by the buyer, approved, received, inspected, refunded."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.models import User
from ecommerce.buyers.links import RETURN, path_for
from ecommerce.models import Order, Return
from tests.browser.conftest import axe, too_wide
from tests.ecommerce.orders_kit import level_of
from tests.ecommerce.returns_kit import arrived

pytestmark = [pytest.mark.browser]

WORDS = {
    "en": {
        "approve": "Approve", "shelf": "To the shelf", "off": "Write off", "settle": "Settle",
        "ended": "How it ended",
    },
    "zh-hans": {
        "approve": "同意", "shelf": "重新上架", "off": "报废", "settle": "结案",
        "ended": "结果",
    },
}  # fmt: skip


@pytest.fixture
def order(scope) -> Order:
    return arrived(3)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_return_is_taken_to_its_refund(sign_in, ann, order, width, language):
    words = WORDS[language]
    User.objects.filter(pk=ann.pk).update(language=language)
    page = sign_in(ann)
    page.set_viewport_size({"width": width, "height": 900})
    variant = order.lines.get().variant
    before = level_of(variant)[0]

    page.goto(path_for("buyer-return", RETURN, order))
    page.locator("input[name^=units_]").fill("2")
    page.locator("select[name^=reason_]").select_option("damaged")
    page.locator("[name=details]").fill("One cup is chipped. 一只杯子有缺口。")
    axe(page)
    page.locator("main button[type=submit]").click()
    case = Return.objects.get()

    page.goto("/m/luming/returns/")
    page.get_by_role("link", name=case.number).click()
    expect(page.get_by_text("One cup is chipped")).to_be_visible()
    assert too_wide(page) == 0
    page.get_by_role("button", name=words["approve"], exact=True).click()

    page.get_by_label(words["shelf"]).fill("1")
    page.get_by_label(words["off"]).fill("1")
    page.get_by_label(words["off"]).press("Enter")

    amount = page.locator("[name=amount]")
    expect(amount).to_have_value("336.00")
    axe(page)
    page.watch.allow("422")
    amount.fill("999")
    page.get_by_role("button", name=words["settle"], exact=True).click()
    expect(amount).to_have_attribute("aria-invalid", "true")
    amount.fill("300")
    page.get_by_role("button", name=words["settle"], exact=True).click()
    expect(page.get_by_role("heading", name=words["ended"])).to_be_visible()
    expect(page.get_by_text(re.compile(r"300\.00")).first).to_be_visible()
    assert too_wide(page) == 0
    axe(page)

    order.refresh_from_db()
    assert order.refunded_total == Decimal("300.00")
    assert level_of(variant)[0] == before + 1
