"""Who may read which mail, and how a mail is shown so that it can do nothing."""

from __future__ import annotations

import pytest

from core.tenancy import every_tenant, tenant
from notifications.mail.actions import post
from notifications.mail.models import Mail, Suppression
from tests import factories


@pytest.fixture
def admin(db, settings):
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(name="Zoe", email="zoe@example.com", staff_role="admin")


HTML = "<!doctype html><html><head><title>x</title></head><body><h1>Shipped</h1><script>alert(1)</script></body></html>"


def write(merchant, **fields) -> Mail:
    values = {
        "to": "buyer@example.com",
        "subject": "Your parcel",
        "text": "On its way.",
        "purpose": "buyer",
        "html": HTML,
    }
    if merchant is None:
        return post(**values | fields)
    with tenant(merchant):
        return post(**values | fields)


def test_a_merchant_sees_its_own_mails_only(shop, rival, ann, as_user):
    mine, other, account = write(shop), write(rival, to="other@example.com"), write(None, to="mo@example.com")
    client = as_user(ann)
    page = client.get("/m/luming/settings/mail/").content.decode()
    assert "buyer@example.com" in page
    assert "other@example.com" not in page
    assert "mo@example.com" not in page
    assert client.get(f"/m/luming/settings/mail/{mine.pk}/").status_code == 200
    for foreign in (other, account):
        assert client.get(f"/m/luming/settings/mail/{foreign.pk}/").status_code == 404
        assert client.get(f"/m/luming/settings/mail/{foreign.pk}/html/").status_code == 404


def test_members_without_the_right_do_not(shop, ben, as_user):
    write(shop)
    assert as_user(ben).get("/m/luming/settings/mail/").status_code == 403


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(shop, ann, as_user):
    mail = write(shop)
    client = as_user(ann)
    page = client.get(f"/m/luming/settings/mail/{mail.pk}/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "<script>alert(1)</script>" not in page.content.decode()
    frame = client.get(f"/m/luming/settings/mail/{mail.pk}/html/")
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


def test_what_opens_an_account_is_read_by_its_reader_only(shop, ann, admin, as_user):
    mail = write(shop, purpose="account", text="https://x.example/reset/secret-link", html="<head></head>secret-link")
    client = as_user(ann)
    assert "secret-link" not in client.get(f"/m/luming/settings/mail/{mail.pk}/").content.decode()
    assert client.get(f"/m/luming/settings/mail/{mail.pk}/html/").status_code == 404
    client = as_user(admin)
    assert "secret-link" not in client.get(f"/staff/mail/{mail.pk}/").content.decode()
    assert client.get(f"/staff/mail/{mail.pk}/html/").status_code == 404


def test_staff_see_all_mails_and_send_a_failed_one_again(shop, rival, admin, as_user):
    mail, _ = write(shop), write(rival, to="other@example.com")
    Suppression.objects.create(address="buyer@example.com", reason="550")
    with every_tenant("look at all mails"):
        Mail.objects.filter(pk=mail.pk).update(state="failed", next_try=None)
    client = as_user(admin)
    page = client.get("/staff/mail/").content.decode()
    assert "buyer@example.com" in page
    assert "other@example.com" in page
    assert client.post(f"/staff/mail/{mail.pk}/again/").status_code == 422, "it needs a reason"
    assert Suppression.objects.count() == 1
    reason = {"reason": "The buyer called."}
    assert client.post(f"/staff/mail/{mail.pk}/again/", reason).status_code == 302
    with every_tenant("look at all mails"):
        mail.refresh_from_db()
    assert (mail.state, Suppression.objects.count()) == ("queued", 0)
    assert client.post(f"/staff/mail/{mail.pk}/again/").status_code == 422


def test_moderators_read_no_mail(shop, mo, as_user):
    mail = write(shop)
    client = as_user(mo)
    assert client.get("/staff/mail/").status_code == 403
    assert client.post(f"/staff/mail/{mail.pk}/again/").status_code == 403


def test_the_open_mailbox_is_there_in_a_demo_only(shop, client, settings):
    mail = write(shop)
    addresses = ["/mailbox/", f"/mailbox/{mail.pk}/", f"/mailbox/{mail.pk}/html/"]
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    settings.DEMO = True
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
    assert "buyer@example.com" in client.get("/mailbox/").content.decode()
