"""Chromium on the live server. A test fails on any console error, script error, CSP violation or server error.

Chromium is the CHROMIUM of the environment, or one found at the usual places; without one the tests are skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import User
from config import assets

USUAL = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = django_settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 A and AA, and axe's own best practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1440, 390)


def _chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next((path for name in USUAL if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = _chromium()
    if path is None:
        pytest.skip("no Chromium: install it or name it in CHROMIUM")
    if not (django_settings.BASE_DIR / "static" / "vendor" / "tabler.min.css").exists():
        pytest.skip("static/vendor is empty: run make setup")
    assets.build_icons()
    # the synchronous API of Playwright runs an event loop in this thread
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Watch:
    """What went wrong in the page so far. `allow("403")` says that such an error is expected."""

    def __init__(self, page: Page) -> None:
        self.faults: list[str] = []
        self._allowed: list[str] = []
        page.on("console", lambda said: self._note(said.type == "error", f"{said.text} {said.location.get('url', '')}"))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("response", lambda answer: self._note(answer.status >= 500, f"{answer.status} {answer.url}"))

    def _note(self, bad: bool, text: str) -> None:
        if bad:
            self.faults.append(text)

    def allow(self, words: str) -> None:
        self._allowed.append(words)

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(words in fault for words in self._allowed)]


@pytest.fixture
def window(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """A page on the live server, 1440 px wide, English, light. Addresses are given without the host."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.watch = Watch(page)  # type: ignore[attr-defined]
    page.origin = live_server.url  # type: ignore[attr-defined]
    yield page
    unexpected = page.watch.unexpected()  # type: ignore[attr-defined]
    context.close()
    assert unexpected == [], "\n".join(unexpected)


@pytest.fixture
def sample_site(settings: Any) -> None:
    """The templates of tests/browser/site.py; a test names that module in its `urls` mark."""
    folder = django_settings.BASE_DIR / "tests" / "browser" / "templates"
    settings.TEMPLATES = [{**engine, "DIRS": [folder, *engine["DIRS"]]} for engine in settings.TEMPLATES]


@pytest.fixture
def sign_in(client: Any, window: Page, live_server: Any) -> Any:
    """`sign_in(ann)`: the window belongs to Ann from now on."""

    def enter(user: User) -> Page:
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        window.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return window

    return enter


class Flying:
    """Counts what a page asks the server for and has not got yet."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0
        page.on("request", lambda _: self._add(1))
        page.on("requestfinished", lambda _: self._add(-1))
        page.on("requestfailed", lambda _: self._add(-1))

    def _add(self, number: int) -> None:
        self.count += number

    def land(self, milliseconds: int = 10_000) -> None:
        """Wait until the page has all that it fetches by itself: until nothing is asked for a tenth of a second.

        The browser's own "networkidle" wants half a second, which the tour would wait for on every page.
        """
        quiet = 0
        for _ in range(milliseconds // 50):
            self.page.wait_for_timeout(50)
            quiet = 0 if self.count > 0 else quiet + 1
            if quiet == 2:
                return
        raise AssertionError(f"{self.page.url} has {self.count} requests under way and does not come to rest")


def axe(page: Page) -> None:
    """Assert that axe finds nothing wrong with the page as it stands."""
    lines = axe_faults(page)
    assert lines == [], "\n".join(lines)


def axe_faults(page: Page) -> list[str]:
    if not AXE.exists():
        pytest.skip("axe-core is missing: run make setup")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{violation['id']}: {violation['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in violation["nodes"])
        for violation in found["violations"]
    ]


def too_wide(page: Page) -> int:
    """Pixels by which the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def looks(page: Page, address: str, name: str, user: User | None = None) -> Iterator[tuple[int, str, str]]:
    """Open the address at both widths, in both themes and languages; a screenshot of each lies in var/shots.

    Yields (width, theme, language) while the page stands so, for checks.
    """
    folder = Path(django_settings.VAR_DIR) / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("en", "zh-hans"):
        for theme in ("light", "dark"):
            wish(page, user, language, theme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(address)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=folder / f"{name}-{width}-{theme}-{language[:2]}.png", full_page=True)
                yield width, theme, language
    page.set_viewport_size({"width": 1440, "height": 900})


def wish(page: Page, user: User | None, language: str, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    if user is None:
        name = django_settings.LANGUAGE_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": language, "url": page.origin}])  # type: ignore[attr-defined]
    else:
        User.objects.filter(pk=user.pk).update(language=language, theme="auto")


def shots(page: Page, address: str, name: str, user: User | None = None) -> None:
    """The address in every look, checked with axe and for sideways scrolling."""
    faults = []
    for look in looks(page, address, name, user):
        faults += [f"{look}: {fault}" for fault in axe_faults(page)]
        if pixels := too_wide(page):
            faults.append(f"{look}: {pixels} px too wide")
    assert faults == [], "\n".join(faults)
