"""Forms and charts in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe, shots

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.browser.site"),
    pytest.mark.usefixtures("sample_site"),
]
FORM = "/m/luming/orders/"
CHARTS = "/m/luming/forecast/"


def test_looks_of_a_form(sign_in, ann):
    shots(sign_in(ann), FORM, "form", ann)


def test_looks_of_charts(sign_in, ann):
    shots(sign_in(ann), CHARTS, "charts", ann)


def test_the_first_mistake_gets_the_focus_and_is_explained(sign_in, ann):
    page = sign_in(ann)
    page.watch.allow("422")
    page.goto(FORM)
    page.get_by_role("button", name="Save").click()
    name = page.get_by_label("Name")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("As buyers see it This field is required.")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved yet.")
    axe(page)


def test_a_form_is_sent_once(sign_in, ann):
    page = sign_in(ann)
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(FORM)
    page.get_by_label("Name").fill("North hall")
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert len(posts) == 1


def test_a_chart_is_read_with_the_arrow_keys(sign_in, ann):
    page = sign_in(ann)
    page.goto(CHARTS)
    chart = page.get_by_role("group", name="Sales per day rise")
    chart.focus()
    page.keyboard.press("ArrowLeft")
    tip = chart.locator(".sc-tip")
    expect(tip).to_contain_text("Fri 30 Oct")
    expect(tip).to_contain_text("¥18,200.00")
    page.keyboard.press("End")
    expect(tip).to_contain_text("Sat 14 Nov")
    expect(tip).to_contain_text("¥38,400")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_a_chart_is_also_a_table(sign_in, ann):
    page = sign_in(ann)
    page.goto(CHARTS)
    page.get_by_text("Show as table").first.click()
    expect(page.get_by_role("row", name="Sat 14 Nov")).to_contain_text("38,400")
    axe(page)
