"""The frame in a browser: looks, menus, palette, keyboard, toasts, theme, language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.conftest import axe, shots

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.browser.site"),
    pytest.mark.usefixtures("sample_site"),
]


def test_looks_of_a_page_that_says_something(sign_in, ann):
    shots(sign_in(ann), "/m/luming/?say=1", "home", ann)


def test_looks_of_the_plain_pages(window):
    shots(window, "/sample/sign-in/", "card")


def test_error_pages_keep_the_look(sign_in, ann, ben):
    page = sign_in(ann)
    page.watch.allow("Failed to load resource")
    page.goto("/m/luming/nowhere/")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not here")
    axe(page)
    page.goto("/m/luming/sample/refuse/")
    expect(page.get_by_role("alert")).to_contain_text("The order is closed already.")
    axe(page)
    page.watch.allow("500 ")
    page.goto("/sample/break/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Something went wrong on our side")
    axe(page)


def test_the_palette_finds_pages_and_searches_orders(sign_in, ann):
    page = sign_in(ann)
    page.goto("/m/luming/")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search or jump to")
    expect(palette.get_by_role("combobox")).to_be_focused()
    axe(page)
    page.keyboard.type("inven")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inventory/")
    page.keyboard.press("Control+k")
    page.keyboard.type("10482")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/?q=10482")


def test_g_and_a_letter_go_to_a_page_unless_switched_off(sign_in, ann):
    page = sign_in(ann)
    page.goto("/m/luming/")
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url("**/inventory/")
    User.objects.filter(pk=ann.pk).update(shortcuts=False)
    page.goto("/m/luming/")
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url.endswith("/m/luming/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def test_the_map_of_keys(sign_in, ann):
    page = sign_in(ann)
    page.goto("/m/luming/")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Sales forecast")
    axe(page)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_menus_close_with_escape_and_give_the_focus_back(sign_in, ann):
    page = sign_in(ann)
    page.goto("/m/luming/")
    opener = page.locator("summary", has_text="Luming Teaware")
    opener.click()
    expect(page.locator(".sc-switcher > div")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(page.locator(".sc-switcher > div")).to_be_hidden()
    expect(opener).to_be_focused()


def test_on_a_phone_the_menu_is_a_drawer(sign_in, ann):
    page = sign_in(ann)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/m/luming/")
    side = page.get_by_role("navigation", name="Main")
    expect(side).to_be_hidden()
    page.get_by_role("button", name="Open menu").click()
    expect(side).to_be_visible()
    axe(page)
    side.get_by_role("link", name="Orders", exact=True).click()
    page.wait_for_url("**/orders/")


def test_a_message_can_be_undone(sign_in, ann):
    page = sign_in(ann)
    page.goto("/m/luming/?say=1")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()


def test_errors_stay_until_closed_and_others_leave(sign_in, ann):
    page = sign_in(ann)
    page.clock.install()
    page.goto("/m/luming/?say=1")
    page.clock.fast_forward(11_000)
    expect(page.get_by_text("Order 10001 is on its way.")).to_be_hidden()
    page.get_by_role("alert").get_by_role("button", name="Close").click()
    expect(page.get_by_text("Two orders could not be changed.")).to_be_hidden()


def test_an_action_that_stays_on_the_page_says_so(sign_in, ann):
    page = sign_in(ann)
    page.goto("/m/luming/")
    page.get_by_role("button", name="Note").click()
    expect(page.get_by_role("status").get_by_text("Noted.")).to_be_visible()


def test_a_lost_connection_is_told(sign_in, ann):
    page = sign_in(ann)
    page.goto("/m/luming/")
    page.watch.allow("ERR_FAILED")
    page.watch.allow("htmx:")
    page.route("**/say/", lambda route: route.abort())
    page.get_by_role("button", name="Note").click()
    expect(page.get_by_role("alert")).to_contain_text("The server could not be reached.")


def test_the_theme_changes_at_once(sign_in, ann):
    page = sign_in(ann)
    page.emulate_media(color_scheme="light")
    page.goto("/m/luming/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Switch light or dark theme").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_the_language_switch_works_signed_out(window):
    window.goto("/sample/sign-in/")
    window.get_by_role("button", name="简体中文").click()
    expect(window.locator("html")).to_have_attribute("lang", "zh-hans")
    assert window.url.endswith("/sample/sign-in/")
