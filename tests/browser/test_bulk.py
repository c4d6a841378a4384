"""Many orders at once, in a real browser: all of a filter packed with progress to see, and views of the list."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.tenancy import tenant
from ecommerce.models import Order
from tests import factories
from tests.browser.conftest import axe, too_wide
from tests.queue import run_tasks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

URL = "/m/luming/orders/"


@pytest.fixture
def orders(shop) -> None:
    with tenant(shop):
        for _ in range(130):
            factories.OrderFactory(state="paid", channel="tmall")
        factories.OrderFactory(state="paid", channel="jd")


def packed(shop) -> int:
    with tenant(shop):
        return Order.objects.filter(state="packed").count()


@pytest.mark.parametrize("width", [1440, 390])
def test_all_of_a_filter_is_packed_and_taken_back(sign_in, ann, shop, orders, width):
    page: Page = sign_in(ann)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{URL}?tab=to_ship&channel=tmall")
    page.locator("input[data-all]").check()
    page.locator("[data-all-matching]").click()
    expect(page.locator("[data-selected]")).to_have_text("All 130 selected")
    axe(page)
    page.locator(".sc-bulk").get_by_role("button", name="Mark as packed").click()
    expect(page.get_by_text("up to 130 orders")).to_be_visible()
    page.get_by_role("button", name="Mark as packed").click()
    expect(page.get_by_text("0 of 130 rows")).to_be_visible()
    axe(page)
    assert too_wide(page) <= 0
    run_tasks()
    expect(page.get_by_text("130 orders marked as packed.")).to_be_visible(timeout=10_000)
    assert packed(shop) == 130
    axe(page)

    page.get_by_role("button", name="Undo").click()
    run_tasks()
    expect(page.get_by_text("130 orders are to be packed again.")).to_be_visible(timeout=10_000)
    assert packed(shop) == 0


def test_a_view_is_saved_and_columns_chosen(sign_in, ann, shop, orders):
    page: Page = sign_in(ann)
    page.goto(f"{URL}?tab=all&channel=jd")
    page.locator("#list-views summary").first.click()
    page.get_by_label("Save this view as").fill("JD today")
    axe(page)
    page.get_by_role("button", name="Save view").click()
    expect(page.locator("#list-tabs a[aria-current]")).to_contain_text("JD today")
    page.get_by_role("link", name="All 131").click()
    expect(page.locator("#list-tabs a[aria-current]")).to_contain_text("All")
    page.locator("#list-tabs").get_by_role("link", name="JD today").click()
    expect(page.locator("[data-row]")).to_have_count(1)

    page.locator("#list-views summary").nth(1).click()
    page.get_by_role("checkbox", name="Channel").uncheck()
    page.get_by_role("checkbox", name="Tags").check()
    axe(page)
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Tags")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Channel")).to_have_count(0)
