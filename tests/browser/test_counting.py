"""A warehouse is counted with a scanner or a thumb: scanned twice, corrected, approved."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import User
from ecommerce.models import StockCount, StockMove
from tests.browser.conftest import axe, too_wide
from tests.ecommerce.orders_kit import level_of, stocked

pytestmark = [pytest.mark.browser]

WORDS = {
    "en": {"start": "Start counting", "write": "Write down", "total": "all there is", "approve": "Approve"},
    "zh-hans": {"start": "开始盘点", "write": "记下", "total": "全部的数量", "approve": "批准"},
}


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_stock_is_counted_and_approved(sign_in, ann, scope, width, language):
    words = WORDS[language]
    cup, pot = stocked(10, sku="CUP", barcode="690123"), stocked(3, sku="POT")
    User.objects.filter(pk=ann.pk).update(language=language)
    page = sign_in(ann)
    page.set_viewport_size({"width": width, "height": 900})

    page.goto("/m/luming/inventory/counts/new/")
    axe(page)
    page.get_by_role("button", name=words["start"], exact=True).click()
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
    axe(page)
    assert too_wide(page) == 0
    page.get_by_role("link", name="CUP", exact=True).click()
    page.locator("[name=units]").fill("8")
    expect(page.get_by_label(words["total"])).to_be_checked()
    page.get_by_role("button", name=words["write"], exact=True).click()
    expect(page.locator("[name=code]")).to_have_value("")

    page.goto(f"/m/luming/inventory/counts/{count.pk}/?tab=differing")
    expect(page.get_by_role("link", name="CUP", exact=True)).to_be_visible()
    axe(page)
    assert too_wide(page) == 0
    page.get_by_role("button", name=words["approve"], exact=True).click()
    expect(page.get_by_role("button", name=words["approve"], exact=True)).to_have_count(0)

    assert (level_of(cup), level_of(pot)) == ((8, 0), (3, 0))
    assert StockMove.objects.get(reason="count").quantity == -2
