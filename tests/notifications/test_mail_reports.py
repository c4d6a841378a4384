"""Bounces and complaints as the mail providers post them: what is believed, what follows, and that it follows once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from django.core.checks import run_checks
from django.test import Client

from core.tenancy import every_tenant, tenant
from notifications.mail.actions import post
from notifications.mail.models import Delivery, Mail, Suppression
from notifications.mail.sending import as_message
from tests.queue import run_tasks

PASSWORD = "reports:of-a-long-password"
KEY = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def postmark(settings):
    settings.MAIL_WEBHOOK_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "postmark", PASSWORD


@pytest.fixture
def mailgun(settings):
    settings.MAIL_WEBHOOK_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "mailgun", KEY


def written(merchant, to="Buyer@Example.com", **fields) -> Mail:
    values = {"subject": "Your parcel", "text": "On its way.", "purpose": "buyer", **fields}
    with tenant(merchant):
        mail = post(to=to, **values)
    run_tasks()
    return again(mail)


def again(mail: Mail) -> Mail:
    with every_tenant("look at a mail"):
        return Mail.objects.get(pk=mail.pk)


def outcomes(mail: Mail) -> list[str]:
    with every_tenant("look at a mail"):
        return list(mail.deliveries.exclude(outcome="kept").values_list("outcome", flat=True))


def at_postmark(mail: Mail, **changes) -> dict:
    """Postmark's own example of a hard bounce, of our mail."""
    return {
        "RecordType": "Bounce", "MessageStream": "outbound", "ID": 4323372036854775807, "Type": "HardBounce",
        "TypeCode": 1, "Name": "Hard bounce", "Tag": "Test", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"mail_id": mail.message_id.strip("<>")}, "ServerID": 23,
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": mail.to.lower(), "From": "sender@example.com", "BouncedAt": "2026-11-05T16:33:54.9070259Z",
        "DumpAvailable": True, "Inactive": True, "CanActivate": True, "Subject": "Test subject", "Content": "",
    } | changes  # fmt: skip


def send_postmark(data: dict, password: str = PASSWORD):
    sign = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(password.encode()).decode()} if password else {}
    strict = Client(enforce_csrf_checks=True)
    return strict.post("/hooks/mail/postmark/", json.dumps(data), content_type="application/json", **sign)


def at_mailgun(mail: Mail, *, key: str = KEY, event: str = "failed", **changes) -> dict:
    """Mailgun's own example of a permanent failure, of our mail."""
    token, timestamp = "4b9a4f2a1b7b0f7e29bbd7a0c5bb2e6a0d3f7e49d6f4", "1529006854"
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": event, "severity": "permanent", "reason": "bounce", "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "timestamp": 1521233195.375624, "log-level": "error", "recipient": mail.to, "recipient-domain": "example.com",
        "message": {"headers": {"to": mail.to, "message-id": mail.message_id.strip("<>"), "from": "Bob"},
                    "attachments": [], "size": 111},
        "delivery-status": {"attempt-no": 1, "message": "5.1.1 No such mailbox", "code": 550, "description": "",
                            "session-seconds": 0.0},
        "flags": {"is-routed": False, "is-authenticated": True, "is-test-mode": False},
        "tags": ["my_tag"], "user-variables": {"my_var_1": "Mailgun Variable #1"},
    } | changes  # fmt: skip
    return {"signature": {"token": token, "timestamp": timestamp, "signature": signature}, "event-data": data}


def send_mailgun(data: dict):
    return Client().post("/hooks/mail/mailgun/", json.dumps(data), content_type="application/json")


def test_a_hard_bounce_fails_the_mail_and_closes_the_address_once(shop, postmark):
    mail, waiting = written(shop), written(shop)
    with every_tenant("one that waits"):
        Mail.objects.filter(pk=waiting.pk).update(state="queued")
    assert send_postmark(at_postmark(mail)).status_code == 200
    mail = again(mail)
    assert (mail.state, mail.next_try) == ("failed", None)
    assert "does not exist" in mail.last_error
    row = Suppression.objects.get()
    assert (row.address, row.source) == ("buyer@example.com", "bounced")
    assert "5.1.1" in row.reason
    assert again(waiting).state == "suppressed"
    assert send_postmark(at_postmark(mail)).status_code == 200
    assert outcomes(mail) == ["bounced"]
    assert written(shop).state == "suppressed"
    assert written(shop, purpose="account").state == "sent"


def test_an_address_that_was_opened_again_stays_open_when_the_same_report_comes_late(shop, postmark):
    mail = written(shop)
    send_postmark(at_postmark(mail))
    Suppression.objects.all().delete()
    send_postmark(at_postmark(mail))
    assert not Suppression.objects.exists()


def test_a_complaint_closes_the_address_and_outweighs_a_bounce(shop, postmark):
    mail = written(shop)
    send_postmark(at_postmark(mail))
    complaint = at_postmark(mail, RecordType="SpamComplaint", Type="SpamComplaint", Details="", ID=42)
    assert send_postmark(complaint).status_code == 200
    assert outcomes(mail) == ["bounced", "complained"]
    assert Suppression.objects.get().source == "complained"


@pytest.mark.parametrize(
    "changes",
    [
        {"Type": "SoftBounce", "Details": "smtp;552 5.2.2 mailbox full"},
        {"Details": "smtp;550 5.7.1 blocked: your address is on a list"},
    ],
)
def test_a_bounce_that_is_not_about_the_address_fails_the_mail_alone(shop, postmark, changes):
    mail = written(shop)
    send_postmark(at_postmark(mail, **changes))
    assert (again(mail).state, outcomes(mail)) == ("failed", ["bounced"])
    assert not Suppression.objects.exists()


def test_what_went_well_changes_nothing(shop, postmark, django_assert_num_queries):
    mail = written(shop)
    delivered = {"RecordType": "Delivery", "Recipient": mail.to, "DeliveredAt": "2026-11-05T16:33:54Z",
                 "Metadata": {"mail_id": mail.message_id.strip("<>")}}  # fmt: skip
    with django_assert_num_queries(0):
        assert send_postmark(delivered).status_code == 200
    assert again(mail).state == "sent"


@pytest.mark.parametrize("password", ["", "reports:of-a-wrong-password", "nothing"])
def test_a_report_that_proves_nothing_is_refused(shop, postmark, password):
    mail = written(shop)
    assert send_postmark(at_postmark(mail), password).status_code == 403
    assert (again(mail).state, Suppression.objects.count(), outcomes(mail)) == ("sent", 0, [])


def test_a_report_needs_the_mail_and_its_reader(shop, postmark):
    mail = written(shop)
    assert send_postmark(at_postmark(mail, Email="somebody@example.com")).status_code == 200
    assert send_postmark(at_postmark(mail, Metadata={}, MessageID="unknown-unknown")).status_code == 200
    assert (again(mail).state, Suppression.objects.count()) == ("sent", 0)


def test_a_mail_is_found_by_what_the_provider_called_it_when_it_took_it(shop, postmark):
    mail = written(shop)
    with every_tenant("as the provider answered"):
        Delivery.objects.update(answer="2.0.0 Ok: queued as 883953f4-6105-42a2-a16a-77a8eac79483")
    send_postmark(at_postmark(mail, Metadata={}))
    assert again(mail).state == "failed"


def test_what_cannot_be_read_is_answered_so(shop, postmark):
    sign = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(PASSWORD.encode()).decode()}
    for body in ("{", "[]", '"x"', "\xff"):
        answer = Client().post("/hooks/mail/postmark/", body, content_type="application/json", **sign)
        assert answer.status_code == 400, body


def test_mailgun_signs_and_a_forged_signature_is_refused(shop, rival, mailgun):
    mail, other = written(shop), written(rival)
    assert send_mailgun(at_mailgun(mail, key="somebody-elses-key")).status_code == 403
    assert again(mail).state == "sent"
    assert send_mailgun(at_mailgun(mail)).status_code == 200
    assert send_mailgun(at_mailgun(mail)).status_code == 200
    assert (again(mail).state, outcomes(mail)) == ("failed", ["bounced"])
    assert Suppression.objects.get().source == "bounced"
    assert again(other).state == "sent"
    assert send_mailgun(at_mailgun(mail, event="complained", severity="")).status_code == 200
    assert Suppression.objects.get().source == "complained"


def test_mailgun_giving_up_or_putting_off_says_nothing_of_the_address(shop, mailgun):
    late, old = written(shop), written(shop, to="old@example.com")
    send_mailgun(at_mailgun(late, severity="temporary"))
    send_mailgun(at_mailgun(old, reason="old"))
    assert (again(late).state, again(old).state) == ("sent", "failed")
    assert not Suppression.objects.exists()


def test_nobody_is_listened_to_unless_the_settings_say_so(shop, settings):
    mail = written(shop)
    assert send_postmark(at_postmark(mail)).status_code == 404
    settings.MAIL_WEBHOOK_PROVIDER = "postmark"
    assert send_postmark(at_postmark(mail)).status_code == 404, "without a secret nothing can be proved"
    settings.MAIL_WEBHOOK_SECRET = PASSWORD
    assert Client().head("/hooks/mail/postmark/").status_code == 200
    assert Client().get("/hooks/mail/postmark/").status_code == 405
    assert send_mailgun(at_mailgun(mail)).status_code == 404


def test_a_mail_goes_out_under_a_name_that_the_provider_gives_back(shop, postmark, settings):
    mail = written(shop)
    message = as_message(mail).message()
    assert message["X-PM-Metadata-mail_id"] == mail.message_id.strip("<>")
    settings.MAIL_WEBHOOK_PROVIDER = ""
    assert "X-PM-Metadata-mail_id" not in as_message(mail).message()


@pytest.mark.parametrize(
    ("provider", "secret", "wrong"),
    [
        ("postmark", PASSWORD, ""),
        ("mailgun", KEY, ""),
        ("", "", ""),
        ("nobody", KEY, "storecast.E008"),
        ("postmark", "without-a-colon-in-it", "storecast.E009"),
        ("mailgun", "", "storecast.E009"),
    ],
)
def test_settings_that_cannot_work_are_said_at_start(settings, provider, secret, wrong):
    settings.MAIL_WEBHOOK_PROVIDER, settings.MAIL_WEBHOOK_SECRET = provider, secret
    found = {check.id for check in run_checks() if check.id in ("storecast.E008", "storecast.E009")}
    assert found == ({wrong} if wrong else set())
