"""The product as `make demo` starts it, web server and worker, used by an owner, an integrator and a moderator."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, axe_faults
from tests.migrated import start_from_it

pytestmark = [pytest.mark.browser]

SECONDS = 150_000  # milliseconds; the worker of a new demo has a night of work to make up for


@dataclass(frozen=True)
class Product:
    """A running demo: its address and what `var/demo.json` says of it."""

    address: str
    told: dict[str, Any]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "SECRET_KEY": "only for this test, " + "x" * 40,
        "STATIC_MANIFEST": "false",
        "DEMO": "true",
        "STAFF_MFA_REQUIRED": "false",
    }
    start_from_it(folder / "demo.sqlite3")
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
    subprocess.run([*manage, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "serve.log").open("w+")
    server = subprocess.Popen(
        [*manage, "serve", "--port", str(port), "--processes", "1"],
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    while "Ctrl-C stops it" not in (folder / "serve.log").read_text():
        assert server.poll() is None, (folder / "serve.log").read_text()
        time.sleep(0.2)
    yield Product(f"http://127.0.0.1:{port}", json.loads((folder / "demo.json").read_text()))
    server.terminate()
    server.wait(30)
    log.close()


@pytest.fixture
def enter(chromium: Browser, product: Product) -> Iterator[Any]:
    """`enter("owner")`: a window in which that person has signed in through the form."""
    opened = []

    def sign_in(role: str, **context: Any) -> Page:
        place = chromium.new_context(base_url=product.address, reduced_motion="reduce", **context)
        place.set_default_timeout(15_000)
        page = place.new_page()
        page.watch = Watch(page)  # type: ignore[attr-defined]
        opened.append((place, page.watch))  # type: ignore[attr-defined]
        page.goto("/")
        page.get_by_label(re.compile("E-?mail|邮箱")).fill(product.told["accounts"][role]["email"])
        page.locator("[name=password]").fill(product.told["accounts"][role]["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/m/|/staff/"))
        return page

    yield sign_in
    faults = [fault for _, watch in opened for fault in watch.unexpected()]
    for place, _ in opened:
        place.close()
    assert faults == []


def test_an_owner_sees_the_day_and_makes_a_forecast(enter):
    page = enter("owner")
    expect(page).to_have_url(re.compile("/m/luming/$"))
    expect(page.get_by_role("heading", name="To do today")).to_be_visible()
    expect(page.get_by_text("past their deadline")).to_be_visible()

    page.get_by_role("navigation").get_by_role("link", name="Sales forecast").click()
    under_way = page.get_by_role("heading", name="A new forecast is being made")
    expect(under_way.or_(page.get_by_role("button", name="Run now")).first).to_be_visible()
    expect(under_way).to_be_hidden(timeout=SECONDS)  # that of the night, which a new demo makes up for
    page.get_by_role("button", name="Run now").first.click()
    expect(under_way).to_be_visible()
    expect(under_way).to_be_hidden(timeout=SECONDS)
    expect(page.locator(".sc-chart canvas").first).to_be_visible()
    expect(page.get_by_role("region", name="Earlier runs").get_by_text("Lin Wei")).to_be_visible()
    page.get_by_text("Show as table").first.click()
    expect(page.get_by_role("columnheader", name="8 in 10").first).to_be_visible()
    assert axe_faults(page) == []


def test_a_shipped_order_is_mailed_to_its_buyer(enter):
    page = enter("owner")
    page.goto("/m/luming/orders/?tab=to_ship")
    number = page.locator("table a.id").first.inner_text().lstrip("#")
    page.locator("table a.id").first.click()
    page.get_by_role("link", name="Mark as shipped").or_(
        page.get_by_role("button", name="Mark as shipped")
    ).first.click()
    page.locator("[name=carrier]").fill("SF Express")
    page.locator("[name=tracking_number]").fill("SF0001112223")
    page.get_by_role("dialog").get_by_role("button", name="Mark as shipped").click()
    expect(page.get_by_text("SF0001112223").first).to_be_visible()

    mail = page.get_by_role("row").filter(has_text=re.compile(f"{number} is on its way|{number} 已发出"))
    reload_until(page, "/mailbox/", mail)
    mail.get_by_role("link").first.click()
    expect(page.get_by_text("SF0001112223").filter(visible=True).first).to_be_visible()


def test_stock_that_runs_out_is_announced_in_both_languages(enter):
    page = enter("owner")
    words = page.get_by_text(re.compile("will run out about|^[^“]* is sold out")).first
    reload_until(page, "/m/luming/inbox/", words)
    page.get_by_role("button", name="切换到简体中文").click()
    expect(page.get_by_text(re.compile("已售罄|约在.*售罄")).filter(visible=True).first).to_be_visible()
    page.goto("/m/luming/sales-forecast/")
    expect(page.get_by_role("heading", name="销售预测")).to_be_visible()
    expect(page.locator(".sc-chart canvas").first).to_be_visible()
    page.get_by_role("button", name="Switch to English").click()
    expect(page.get_by_role("heading", name="Sales forecast")).to_be_visible()


def test_an_order_sent_by_an_integrator_stands_in_the_list(enter, product):
    page = enter("owner", viewport={"width": 390, "height": 800})
    page.goto("/m/luming/orders/")
    body = {
        "lines": [{"sku": "LT", "quantity": 1}],
        "buyer": {"name": "Emma Laurent", "email": "emma@example.com", "city": "Lyon", "country": "FR"},
        "channel": "online_store",
        "external_id": "from-an-integrator",
        "paid": True,
    }
    number = asked(product, "orders/", body)["number"]
    page.reload()
    expect(page.get_by_text(number).first).to_be_visible()


def test_the_bell_counts_without_a_reload(enter, product):
    page = enter("owner")
    page.goto("/m/luming/orders/?tab=all")
    number = page.locator("table a.id").last.inner_text().lstrip("#")
    badge = page.locator("#inbox-count")
    expect(badge).not_to_be_empty()
    before = badge.inner_text()
    body = {"order": number, "topic": "damaged", "text": "Two of the cups arrived broken."}
    asked(product, "complaints/", body)
    expect(badge).not_to_have_text(before, timeout=SECONDS)


def test_a_review_that_waits_is_on_a_moderators_menu_without_a_reload(enter, product):
    page = enter("moderator")
    page.goto("/staff/complaints/")
    expect(page.locator("body[data-live=on]")).to_be_attached()
    badge = page.locator("#staff-inbox-count")
    before = badge.inner_text()
    goods = asked(product, "products/")["results"]
    body = {"product": goods[0]["id"], "rating": 5, "text": "Cheaper at teadeals-shop.example, look there first."}
    assert asked(product, "reviews/", body)["state"] == "held"
    expect(badge).not_to_have_text(before, timeout=15_000)


def test_two_tabs_share_one_stream_that_comes_back_after_it_broke(enter, product):
    page = enter("owner")
    page.goto("/m/luming/")
    live = page.locator("body[data-live=on]")
    expect(live).to_be_attached()
    streams = f"{page.locator('meta[name=live]').get_attribute('content')}".removesuffix("live") + "healthz"
    other = page.context.new_page()
    other.goto("/m/luming/orders/")
    expect(other.locator("body[data-live=on]")).to_be_attached()
    with urlopen(streams) as answer:
        assert int(answer.read()) == 1
    port = streams.split(":")[2].split("/")[0]
    every = [one for one in psutil.process_iter(["cmdline"]) if f"--port={port}" in (one.info["cmdline"] or [])]
    (holder,) = every
    page.watch.allow("/live")
    holder.kill()
    expect(page.locator("body[data-live=off]")).to_be_attached()
    expect(live).to_be_attached(timeout=SECONDS)
    expect(other.locator("body[data-live=on]")).to_be_attached()


def test_a_moderator_hides_a_fake_and_decides_a_complaint(enter):
    page = enter("moderator")
    page.goto("/staff/reviews/")
    title = page.locator("#item-h")
    fake = title.inner_text()
    page.locator("select[name=ground]").select_option(index=1)
    page.get_by_role("button", name="Hide").click()
    expect(title).not_to_have_text(fake)
    page.goto("/staff/reviews/?tab=mine")
    expect(page.get_by_text(fake.removeprefix("Review ")).first).to_be_visible()

    page.goto("/staff/complaints/")
    subject = page.locator("#item-h").inner_text()
    page.locator("[name=decision][value=for_merchant]").check(force=True)
    page.locator("[name=reasons]").fill("The photos show no damage, and the parcel arrived on the promised day.")
    page.get_by_role("button", name="Decide").last.click()
    page.goto("/staff/complaints/?tab=mine")
    expect(page.get_by_text(subject).first).to_be_visible()
    assert axe_faults(page) == []


def asked(product: Product, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the API answers an integrator."""
    headers = {"Authorization": f"Bearer {product.told['token']}", "Content-Type": "application/json"}
    call = Request(f"{product.address}/api/v1/{path}", json.dumps(body).encode() if body else None, headers)
    with urlopen(call) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def reload_until(page: Page, address: str, sight: Any) -> None:
    """Look at the address again and again until the worker has done its part."""
    for _ in range(SECONDS // 1000):
        page.goto(address)
        if sight.count():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{sight} did not appear at {address}")
