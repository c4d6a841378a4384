"""Passwords, the second factor and sessions: what ends, what is told, and what cannot be got around."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession

from accounts.models import Activity
from core.tenancy import every_tenant
from tests.accounts.conftest import PASSWORD, sign_in
from tests.accounts.test_people_sign_in import is_signed_in, kinds

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NEW = "staple battery horse"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.fixture
def turn_on(django_capture_on_commit_callbacks):
    """Set the second factor up as a person does; returns the secret."""

    def do(client) -> str:
        shown = client.get("/account/security/app/").content.decode()
        secret = re.search(r'id="totp-key">([A-Z2-7]+)<', shown)[1]
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post("/account/security/app/", {"code": code_of(secret)}).status_code == 302
        return secret

    return do


def change_password(client, new: str = NEW, old: str = PASSWORD):
    return client.post("/account/password/", {"oldpassword": old, "password1": new, "password2": new})


def test_a_new_password_ends_every_other_session(client, browser, ann, confirmed, mailoutbox):
    confirmed(ann)
    sign_in(client, ann)
    sign_in(browser, ann)

    response = change_password(client)

    assert response["Location"] == "/account/security/"
    assert is_signed_in(client)
    assert not is_signed_in(browser)
    assert kinds()[-2:] == ["people.password_changed", "people.sessions_ended"]
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]
    assert len(mailoutbox[0].alternatives) == 1


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("short", "at least 12 characters"),
        ("1q2w3e4r5t6y", "too common"),
        ("ann@example.com", "too similar"),
    ],
)
def test_a_weak_password_is_refused(client, ann, confirmed, new, says, mailoutbox):
    confirmed(ann)
    sign_in(client, ann)

    assert says in change_password(client, new).content.decode()
    assert mailoutbox == []
    client.post("/account/sign-out/")
    assert sign_in(client, ann)["Location"] == "/"


def test_the_old_password_is_asked(client, ann, confirmed):
    confirmed(ann)
    sign_in(client, ann)

    assert "This is not your current password." in change_password(client, old="wrong").content.decode()


def _reset_link(mailoutbox) -> str:
    return next(line for line in mailoutbox[-1].body.splitlines() if "/account/password/new/" in line)


def test_a_password_is_reset_by_mail_once(client, browser, ann, confirmed, mailoutbox):
    confirmed(ann)
    sign_in(browser, ann)

    assert client.post("/account/password/forgotten/", {"email": ann.email})["Location"] == "/account/password/sent/"
    link = _reset_link(mailoutbox)
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]
    assert client.post(where, {"password1": NEW, "password2": NEW})["Location"] == "/account/password/new/done/"

    assert not is_signed_in(client)
    assert not is_signed_in(browser)
    assert "people.password_changed" in kinds()
    assert "This link does not work" in browser.get(link, follow=True).content.decode()
    assert sign_in(client, ann, NEW)["Location"] == "/"


def test_asking_for_a_reset_does_not_tell_who_has_an_account(client, ann, confirmed, mailoutbox):
    confirmed(ann)

    known = client.post("/account/password/forgotten/", {"email": ann.email})
    unknown = client.post("/account/password/forgotten/", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [mail.to for mail in mailoutbox] == [[ann.email]]


def test_mail_speaks_the_readers_language(client, ann, confirmed, mailoutbox):
    ann.language = "zh-hans"
    ann.save()
    confirmed(ann)

    client.post("/account/password/forgotten/", {"email": ann.email})

    assert mailoutbox[0].subject == "设置新密码"


def test_the_second_factor_is_turned_on_asked_and_turned_off(client, browser, ann, confirmed, mailoutbox, turn_on):
    confirmed(ann)
    sign_in(client, ann)
    sign_in(browser, ann)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, ann)
        secret = turn_on(client)
        assert "people.second_factor_on" in kinds()
        assert not is_signed_in(browser)
        assert "recovery codes are left" in client.get("/account/security/").content.decode()
        client.post("/account/sign-out/")

        clock.shift(timedelta(minutes=2))
        assert sign_in(client, ann)["Location"].startswith("/account/code/")
        assert not is_signed_in(client)
        assert "This code is not right" in client.post("/account/code/", {"code": "000000"}).content.decode()
        assert client.post("/account/code/", {"code": code_of(secret)})["Location"] == "/"
        assert is_signed_in(client)

        assert client.post("/account/security/app/off/").status_code == 302
        assert "people.second_factor_off" in kinds()
        assert Authenticator.objects.count() == 0
    subjects = [mail.subject for mail in mailoutbox]
    assert subjects == ["The second factor is on", "The second factor is off"]


def test_the_secret_of_the_app_is_not_stored_as_it_is(client, ann, confirmed, turn_on):
    confirmed(ann)
    sign_in(client, ann)

    secret = turn_on(client)

    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored


def test_a_recovery_code_works_once(client, browser, ann, confirmed, turn_on):
    confirmed(ann)
    sign_in(client, ann)
    turn_on(client)
    shown = client.get("/account/security/codes/").content.decode()
    code = re.findall(r"<li><code>(\w+)</code>", shown)[0]

    sign_in(browser, ann)
    assert browser.post("/account/code/", {"code": code})["Location"] == "/"
    browser.post("/account/sign-out/")
    sign_in(browser, ann)
    assert browser.post("/account/code/", {"code": code}).status_code == 200


def test_codes_cannot_be_guessed(client, browser, ann, confirmed, turn_on):
    confirmed(ann)
    sign_in(client, ann)
    turn_on(client)
    sign_in(browser, ann)

    assert [browser.post("/account/code/", {"code": "123456"}).status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_reset_password_does_not_get_around_the_second_factor(client, browser, ann, confirmed, mailoutbox, turn_on):
    confirmed(ann)
    sign_in(client, ann)
    turn_on(client)
    browser.post("/account/password/forgotten/", {"email": ann.email})
    where = browser.get(_reset_link(mailoutbox), follow=True).redirect_chain[-1][0]
    browser.post(where, {"password1": NEW, "password2": NEW})

    assert not is_signed_in(browser)
    assert sign_in(browser, ann, NEW)["Location"].startswith("/account/code/")
    assert not is_signed_in(browser)


def test_changing_the_second_factor_asks_again_after_a_while(client, ann, confirmed):
    confirmed(ann)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, ann)
        assert client.get("/account/security/app/").status_code == 200

        clock.shift(timedelta(minutes=16))
        response = client.get("/account/security/app/")
        assert response["Location"].startswith("/account/again/")
        assert client.post(response["Location"], {"password": "wrong"}).status_code == 200
        again = client.post(response["Location"], {"password": PASSWORD, "next": "/account/security/app/"})
        assert again["Location"] == "/account/security/app/"
        assert client.get("/account/security/app/").status_code == 200


def test_staff_without_a_second_factor_is_sent_to_set_it_up(client, mo, confirmed, settings, turn_on):
    settings.STAFF_MFA_REQUIRED = True
    mo.staff_role = "care"
    mo.save()
    confirmed(mo)
    sign_in(client, mo)

    assert client.get("/staff/merchants/")["Location"] == "/account/security/app/"
    turn_on(client)
    assert client.get("/staff/merchants/").status_code == 200
    assert client.post("/account/security/app/off/").status_code == 200
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_a_device_is_signed_out_from_the_list(client, browser, ann, confirmed):
    confirmed(ann)
    sign_in(client, ann)
    sign_in(browser, ann)
    other = UserSession.objects.get(user_agent__contains="Firefox")

    assert "Firefox, Linux" in client.get("/account/sessions/").content.decode()
    assert client.post(f"/account/sessions/{other.pk}/end/").status_code == 302

    assert not is_signed_in(browser)
    assert is_signed_in(client)


def test_nobody_ends_another_persons_session(client, browser, ann, ben, confirmed):
    confirmed(ann)
    confirmed(ben)
    sign_in(client, ann)
    sign_in(browser, ben)
    theirs = UserSession.objects.get(user=ben)

    assert client.post(f"/account/sessions/{theirs.pk}/end/").status_code == 404
    assert is_signed_in(browser)


def test_all_other_devices_are_signed_out_at_once(client, browser, ann, confirmed):
    confirmed(ann)
    sign_in(client, ann)
    sign_in(browser, ann)

    client.post("/account/sessions/others/end/")

    assert (is_signed_in(client), is_signed_in(browser)) == (True, False)
    with every_tenant("look at what was recorded"):
        assert Activity.objects.get(kind="people.sessions_ended").payload["count"] == 1
