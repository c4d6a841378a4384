"""Every e-mail as its reader sees it: in Chromium, and as text, in both languages.

Pictures and texts of them lie in var/shots/mails; what they say is held in tests/notifications/test_mails.py.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.tenancy import tenant
from notifications.mail.models import Mail
from tests.browser.conftest import axe_faults, too_wide
from tests.notifications.mails_kit import TO_OTHERS, TO_TEAM, reader_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = (390, "dark"), (1000, "light")
OF_PAGES = ("landmark-one-main", "region")  # a mail is shown inside the page of a mailbox, which has landmarks
FULL = ("buyer", "report", "supplier", "digest", "own", "account")


@pytest.fixture(params=["en", "zh-hans"])
def reader(request, shop, ann, settings):
    return reader_of(shop, ann, request.param, settings)


def with_pictures(mail: Any) -> str:
    """The HTML part with the pictures that go along with it, as a mail program shows them."""
    html: str = mail.html
    if isinstance(mail, Mail):
        for one in mail.attachments.exclude(content_id=""):
            picture = base64.b64encode(bytes(one.content)).decode()
            html = html.replace(f"cid:{one.content_id}", f"data:{one.content_type};base64,{picture}")
    return html


def faults_of(page, name: str, mail: Any, language: str) -> Iterator[str]:
    folder = Path(settings.VAR_DIR) / "shots" / "mails"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-{language[:2]}.txt").write_text(f"{mail.subject}\n\n{mail.text}", encoding="utf-8")
    for width, theme in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=theme)
        page.set_content(with_pictures(mail))
        page.screenshot(path=folder / f"{name}-{language[:2]}-{width}.png", full_page=name.startswith(FULL))
        if pixels := too_wide(page):
            yield f"{name}: {pixels} px too wide at {width}"
        if name.endswith("-0"):
            faults = [fault for fault in axe_faults(page) if not fault.startswith(OF_PAGES)]
            yield from (f"{name} ({theme}): {fault}" for fault in faults)


@pytest.mark.parametrize("writers", [TO_TEAM, TO_OTHERS], ids=["team", "others"])
def test_every_mail_reads_well_on_a_phone_and_on_a_desk(window, reader, writers):
    faults = []
    for mails in writers.values():
        for name, mail in mails(reader):
            with tenant(reader.shop):
                faults += faults_of(window, name, mail, reader.language)
    assert faults == [], "\n".join(faults[:20])
