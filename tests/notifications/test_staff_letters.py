"""Mails to staff carry the way to stop them: by a button, or by a mail program's one request."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.tenancy import every_tenant, tenant
from notifications.models import Mail, StaffChoice, StaffNotice
from notifications.staffbox.actions import put
from notifications.staffbox.kinds import staff_kind
from notifications.staffbox.letters import stop_token
from tests import factories

DRIFT = {"subject": "orders", "category": "", "run_id": 1, "subject_name": "orders", "since": "2026-06-01"}
DRIFT |= {"reason": "level", "inside": 0.4, "points": 28, "widening": 1.6}


@pytest.fixture
def ada(db):
    return factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin", language="zh-hans")


def told(shop, user, key: str) -> None:
    with tenant(shop):
        put(staff_kind("forecast-drift"), key, DRIFT, [user], at=shop.applied_at)


def mails() -> list[Mail]:
    with every_tenant("a mail to staff belongs to no shop"):
        return list(Mail.objects.filter(to="ada@example.com"))


def test_the_headers_name_an_address_that_stops_that_kind_in_one_request(shop, ada):
    told(shop, ada, "a")
    (letter,) = mails()
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<https?://[^/]+(/stop/staff/[^>]+)>", letter.headers["List-Unsubscribe"])[1]
    assert address in letter.text
    assert address in letter.html

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    told(shop, ada, "b")

    assert len(mails()) == 1
    assert StaffNotice.objects.filter(user=ada).count() == 2, "the inbox stays as it is"


def test_the_link_asks_first_in_the_language_of_the_reader(shop, ada, client):
    link = reverse("staff-stop", args=[stop_token(ada.pk, "forecast-drift", "complaint-escalated")])
    page = client.get(link).content.decode()
    assert "这些类型的邮件" in page
    assert not StaffChoice.objects.exists()

    client.post(link)

    assert dict(StaffChoice.objects.values_list("kind", "mail")) == {
        "forecast-drift": "off",
        "complaint-escalated": "off",
    }
    assert all(StaffChoice.objects.values_list("inbox", flat=True))


def test_a_kind_that_was_muted_stays_muted(ada, client):
    StaffChoice.objects.create(user=ada, kind="forecast-drift", inbox=False, mail="now")
    client.post(reverse("staff-stop", args=[stop_token(ada.pk, "forecast-drift")]))
    assert StaffChoice.objects.values_list("inbox", "mail").get() == (False, "off")


@pytest.mark.parametrize("left", ["gone", "no staff"])
def test_who_left_the_staff_has_no_such_page(ada, client, left):
    link = reverse("staff-stop", args=[stop_token(ada.pk, "forecast-drift")])
    if left == "gone":
        ada.is_active = False
    else:
        ada.staff_role = ""
    ada.save()
    assert client.post(link).status_code == 404


def test_a_made_up_link_or_kind_stops_nothing(ada, client):
    token = stop_token(ada.pk, "forecast-drift")
    for wrong in (token[:-1] + ("x" if token[-1] != "x" else "y"), stop_token(ada.pk, "no-such-kind")):
        assert client.post(reverse("staff-stop", args=[wrong])).status_code == 404
    assert not StaffChoice.objects.exists()
