"""A link out of a mail or chat leads to the action, and counts as opening the notification of who follows it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Membership
from core.tenancy import every_tenant, tenant
from notifications.channels.models import Dispatch
from notifications.channels.queries import message_of
from notifications.channels.senders.message import Message, Target
from notifications.channels.senders.sms import Sms
from notifications.inbox.actions import mark, snooze, tell, tell_person, tell_staff
from notifications.inbox.links import link_to
from notifications.inbox.models import Notification
from notifications.mail.models import Mail
from notifications.staffbox.models import StaffNotice
from notifications.usefulness.queries import measured
from tests import factories
from tests.notifications.channels_kit import channel_to
from tests.notifications.test_inbox_kinds import SAMPLES

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
ORDER = "/m/luming/orders/10001/"


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


def link_in(text: str) -> str:
    """The way through the inbox that stands in a mail, without our host."""
    return re.findall(rf"{django_settings.BASE_URL}(/inbox/to/\S+)", unescape(text))[0].rstrip('"')


@pytest.fixture
def both(shop, ann, ben):
    """Ann and Ben are told of a late order, each with a mail; the link of Ann's."""
    with every_tenant("build the cast"):
        Membership.objects.filter(user=ben).update(role="manager")
    with tenant(shop):
        tell("order-late", key="a", params=LATE)
        yield link_in(Mail.objects.get(to="ann@example.com").text)


def noted() -> dict[str, tuple[str, bool]]:
    with every_tenant("look"):
        rows = Notification.objects.values_list("user__name", "state", "opened_at").order_by("pk")
        return {name: (state, opened is not None) for name, state, opened in rows}


def test_following_the_link_opens_ones_own_and_leads_to_the_action(both, ann, as_user, shop):
    client = as_user(ann)
    answer = client.get(both)
    assert (answer.status_code, answer["Location"]) == (302, ORDER)
    assert noted() == {"Ann": ("read", True), "Ben": ("unread", False)}
    first = Notification.objects.get(user=ann).opened_at
    assert client.get(both)["Location"] == ORDER
    assert Notification.objects.get(user=ann).opened_at == first
    [use] = measured(timezone.now(), shop.working_time)
    assert (use.told, use.opened, use.acted) == (2, 1, 0)
    assert link_in(Mail.objects.get(to="ann@example.com").html) == both


def test_what_looks_at_the_links_of_a_mail_notes_nothing(both, ann, as_user, client):
    answer = client.get(both)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [both]
    as_user(ann).get(both, headers={"Sec-Purpose": "prefetch;prerender"})
    as_user(ann).head(both)
    assert noted() == {"Ann": ("unread", False), "Ben": ("unread", False)}


def test_a_stranger_is_led_on_and_changes_nothing(both, cleo, as_user):
    client = as_user(cleo)
    assert client.get(both)["Location"] == ORDER
    assert client.get(ORDER).status_code == 404
    assert noted() == {"Ann": ("unread", False), "Ben": ("unread", False)}


def test_it_brings_nothing_back_and_wakes_nothing(both, ann, ben, as_user):
    mark(Notification.objects.filter(user=ann), state="archived")
    snooze(Notification.objects.filter(user=ben), until=timezone.now() + timedelta(days=1))
    for person in (ann, ben):
        as_user(person).get(both)
    assert noted() == {"Ann": ("archived", True), "Ben": ("unread", True)}
    assert Notification.objects.get(user=ben).snoozed_until is not None


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "/\\evil.example"]
)
def test_nobody_can_make_it_lead_away(both, ann, as_user, to):
    query = parse_qs(urlsplit(both).query)
    forged = urlencode({"to": to, "fact": query["fact"][0], "sign": query["sign"][0]})
    assert as_user(ann).get(f"/inbox/to/?{forged}").status_code == 404
    assert noted()["Ann"] == ("unread", False)


def test_an_unsigned_link_leads_to_our_page_and_notes_nothing(both, ann, as_user):
    answer = as_user(ann).get(both.replace("sign=", "sign=x"))
    assert answer["Location"] == ORDER
    assert as_user(ann).get("/inbox/to/")["Location"] == "/inbox/"
    assert noted()["Ann"] == ("unread", False)


def test_the_same_fact_told_as_another_kind_is_opened_too(shop, ann, as_user):
    with tenant(shop):
        tell("return-settle-due", key="R-1", params=SAMPLES["return-settle-due"][0])
    link = link_to("/m/luming/returns/R-1/", merchant_id=shop.pk, kind="return-due", key="R-1")
    as_user(ann).get(link.removeprefix(django_settings.BASE_URL))
    assert noted() == {"Ann": ("read", True)}


def test_what_concerns_the_account_is_opened_in_every_shop(shop, rival, ann, as_user):
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=rival, user=ann, role="owner")
    tell_person(ann, "sign-in", key="1", params={"device": "Firefox", "at": LATE["due"]}, by_mail=True)
    with every_tenant("look"):
        link = link_in(Mail.objects.get(to="ann@example.com").text)
    as_user(ann).get(link)
    with every_tenant("look"):
        assert Notification.objects.filter(opened_at__isnull=False, state="read").count() == 2


def test_a_mail_to_staff_opens_what_lies_in_their_inbox(shop, as_user):
    mia, noel = (factories.UserFactory(email=f"{name}@example.com", staff_role="admin") for name in ("mia", "noel"))
    with tenant(shop):
        params = SAMPLES["forecast-drift"][0]
        tell_staff("forecast-drift", key="1", params=params, word="operations.view")
    with every_tenant("look"):
        link = link_in(Mail.objects.get(to="mia@example.com").text)
    as_user(mia).get(link)
    assert (StaffNotice.objects.get(user=mia).state, StaffNotice.objects.get(user=noel).state) == ("read", "unread")
    assert StaffNotice.objects.get(user=mia).opened_at is not None


def test_the_link_in_a_chat_opens_the_notification_of_who_follows_it(shop, ann, ben, as_user):
    with tenant(shop):
        channel, _ = channel_to("https://hooks.example.com/x", kinds=["order-late"])
        tell("order-late", key="a", params=LATE)
        message = message_of(Dispatch.objects.get(), channel, shop)
    as_user(ann).get(message.link.removeprefix(django_settings.BASE_URL))
    assert noted()["Ann"] == ("read", True)


def test_a_text_message_is_cut_in_its_words_and_not_in_its_link():
    link = "https://shop.example/inbox/to/?" + "x" * 150
    long = Message("1", "order-late", timezone.now(), "Luming", "Order " * 60, "", link)
    said = Sms().request(Target("+8613800138000"), long, timezone.now()).body.decode()
    assert said.endswith(link)
    assert len(said.partition(": ")[2]) == 300
