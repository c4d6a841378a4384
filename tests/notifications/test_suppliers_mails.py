"""A purchase order that is sent goes to its supplier as PDF: once, with the order that asks for it, and not lost."""

from __future__ import annotations

import email
from email import policy

import pytest
from django.utils import translation

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.purchasing.actions import send_order
from ecommerce.purchasing.events import PurchaseSent
from notifications.mail import sending
from notifications.mail.actions import post
from notifications.mail.models import Attachment, Mail
from notifications.suppliers.handlers import sent as handler
from tests.ecommerce.purchasing_kit import draft, kiln, sent
from tests.notifications.smtpserver import Server
from tests.queue import run_tasks


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    made = Server()
    made.up()
    settings.SMTP = settings.SMTP | {"host": "127.0.0.1", "port": made.port, "timeout": 5}
    yield made
    made.down()


def test_the_supplier_gets_the_order_as_a_file_that_opens(scope, server):
    scope.contact_email, scope.language = "buy@luming.example", "zh-hans"
    scope.save()
    order = sent(kiln(email="kiln@example.com"))
    run_tasks()

    mail = Mail.objects.get()
    assert (mail.to, mail.purpose, mail.state) == ("kiln@example.com", "supplier", "sent")
    assert mail.headers["Reply-To"] == "buy@luming.example"
    assert order.number in mail.subject
    message = email.message_from_bytes(sending.as_message(mail).message().as_bytes(), policy=policy.default)
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == (f"{order.number}.pdf", "application/pdf")
    assert file.get_content()[:5] == b"%PDF-"


@pytest.mark.parametrize(
    ("shops", "theirs", "words"),
    [
        ("en", "zh-hans", "采购单"),
        ("zh-hans", "en", "Purchase order"),
        ("zh-hans", "", "采购单"),
        ("en", "", "Purchase order"),
    ],
)
def test_it_is_written_in_the_suppliers_language(scope, shops, theirs, words, monkeypatch):
    """Subject, text, HTML and PDF; without one of their own it is the shop's. What a clerk reads in changes nothing."""
    scope.language = shops
    scope.save()
    drawn = []
    monkeypatch.setattr("ecommerce.purchasing.papers.render", lambda papers: drawn.extend(papers) or b"%PDF-")
    with translation.override("zh-hans" if words.isascii() else "en"):
        sent(kiln(email="kiln@example.com", language=theirs))
        run_tasks()

    mail = Mail.objects.get()
    for text in (mail.subject, mail.text, mail.html, drawn[0].title):
        assert words in text


def test_the_same_fact_twice_is_one_mail(scope):
    order = sent(kiln(email="kiln@example.com"))
    activity = Activity.objects.get(kind="purchasing.sent")
    event = PurchaseSent(**activity.payload)
    for _again in range(3):
        handler(event, activity)
    run_tasks()
    assert (Mail.objects.count(), Attachment.objects.count()) == (1, 1)
    assert order.state == "sent"


def test_no_address_no_mail_and_a_refused_sending_tells_nobody(scope):
    sent(kiln())
    order = draft(kiln(email="kiln@example.com", minimum=1))
    order.supplier.archived_at = order.created_at
    order.supplier.save()
    with pytest.raises(Refused):
        send_order(order, actor=SYSTEM)
    run_tasks()
    assert not Mail.objects.exists()


def test_a_mail_carries_no_mountain(scope):
    with pytest.raises(ValueError, match="8 MB"):
        post(to="a@example.com", subject="x", text="y", attachments=[("a.pdf", "application/pdf", b"0" * 9_000_000)])
    assert not Mail.objects.exists()


def test_the_page_says_where_it_goes_and_prints_it(as_user, ann, shop, rival, cleo):
    with tenant(shop):
        order = draft(kiln(email="kiln@example.com"))
    client, page = as_user(ann), f"/m/luming/purchases/{order.pk}/"
    assert "Send to the supplier" in client.get(page).content.decode()
    papers = [client.get(f"{page}order.pdf{asked}").content for asked in ("", "?language=en", "?language=zh-hans")]
    assert len(papers[0]) == len(papers[1]) != len(papers[2])
    answer = client.get(f"{page}order.pdf?language=zh-hans")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert "kiln@example.com" in client.post(f"{page}send/", follow=True).content.decode()
    run_tasks()
    with every_tenant("look at the outbox"):
        mail = Mail.objects.get()
    assert f"{order.number}.pdf" in client.get(f"/m/luming/settings/mail/{mail.pk}/").content.decode()
    assert as_user(cleo).get(f"/m/qingyun/purchases/{order.pk}/order.pdf").status_code == 404
