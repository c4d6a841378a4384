"""What buyers write behind their links reaches the shop from a real browser."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from ecommerce.buyers import links
from ecommerce.models import Complaint, Order, Review
from tests.browser.conftest import axe, too_wide
from tests.ecommerce.reviews_kit import delivered_line

pytestmark = [pytest.mark.browser]
WIDTHS = [1440, 390]


@pytest.fixture
def order(scope) -> Order:
    cache.clear()
    return delivered_line().order


def seen(page: Page, width: int, address: str) -> Page:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    assert too_wide(page) == 0
    axe(page)
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_a_buyer_writes_a_review(window, order, width):
    page = seen(window, width, links.path_for("buyer-review", links.REVIEW, order))
    page.locator("input[type=radio][name$=rating][value='4']").first.check(force=True)
    page.get_by_label("What you would tell a friend").fill("The lid sits tight.")
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_text("The lid sits tight.").first).to_be_visible()
    assert Review.objects.get().rating == 4


@pytest.mark.parametrize("width", WIDTHS)
def test_a_buyer_complains_and_writes_again(window, order, width):
    page = seen(window, width, links.path_for("buyer-complaint", links.COMPLAINT, order))
    page.get_by_label("What went wrong").select_option("damaged")
    page.get_by_label("What happened").fill("Two cups are broken.")
    page.locator("main form button[type=submit]").last.click()
    page.get_by_label("Your message").fill("Here is what the box looked like.")
    page.locator("main form").filter(has=page.get_by_label("Your message")).locator("button[type=submit]").click()
    expect(page.get_by_text("Here is what the box looked like.")).to_be_visible()
    assert Complaint.objects.get().messages.count() >= 2
