"""What the live stream says: each person's own counts, from sessions that are still good, and what is to be done."""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts.activity.log import record
from accounts.models import Membership
from analytics.forecasts.events import DriftOver
from config.management.commands.serve import live_url
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from notifications.inbox.actions import mark, tell
from notifications.inbox.queries import inbox_of
from notifications.live.queries import STAFF_SIDE, changed_since, open_sessions, person_of, states_of
from notifications.live.rules import RETRY, frame, greeting, number_of, origin_of
from notifications.staffbox.actions import put, settle, wake
from notifications.staffbox.doing import finish, open_rows, snooze
from notifications.staffbox.kinds import staff_kind
from notifications.staffbox.queries import notices_of
from tests import factories

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
INVITED = {"by": "Ben", "role": "manager"}


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def key(ann, client):
    client.force_login(ann)
    return client.session.session_key


def test_a_session_is_somebodys_until_it_ends(ann, client, key):
    assert person_of(key) == ann.pk
    assert open_sessions([key, "made-up"]) == {key}
    assert person_of("made-up") is None
    client.logout()
    assert person_of(key) is None
    assert open_sessions([key]) == set()


def test_a_session_that_ran_out_or_of_a_blocked_person_is_nobodys(ann, key):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert (person_of(key), open_sessions([key])) == (None, set())
    Session.objects.update(expire_date=timezone.now() + timedelta(hours=1))
    ann.is_active = False
    ann.save()
    assert person_of(key) is None


def test_the_state_is_ones_own_by_shop_and_topic(shop, rival, ann, ben, cleo):
    with every_tenant("Ann works in two shops"):
        Membership.objects.create(merchant=rival, user=ann, role="owner")
    with tenant(shop):
        tell("order-late", key="a", params=LATE)
        tell("member-invited", key="b", params=INVITED)
    with tenant(rival):
        tell("member-invited", key="c", params=INVITED)
    states = states_of({ann.pk: None, ben.pk: None})
    assert {slug: one["unread"] for slug, one in states[ann.pk]["shops"].items()} == {"luming": 2, "qingyun": 1}
    assert states[ann.pk]["shops"]["luming"]["topics"] == {"orders": 1, "team-and-imports": 1}
    assert {slug: one["unread"] for slug, one in states[ben.pk]["shops"].items()} == {"luming": 1}
    assert states[ann.pk]["act"] == []


def test_what_is_to_be_done_today_is_told_with_where_it_leads(shop, ann):
    before = timezone.now()
    with tenant(shop):
        tell("order-late", key="a", params=LATE)
        tell("member-invited", key="b", params=INVITED)
    (act,) = states_of({ann.pk: before})[ann.pk]["act"]
    assert (act["title"], act["shop"]) == ("Order 10001 is late", "luming")
    assert act["href"].startswith("/m/luming/orders/")
    assert states_of({ann.pk: timezone.now()})[ann.pk]["act"] == []


def test_a_change_is_seen_and_costs_one_query_for_everybody(shop, ann, ben, django_assert_num_queries):
    moment = timezone.now()
    with tenant(shop):
        tell("order-late", key="a", params=LATE)
    with django_assert_num_queries(1):
        first = changed_since(moment)
    assert set(first) == {ann.pk, ben.pk}
    with tenant(shop):
        mark(inbox_of(ann.pk), state="read")
    assert changed_since(moment)[ann.pk] != first[ann.pk]
    assert changed_since(timezone.now()) == {}


@pytest.fixture
def mia(db, settings):
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(name="Mia", email="mia@example.com", staff_role="moderator", language="en")


def escalated(shop, mia, number: int = 1) -> None:
    params = {"complaint_id": number, "number": f"C-{number}", "topic": "damaged", "because": "buyer"}
    params |= {"due": LATE["due"], "shop": shop.name}
    with tenant(shop):
        put(staff_kind("complaint-escalated"), str(number), params, [mia], at=timezone.now())


def test_staff_hear_of_their_inbox_as_members_of_theirs(shop, ann, mia):
    before = timezone.now()
    escalated(shop, mia)
    state = states_of({mia.pk: before, ann.pk: before})
    assert state[mia.pk]["shops"][STAFF_SIDE]["unread"] == 1
    (act,) = state[mia.pk]["act"]
    assert (act["shop"], act["href"]) == (STAFF_SIDE, reverse("staff-complaint", args=[1]))
    assert "C-1" in act["title"]
    assert STAFF_SIDE not in state[ann.pk]["shops"]


def test_staff_who_still_owe_their_second_factor_hear_nothing(shop, mia, settings):
    settings.STAFF_MFA_REQUIRED = True
    escalated(shop, mia)
    assert states_of({mia.pk: timezone.now() - timedelta(minutes=1)})[mia.pk] == {"shops": {}, "act": []}


def test_whatever_is_done_with_a_notice_of_staff_is_a_change(shop, mia, time_machine):
    """Told, read, put off, woken, handled: each is seen by whoever looks at what changed since."""
    time_machine.move_to(datetime(2026, 6, 4, 10, tzinfo=UTC), tick=False)
    escalated(shop, mia)

    def seen(what) -> bool:
        moment = timezone.now()
        time_machine.shift(60)
        what()
        return mia.pk in changed_since(moment)

    mine = notices_of(mia)
    assert not seen(lambda: None)
    assert seen(lambda: escalated(shop, mia, 2))
    assert seen(lambda: open_rows(mine.filter(key="1")))
    assert seen(lambda: snooze(mine.filter(key="1"), until=timezone.now() + timedelta(seconds=30)))
    assert seen(lambda: wake(timezone.now()))
    assert seen(lambda: finish(mine.filter(key="1"), by=mia))
    with tenant(shop):
        time_machine.shift(60)
        decided = record(
            DriftOver(
                run_id=1, subject_name="orders", since="2026-06-01", reason="level", inside=0.8, points=28, widening=1
            ),
            actor=SYSTEM,
        )
        assert seen(lambda: settle("complaint-escalated", by=decided, key="2"))
    assert not seen(lambda: None)


def test_pages_of_staff_open_the_stream_too(mia, as_user, settings):
    settings.LIVE_URL = "http://127.0.0.1:8001/live"
    offered = f'<meta name="live" content="{settings.LIVE_URL}" data-shop="" data-person="{mia.pk}">'
    client = as_user(mia)
    assert offered in client.get(reverse("staff-inbox")).text
    assert '<meta name="live"' not in client.get(reverse("account-profile")).text


def test_what_goes_over_the_line():
    sent = frame({"shops": {}, "say": "收件箱"}, number=7).decode()
    assert sent.startswith("id: 7\nevent: inbox\ndata: ")
    assert sent.endswith("\n\n")
    assert json.loads(sent.split("data: ")[1]) == {"shops": {}, "say": "收件箱"}
    waits = {int(greeting(Random(seed)).split()[1]) for seed in range(50)}
    assert len(waits) > 40
    assert RETRY[0] <= min(waits) <= max(waits) <= RETRY[1]


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("", None), ("x", None), ("-1", None), ("9" * 20, None)])
def test_a_made_up_event_id_is_none(text, number):
    assert number_of(text) == number


def test_the_origin_of_an_address():
    assert origin_of("https://shop.example/live") == "https://shop.example"
    assert origin_of("") == ""


def test_the_stream_is_offered_on_a_free_port_and_not_behind_a_proxy():
    assert live_url("https://shop.example", 8000, "127.0.0.1") == ""
    assert live_url("http://127.0.0.1:9000", 8000, "127.0.0.1") == ""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1] - 1
        found = live_url(f"http://127.0.0.1:{port}", port, "127.0.0.1")
        assert found.endswith("/live")
        assert f":{port + 1}/" not in found


def test_with_pages_alone_no_stream_is_asked_for_and_the_badge_asks_now_and_then(shop, ann, as_user, settings):
    """gunicorn without `manage.py live` and without LIVE_URL: a stream would hold one of its few threads."""
    settings.LIVE_URL = ""
    client = as_user(ann)
    answer = client.get(reverse("inbox", args=[shop.slug]))
    page = answer.content.decode()
    assert '<meta name="live"' not in page
    badge = re.search(r'<[^>]*id="inbox-count"[^>]*>', page)[0]
    assert f'hx-get="{reverse("inbox-count", args=[shop.slug])}"' in badge
    assert "every 20s" in badge
    assert client.get("/live").status_code == 404
    settings.LIVE_URL = "http://127.0.0.1:8001/live"
    assert '<meta name="live" content="http://127.0.0.1:8001/live"' in client.get(answer.request["PATH_INFO"]).text
