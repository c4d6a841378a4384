"""A shop's letters in a real browser: the preview follows what is typed, the page stays, and everything fits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.tenancy import tenant
from notifications.models import Mail, TextVersion
from tests import factories
from tests.browser.conftest import axe, looks, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

URL = "/m/luming/settings/letters/"
LETTER = f"{URL}delivered/en/"


@pytest.fixture
def order(shop, settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    with tenant(shop):
        customer = factories.CustomerFactory(name="Wang", email="wang@example.com", language="en")
        return factories.OrderFactory(number="10001", customer=customer, buyer_name="Wang")


def test_what_is_typed_is_shown_tested_and_saved(sign_in, shop, ann, order):
    page: Page = sign_in(ann)
    page.goto(LETTER)
    frame = page.frame_locator("iframe[name=letter-preview]")
    expect(frame.locator("h1")).to_have_text("Your order 10001 has arrived")
    subject = page.get_by_label("Subject")
    for words in ("First", "Second"):
        subject.fill(f"{words} for {{order_number}}")
        page.get_by_role("button", name="Show it below").click()
        expect(frame.locator("h1")).to_have_text(f"{words} for 10001")
    subject.fill("{nobody}")
    page.get_by_role("button", name="Show it below").click()
    expect(frame.locator("body")).to_contain_text("{nobody}")
    subject.fill("Third for {order_number}")
    page.get_by_role("button", name="Send a test to myself").click()
    expect(page.get_by_text("A test is on its way to ann@example.com")).to_be_visible()
    expect(subject).to_have_value("Third for {order_number}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Your version 1 is used.")).to_be_visible()
    with tenant(shop):
        assert TextVersion.objects.get().subject == "Third for {order_number}"
        assert Mail.objects.get(to="ann@example.com").subject == "Test: Third for 10001"
    axe(page)


def test_the_sender_is_seen_while_it_is_typed(sign_in, ann, order):
    page: Page = sign_in(ann)
    page.goto(URL)
    page.get_by_label("Sender name").press_sequentially("Tea & Co")
    expect(page.locator("#from-line")).to_contain_text('"Tea & Co" <')
    axe(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "name"), [(URL, "letters"), (LETTER, "letter"), ("/m/luming/settings/mail/blocked/", "blocked")]
)
def test_the_pages_fit(sign_in, ann, order, address, name):
    page: Page = sign_in(ann)
    for width, theme, language in looks(page, address, name, ann):
        assert too_wide(page) == 0, (width, theme, language)
        axe(page)
