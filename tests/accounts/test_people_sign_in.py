"""Signing in and out: what is said, what is counted, how long it lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress

from accounts.models import Activity, FailedAttempts
from core.tenancy import every_tenant
from tests.accounts.conftest import sign_in

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def kinds() -> list[str]:
    with every_tenant("look at what was recorded"):
        return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def is_signed_in(client) -> bool:
    return client.get("/account/security/").status_code == 200


def test_a_person_signs_in_and_out(client, ann, confirmed):
    confirmed(ann)

    response = sign_in(client, ann)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client)
    assert client.get("/account/sign-out/").status_code == 200
    assert is_signed_in(client)
    assert client.post("/account/sign-out/").status_code == 302
    assert not is_signed_in(client)


def test_the_case_of_the_address_does_not_matter(client, ann, confirmed):
    confirmed(ann)

    assert (
        client.post("/account/sign-in/", {"login": "ANN@example.com", "password": "correct horse battery"})["Location"]
        == "/"
    )


def test_a_wrong_password_and_an_unknown_address_look_the_same(client, ann, confirmed):
    confirmed(ann)
    wrong = sign_in(client, ann, "wrong horse battery")
    unknown = client.post("/account/sign-in/", {"login": "nobody@example.com", "password": "wrong horse battery"})

    said = "E-mail and password do not match"
    assert wrong.status_code == unknown.status_code == 200
    assert said in wrong.content.decode()
    assert said in unknown.content.decode()
    assert not is_signed_in(client)


def test_a_mailbox_that_is_not_proven_cannot_sign_in(client, ann, mailoutbox):
    EmailAddress.objects.create(user=ann, email=ann.email, primary=True, verified=False)

    response = sign_in(client, ann)

    assert response["Location"] == "/account/confirm/"
    assert not is_signed_in(client)
    assert [mail.to for mail in mailoutbox] == [[ann.email]]
    link = next(line for line in mailoutbox[0].body.splitlines() if "/account/confirm/" in line)
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get(user=ann).verified
    assert client.post(link).status_code == 302
    assert sign_in(client, ann)["Location"] == "/"


def test_a_blocked_account_is_told_so_only_with_its_password(client, ann, confirmed):
    confirmed(ann)
    ann.is_active = False
    ann.save()

    assert "do not match" in sign_in(client, ann, "wrong horse battery").content.decode()
    assert sign_in(client, ann)["Location"] == "/account/blocked/"
    assert "This account is blocked" in client.get("/account/blocked/").content.decode()


def test_the_sixth_wrong_password_meets_a_page_that_says_when_to_try_again(client, browser, ann, confirmed):
    confirmed(ann)
    with time_machine.travel(NOON, tick=False) as clock:
        assert [sign_in(client, ann, "wrong horse battery").status_code for _ in range(6)] == [200] * 5 + [429]
        blocked = sign_in(client, ann)
        assert blocked.status_code == 429
        assert "15 minutes" in blocked.content.decode()
        assert blocked["Retry-After"] == "900"
        assert sign_in(browser, ann, REMOTE_ADDR="203.0.113.9").status_code == 429

        clock.shift(timedelta(minutes=16))
        assert sign_in(client, ann).status_code == 302


def test_somebody_elsewhere_is_not_locked_out_by_wrong_passwords(client, browser, ann, confirmed):
    confirmed(ann)
    for _ in range(6):
        sign_in(client, ann, "wrong horse battery")

    response = browser.post(
        "/account/sign-in/", {"login": ann.email, "password": "correct horse battery"}, REMOTE_ADDR="203.0.113.9"
    )

    assert response["Location"] == "/"


def test_right_passwords_do_not_count(client, ann, confirmed):
    confirmed(ann)
    for _ in range(8):
        assert sign_in(client, ann).status_code == 302
        client.post("/account/sign-out/")

    assert set(FailedAttempts.objects.values_list("count", flat=True)) == {0}


def test_a_sign_in_from_a_new_device_is_a_fact_and_the_first_is_not(client, browser, ann, confirmed):
    confirmed(ann)
    sign_in(client, ann)
    client.post("/account/sign-out/")
    sign_in(client, ann)
    assert "people.signed_in_anew" not in kinds()

    sign_in(browser, ann)

    with every_tenant("look at what was recorded"):
        entry = Activity.objects.get(kind="people.signed_in_anew")
    assert entry.payload == {"user_id": ann.pk, "device": "Firefox, Linux"}
    assert (entry.merchant_id, entry.actor_label) == (None, "Ann")


@pytest.mark.parametrize(
    ("remember", "away", "stays"),
    [
        ("", timedelta(hours=2, minutes=59), True),
        ("", timedelta(hours=3, minutes=1), False),
        ("on", timedelta(days=13), True),
        ("on", timedelta(days=15), False),
    ],
)
def test_a_session_ends_when_nobody_uses_it(client, ann, confirmed, remember, away, stays):
    confirmed(ann)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, ann, **({"remember": remember} if remember else {}))
        clock.shift(away)
        assert is_signed_in(client) is stays


def test_a_session_ends_after_half_a_day_however_busy(client, ann, confirmed):
    confirmed(ann)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, ann)
        for _ in range(6):
            clock.shift(timedelta(hours=2))
            assert is_signed_in(client)
        clock.shift(timedelta(minutes=1))
        assert not is_signed_in(client)


def test_a_moderators_session_is_short_even_if_remembered(client, mo, confirmed):
    confirmed(mo)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, mo, remember="on")
        clock.shift(timedelta(minutes=29))
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=31))
        assert not is_signed_in(client)


def test_signing_in_leads_back_only_to_our_own_pages(client, ann, confirmed):
    confirmed(ann)
    there = client.post(
        "/account/sign-in/?next=/account/sessions/",
        {"login": ann.email, "password": "correct horse battery", "next": "/account/sessions/"},
    )
    assert there["Location"] == "/account/sessions/"
    client.post("/account/sign-out/")

    away = client.post(
        "/account/sign-in/",
        {"login": ann.email, "password": "correct horse battery", "next": "https://evil.example/"},
    )
    assert away["Location"] == "/"


def test_there_is_no_bare_sign_up(client, db):
    assert client.get("/account/signup/").status_code == 404
