"""Every e-mail as its reader sees it: in Chromium, and as text, in both languages.

Pictures and texts of them lie in var/shots/mails.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.models import Membership
from core.tenancy import tenant
from ecommerce.models import Order
from ecommerce.orders.actions import confirm_order
from ecommerce.returns.actions import approve_return, refuse_return
from notifications.buyers.kinds import ALL
from notifications.buyers.letters import as_written
from notifications.buyers.previews import example_of
from notifications.digests.letters import send_digest
from notifications.inbox.kinds import KINDS
from notifications.inbox.letters import send_notice, send_personal_notice, send_staff_notice
from notifications.inbox.models import Notification
from notifications.inbox.queries import shown
from notifications.mail.models import Mail
from notifications.suppliers.letters import write_purchase_order
from tests.browser.conftest import axe_faults, too_wide
from tests.ecommerce.loyalty_kit import points_and_coupons
from tests.ecommerce.orders_kit import ANN
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.ecommerce.returns_kit import BUYER, requested
from tests.notifications.buyers_kit import ordered
from tests.notifications.test_buyers_limits import arrive
from tests.notifications.test_inbox_kinds import SAMPLES
from tests.notifications.test_reports import look, trade

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = (390, "dark"), (1000, "light")
OF_PAGES = ("landmark-one-main", "region")  # a mail is shown inside the page of a mailbox, which has landmarks
FULL = ("buyer", "report", "supplier", "digest")
# "gone" is the placeholder that the notice about a broken letter names.
UNFILLED = re.compile(r"%\(|\{\{|\{%|\bNone\b|\{(?!gone\})[a-z_]+\}")


@pytest.fixture(params=["en", "zh-hans"])
def reader(request, shop, ann):
    ann.language = request.param
    ann.save()
    with tenant(shop):
        return Membership.objects.get(user=ann)


def notices(member: Membership) -> Iterator[tuple[str, Mail]]:
    """The mail of every kind for each of its samples, and a summary of one of each."""
    with tenant(member.merchant):
        for kind in KINDS:
            for number, params in enumerate(SAMPLES[kind.name]):
                name = f"{kind.name}-{number}"
                if kind.personal:
                    yield name, send_personal_notice(member.user, kind, name, params)
                else:
                    yield name, send_notice(member, kind, name, params)
        rows = [
            Notification(
                pk=number, user=member.user, kind=kind.name, key=str(number), urgency=kind.urgency,
                params=SAMPLES[kind.name][0], merchant=member.merchant,
            )
            for number, kind in enumerate(KINDS, 1)
        ]  # fmt: skip
        yield "digest", send_digest(member, "daily:2026-06-06", shown(rows, member.merchant.slug))
        yield (
            "staff",
            send_staff_notice(member.user, member.merchant, KINDS[0], "x", SAMPLES[KINDS[0].name][0], "/staff/"),
        )


def letters(shop, language: str) -> Iterator[tuple[str, Any]]:
    """What the shop writes to buyers and to a supplier; an exchange needs a past that is told elsewhere."""
    with tenant(shop):
        order = ordered()
        confirm_order(order, actor=ANN)
        arrive(order)
        refuse_return(requested(Order.objects.get(pk=order.pk), actor=BUYER), reason="Worn", actor=ANN)
        approve_return(requested(Order.objects.get(pk=order.pk), actor=BUYER), actor=ANN)
        Order.objects.update(refunded_total=5)
        points_and_coupons(order)
        for kind in ALL:
            found = example_of(kind.name)
            if found is not None:
                about, values = found
                yield f"buyer-{kind.name}-0", as_written(about, kind, values=values, language=language)
        purchase = sent(kiln(email="kiln@example.com"), ("POT", 24))
        yield "supplier-0", write_purchase_order(purchase, dedupe="supplier")


def with_pictures(mail: Any) -> str:
    """The HTML part with the pictures that go along with it, as a mail program shows them."""
    html: str = mail.html
    if isinstance(mail, Mail):
        for one in mail.attachments.exclude(content_id=""):
            picture = base64.b64encode(bytes(one.content)).decode()
            html = html.replace(f"cid:{one.content_id}", f"data:{one.content_type};base64,{picture}")
    return html


def faults_of(page, name: str, mail: Any, *, is_chinese: bool) -> Iterator[str]:
    for part in (mail.subject, mail.text, re.sub(r"<style.*?</style>", "", mail.html, flags=re.S)):
        if found := UNFILLED.search(part):
            yield f"{name}: {found.group()!r} in {part[max(0, found.start() - 60) : found.end() + 20]!r}"
    if is_chinese and not re.search(r"[一-鿿]", mail.text):
        yield f"{name}: no Chinese"
    if max(map(len, mail.text.splitlines())) > 998:
        yield f"{name}: a line of text that mail servers break"
    folder = Path(settings.VAR_DIR) / "shots" / "mails"
    folder.mkdir(parents=True, exist_ok=True)
    language = "zh" if is_chinese else "en"
    (folder / f"{name}-{language}.txt").write_text(f"{mail.subject}\n\n{mail.text}", encoding="utf-8")
    for width, theme in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=theme)
        page.set_content(with_pictures(mail))
        page.screenshot(path=folder / f"{name}-{language}-{width}.png", full_page=name.startswith(FULL))
        if pixels := too_wide(page):
            yield f"{name}: {pixels} px too wide at {width}"
        if name.endswith(("-0", "digest", "staff")):
            faults = [fault for fault in axe_faults(page) if not fault.startswith(OF_PAGES)]
            yield from (f"{name} ({theme}): {fault}" for fault in faults)


def test_every_notice_reads_well_on_a_phone_and_on_a_desk(window, reader):
    faults = []
    for name, mail in notices(reader):
        faults += faults_of(window, name, mail, is_chinese=reader.user.language != "en")
    assert faults == [], "\n".join(faults[:20])


def test_every_letter_and_the_report_read_well_too(window, shop, reader, settings):
    settings.EMAIL_BACKEND, settings.DEMO, settings.EMAIL_URL = "notifications.mail.backend.OutboxBackend", True, ""
    language = reader.user.language
    shop.language = language
    shop.save()
    reader.user.time_zone = "Asia/Shanghai"
    reader.user.save()
    trade(shop)
    written = [*letters(shop, language), *(("report-0", mail) for mail in look())]
    assert {name for name, _mail in written} >= {"buyer-delayed-0", "buyer-return_refused-0", "supplier-0", "report-0"}
    faults = []
    with tenant(shop):
        for name, mail in written:
            faults += faults_of(window, name, mail, is_chinese=language != "en")
    assert faults == [], "\n".join(faults[:20])
