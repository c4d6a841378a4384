"""Index pages in a browser: search, tabs, filters, sort, pages and the bulk bar, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe, shots
from tests.factories import WarehouseFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.browser.site"),
    pytest.mark.usefixtures("sample_site"),
]
LIST = "/m/luming/sample/"


@pytest.fixture
def warehouses(scope):
    return [WarehouseFactory(name=f"Hall {n}", code=f"W{n:03}") for n in range(60)]


@pytest.fixture
def page(sign_in, ann, warehouses):
    return sign_in(ann)


def shown(page, words: str):
    """The words of the pager; the live region says them too."""
    return page.get_by_role("navigation", name="Pages").get_by_text(words)


def codes(page) -> list[str]:
    return page.locator("tbody a.id").all_inner_texts()


def test_looks_of_a_list(page, ann):
    shots(page, f"{LIST}?code=W0&sort=-code", "list", ann)


def test_looks_of_an_empty_list(sign_in, ann):
    shots(sign_in(ann), LIST, "list-empty", ann)


def test_search_narrows_while_typing_and_stays_in_the_address(page):
    page.goto(LIST)
    page.keyboard.press("/")
    page.keyboard.type("Hall 1")
    expect(shown(page, "1–11 of 11")).to_be_visible()
    assert page.url.endswith("?q=Hall%201")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.reload()
    expect(shown(page, "1–11 of 11")).to_be_visible()
    page.go_back()
    expect(shown(page, "1–25 of 60")).to_be_visible()


def test_tabs_filters_and_search_work_together(page):
    page.goto(LIST)
    page.get_by_role("link", name="With a seven").click()
    expect(shown(page, "1–6 of 6")).to_be_visible()
    expect(page.get_by_role("link", name="With a seven")).to_have_attribute("aria-current", "page")
    page.get_by_text("Filter", exact=True).click()
    axe(page)
    page.get_by_label("Code begins with").fill("W03")
    page.get_by_role("button", name="Apply filters").click()
    expect(shown(page, "1–1 of 1")).to_be_visible()
    assert page.url.endswith("?tab=seven&code=W03")
    page.get_by_role("searchbox").fill("nowhere")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Remove the filter Code begins with: W03").click()
    expect(page.get_by_role("link", name="Remove the filter")).to_have_count(0)
    assert "q=nowhere" in page.url
    assert "code" not in page.url
    expect(page.get_by_role("link", name="Export")).to_have_attribute(
        "href", "/m/luming/sample/export.csv?q=nowhere&tab=seven"
    )


def test_the_filter_panel_fits_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(LIST)
    page.get_by_text("Filter", exact=True).click()
    button = page.get_by_role("button", name="Apply filters")
    expect(button).to_be_in_viewport()
    axe(page)
    page.get_by_label("Code begins with").fill("W00")
    button.click()
    expect(shown(page, "1–10 of 10")).to_be_visible()


def test_pages_and_sorting(page):
    page.goto(LIST)
    page.get_by_role("link", name="Next").click()
    expect(shown(page, "26–50 of 60")).to_be_visible()
    assert codes(page)[0] == "W025"
    page.get_by_role("link", name="Next").click()
    expect(shown(page, "51–60 of 60")).to_be_visible()
    page.get_by_role("link", name="Previous").click()
    expect(shown(page, "26–50 of 60")).to_be_visible()
    page.get_by_role("link", name="Code", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Code")
    assert codes(page)[0] == "W059"
    page.get_by_role("link", name="100").click()
    expect(shown(page, "1–60 of 60")).to_be_visible()


def test_ticked_rows_are_acted_on(page):
    page.goto(LIST)
    page.get_by_label("Select W003").check()
    page.get_by_label("Select W004").check()
    bar = page.get_by_role("toolbar")
    expect(bar).to_contain_text("2 selected")
    axe(page)
    bar.get_by_role("button", name="Count").click()
    expect(page.get_by_text("2 warehouses counted.")).to_be_visible()


def test_all_rows_of_the_view_can_be_chosen(page):
    page.goto(f"{LIST}?q=Hall")
    page.get_by_label("Select all rows on this page").check()
    bar = page.get_by_role("toolbar")
    expect(bar).to_contain_text("25 selected")
    bar.get_by_role("button", name="Select all 60 in this view").click()
    expect(bar).to_contain_text("All 60 selected")
    bar.get_by_role("button", name="Count").click()
    expect(page.get_by_text("60 warehouses counted.")).to_be_visible()


def test_j_k_and_x_walk_and_tick(page):
    page.goto(LIST)
    for key in "jjx":
        page.keyboard.press(key)
    expect(page.get_by_label("Select W001")).to_be_checked()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="W000")).to_be_focused()


def test_the_head_of_the_table_stays_in_sight(page):
    page.goto(LIST)
    page.mouse.move(800, 500)  # over the page, not over the menu, which scrolls on its own
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(500)
    box = page.get_by_role("columnheader", name="Units").bounding_box()
    assert box is not None
    assert box["y"] == pytest.approx(56, abs=1)


def test_everything_works_without_scripts(chromium, live_server, client, ann, warehouses):
    client.force_login(ann)
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(LIST)
    page.get_by_role("searchbox").fill("Hall 1")
    page.keyboard.press("Enter")
    expect(shown(page, "1–11 of 11")).to_be_visible()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Code begins with").fill("W00")
    page.get_by_role("button", name="Apply filters").click()
    expect(shown(page, "1–1 of 1")).to_be_visible()
    page.goto(LIST)
    page.get_by_role("link", name="Next").click()
    expect(shown(page, "26–50 of 60")).to_be_visible()
    context.close()
