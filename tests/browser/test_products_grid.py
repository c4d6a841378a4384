"""The grid in a browser: keyboard, paste, preview, save and undo; and the same without scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings
from playwright.sync_api import expect

from ecommerce.models import Variant
from tests import factories
from tests.browser.conftest import axe

pytestmark = pytest.mark.browser
GRID = "/m/luming/products/grid/"
PASTE = """(node) => {
  const data = new DataTransfer();
  data.setData('text', '11.50\\n12.50\\n13.50');
  node.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def goods(scope):
    product = factories.ProductFactory(title="Cups")
    return [factories.VariantFactory(product=product, sku=f"C-{n}", price=Decimal(10)) for n in range(4)]


def price(page, sku: str):
    return page.get_by_label(f"Price, {sku}", exact=True)


def prices() -> list[Decimal]:
    return list(Variant.objects.order_by("sku").values_list("price", flat=True))


def test_cells_are_typed_pasted_previewed_saved_and_put_back(sign_in, ann, goods):
    page = sign_in(ann)
    page.goto(GRID)
    axe(page)
    price(page, "C-0").focus()
    page.keyboard.press("ArrowDown")
    expect(price(page, "C-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(price(page, "C-2")).to_be_focused()
    page.keyboard.type("20")
    page.keyboard.press("Escape")
    expect(price(page, "C-2")).to_have_value("10.00")
    page.keyboard.press("Shift+Enter")
    expect(price(page, "C-1")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("List price, C-1", exact=True)).to_be_focused()

    price(page, "C-1").evaluate(PASTE)
    expect(price(page, "C-3")).to_have_value("13.50")
    expect(page.get_by_text("Changed cells on this page: 3")).to_be_visible()

    page.get_by_role("button", name="Preview the change").click()
    expect(page.get_by_role("heading", name="Preview of the change")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Save 3 cells").click()
    expect(page.get_by_role("heading", name="Saved together")).to_be_visible()
    assert prices() == [Decimal(10), Decimal("11.5"), Decimal("12.5"), Decimal("13.5")]

    page.get_by_role("button", name="Put it all back").click()
    expect(page.get_by_text("Put back", exact=False).first).to_be_visible()
    assert prices() == [Decimal(10)] * 4


def test_it_works_without_scripts(chromium, live_server, client, ann, goods):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    client.force_login(ann)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(GRID)
    page.get_by_label("Value").fill("5")
    page.get_by_role("button", name="Fill the column").click()
    assert price(page, "C-0").input_value() == "10.50"
    page.get_by_role("button", name="Preview the change").click()
    page.get_by_role("button", name="Save 4 cells").click()
    assert prices() == [Decimal("10.5")] * 4
    context.close()
