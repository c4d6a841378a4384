"""From fact to seen: an order paid by API until the bell of an open browser says so, in the product as demo runs it.

A demo of its own in a folder that is thrown away, web server, worker and live stream on SQLite, and the machine's
Chromium (CHROMIUM names another). Everything is read first, so that the next order is news; rounds are further apart
than the time within which orders are told together.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

from bench.figures import Figure
from bench.place import ROOT, environment, free_port

ROUNDS = int(os.environ.get("MESSAGES_ROUNDS", "20"))
APART = 22.0  # seconds
SHOP = "/m/luming/"


@contextmanager
def _product() -> Iterator[tuple[str, dict[str, Any]]]:
    """A running demo: its address and what demo.json says of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = {"VAR_DIR": name, "SECRET_KEY": "bench, " + "x" * 50}
        surroundings = environment(f"sqlite:///{folder / 'demo.sqlite3'}") | own
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "-v0"], env=surroundings, check=True)
        subprocess.run([*manage, "demo"], env=surroundings, check=True, stdout=subprocess.DEVNULL)
        port = free_port()
        with (folder / "serve.log").open("w") as log:
            server = subprocess.Popen([*manage, "serve", f"--port={port}"], env=surroundings, stdout=log, stderr=log)
            try:
                while "Ctrl-C stops it" not in (folder / "serve.log").read_text():
                    if server.poll() is not None:
                        raise RuntimeError((folder / "serve.log").read_text())
                    time.sleep(0.2)
                time.sleep(60)  # a new demo makes up for its first night
                yield f"http://127.0.0.1:{port}", json.loads((folder / "demo.json").read_text())
            finally:
                server.terminate()
                server.wait(40)


def _order(address: str, token: str, number: int) -> None:
    order = {
        "lines": [{"sku": "LT", "quantity": 1}], "buyer": {"name": "Emma Laurent", "city": "Lyon", "country": "FR"},
        "channel": "online_store", "external_id": f"bell-{number}", "paid": True,
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    call = Request(f"{address}/api/v1/orders/", json.dumps(order).encode(), headers)  # noqa: S310 - our own server
    with urlopen(call) as answer:  # noqa: S310
        answer.read()


def run() -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("bell: no Chromium; skipped.", file=sys.stderr)
        return
    spent = []
    with _product() as (address, told), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(base_url=address)
        page = context.new_page()
        page.goto("/account/sign-in/")
        page.fill("[name=login]", told["accounts"]["owner"]["email"])
        page.fill("[name=password]", told["accounts"]["owner"]["password"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/m/**")
        page.goto(f"{SHOP}orders/")
        page.locator("body[data-live=on]").wait_for()
        for number in range(ROUNDS):
            _read_all(context, address)
            page.locator("#bell-count:empty").wait_for(state="attached", timeout=20_000)
            began = time.perf_counter()
            _order(address, told["token"], number)
            page.locator("#bell-count:not(:empty)").wait_for(timeout=60_000)
            spent.append(time.perf_counter() - began)
            time.sleep(APART)
        browser.close()
    spent.sort()
    late = spent[min(int(0.95 * len(spent)), len(spent) - 1)]
    yield Figure("order paid by API to the bell, p95", late, "s", 3, "allowed", 3, "lower", "figure")
    yield Figure("the same, median", median(spent), "s", 3, "allowed", 3, "lower", "figure")


def _read_all(context: Any, address: str) -> None:
    other = context.new_page()
    other.goto(f"{SHOP}inbox/?tab=unread")
    token = other.locator("meta[name=csrf-token]").get_attribute("content")
    form = {"do": "read", "all": "1", "csrfmiddlewaretoken": token}
    context.request.post(f"{SHOP}inbox/mark/?tab=unread", form=form, headers={"Referer": f"{address}{SHOP}inbox/"})
    other.close()
