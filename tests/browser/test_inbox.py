"""The inbox in a real browser: triage by keyboard, folded lines, search, phone and desktop, both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.tenancy import tenant
from notifications.inbox.actions import tell
from notifications.inbox.models import Notification
from tests.browser.conftest import axe, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

URL = "/m/luming/inbox/"
LATE = {"count": 1, "due": "2026-06-05T10:00:00+00:00"}


@pytest.fixture
def inbox(shop, ann, ben, settings) -> None:
    settings.DEMO, settings.EMAIL_URL = True, ""
    with tenant(shop):
        tell("order-late", key="a", params={**LATE, "number": "10001"})
        tell("payment-failed", key="1", params={
            "number": "10002", "amount": "88.00", "currency": "CNY", "reason": "", "payment": 1,
        })  # fmt: skip
        for key in "xyz":
            tell("return-requested", key=key, params={
                "number": f"R-{key}", "order": "10003", "units": 1, "due": LATE["due"], "state": "requested",
            })  # fmt: skip


def state(shop, user, kind: str) -> Notification:
    with tenant(shop):
        return Notification.objects.get(user=user, kind=kind)


def focus(page: Page, title: str) -> None:
    page.get_by_role("link", name=title).first.focus()


def test_triage_with_the_keyboard_alone(sign_in, shop, ann, ben, inbox):
    page: Page = sign_in(ann)
    page.goto(URL)
    focus(page, "Order 10001 is late")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="This notification")
    expect(dialog.get_by_role("button", name="For three hours")).to_be_focused()
    axe(page)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-note]", has_text="Order 10001 is late")).to_have_count(0)
    assert state(shop, ann, "order-late").snoozed_until is not None
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-note]", has_text="Order 10001 is late")).to_be_visible()

    focus(page, "Order 10001 is late")
    page.keyboard.press("e")
    expect(page.locator("[data-note]", has_text="Order 10001 is late")).to_have_count(0)
    assert state(shop, ann, "order-late").state == "archived"

    focus(page, "The payment for order 10002 failed")
    page.keyboard.press("m")
    expect(dialog).to_contain_text("Why do I get this?")
    expect(dialog.get_by_role("button", name="No more of this kind")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No more of this in your inbox: A payment failed.")).to_be_visible()


KEY_AT_ONCE = """
document.addEventListener('htmx:afterSwap', () => setTimeout(() => {
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'm', bubbles: true }));
}), { once: true });
document.dispatchEvent(new CustomEvent('inbox-undone'));
"""


def test_the_row_in_focus_stays_so_and_takes_keys_as_soon_as_the_list_is_drawn_anew(sign_in, ann, inbox):
    page: Page = sign_in(ann)
    page.goto(URL)
    focus(page, "The payment for order 10002 failed")
    page.evaluate(KEY_AT_ONCE)
    dialog = page.get_by_role("dialog", name="This notification")
    expect(dialog).to_contain_text("A payment failed")
    expect(page).to_have_url(re.compile(r"/inbox/$"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("width", [1440, 390])
def test_many_of_a_kind_are_folded_and_found(sign_in, ann, inbox, language, width):
    ann.language = language
    ann.save()
    page: Page = sign_in(ann)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(URL)
    unfold = page.locator(".sc-unfold summary")
    expect(unfold).to_have_count(1)
    expect(page.locator(".sc-unfold [data-note]").first).to_be_hidden()
    unfold.click()
    expect(page.locator(".sc-unfold [data-note]").first).to_be_visible()
    assert not too_wide(page)
    axe(page)
    page.goto(f"{URL}?q=10002")
    expect(page.locator("[data-note]")).to_have_count(1)
    page.locator("[data-details]").click()
    expect(page.locator("#note-body select, #note-body [data-first=m]").first).to_be_visible()
    axe(page)
    page.goto("/inbox/")
    expect(page.locator("h1")).to_be_visible()
    assert not too_wide(page)
    axe(page)
