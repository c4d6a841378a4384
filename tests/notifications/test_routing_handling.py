"""What one person does about a fact: when they looked, when they acted, and that it is handled for all."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.activity.log import record
from accounts.models import Membership
from core.tenancy import every_tenant, tenant
from ecommerce.complaints.events import ComplaintAnswered
from ecommerce.complaints.models import Complaint
from notifications.inbox.actions import put_away_stale, settle, tell
from notifications.inbox.models import Notification
from notifications.inbox.queries import inbox_of
from tests import factories
from tests.queue import run_tasks

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
INVITED = {"by": "Ben", "role": "manager"}
HTMX = {"HX-Request": "true", "HX-Target": "results"}
INBOX = "/m/luming/inbox/"
MARK = f"{INBOX}mark/"


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def late(scope, ann, ben):
    tell("order-late", key="a", params=LATE)


def of(user, kind: str = "order-late") -> Notification:
    return inbox_of(user.pk).select_related("handled_by").get(kind=kind)


def undo_of(answer) -> str:
    return json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]


@pytest.mark.parametrize("way", ["dialog", "read", "snooze", "api-less mark of all"])
def test_the_first_look_is_noted_once(late, ann, ben, as_user, way):
    client = as_user(ann)
    doing = {
        "dialog": lambda: client.post(f"{INBOX}{of(ann).pk}/do/", {"do": "open"}, headers=HTMX),
        "read": lambda: client.post(MARK, {"do": f"read:{of(ann).pk}"}),
        "snooze": lambda: client.post(MARK, {"do": f"snooze-hours:{of(ann).pk}"}),
        "api-less mark of all": lambda: client.post(MARK, {"do": "read", "all": "1"}),
    }[way]
    assert of(ann).opened_at is None
    assert doing().status_code in (204, 302)
    first = of(ann).opened_at
    assert isinstance(first, datetime)
    with time_machine.travel(first + timedelta(hours=1)):
        client.post(MARK, {"do": f"unread:{of(ann).pk}"})
        doing()
    assert (of(ann).opened_at, of(ann).acted_at, of(ben).opened_at) == (first, None, None)


def test_reading_a_page_writes_nothing_and_says_how_the_look_is_noted(late, ann, as_user):
    page = as_user(ann).get(f"{INBOX}{of(ann).pk}/").content.decode()
    assert of(ann).opened_at is None
    assert 'hx-trigger="load"' in page
    as_user(ann).post(f"{INBOX}{of(ann).pk}/do/", {"do": "open"})
    assert 'hx-trigger="load"' not in as_user(ann).get(f"{INBOX}{of(ann).pk}/").content.decode()


@pytest.mark.parametrize("from_list", [True, False])
def test_following_the_action_is_noted_as_acting(late, ann, ben, as_user, from_list):
    pk = of(ann).pk
    if from_list:
        as_user(ann).post(f"{MARK}?tab=unread", {"do": f"follow:{pk}"})
    else:
        as_user(ann).post(f"{INBOX}{pk}/do/", {"do": "follow"})
    row = of(ann)
    assert (row.state, row.opened_at is not None, row.acted_at is not None) == ("read", True, True)
    assert (of(ben).state, of(ben).acted_at) == ("unread", None)


def test_done_by_one_is_handled_for_all_and_undone_for_all(late, rival, ann, ben, as_user):
    dora = factories.UserFactory(name="Dora")
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=rival, user=dora, role="owner")
        Membership.objects.create(merchant=of(ann).merchant, user=dora, role="manager")
    tell("order-late", key="a", params=LATE)
    with tenant(rival):
        tell("order-late", key="a", params=LATE)
    as_user(ben).post(MARK, {"do": f"read:{of(ben).pk}"})
    answer = as_user(ann).post(MARK, {"do": f"archive:{of(ann).pk}"}, headers=HTMX)
    assert (of(ann).state, of(ann).handled_by) == ("archived", None)
    assert of(ann).acted_at is not None
    assert [(of(one).state, of(one).handled_by) for one in (ben, dora)] == [("handled", ann)] * 2
    with tenant(rival):
        assert of(dora).state == "unread"
    page = as_user(ben).get(f"{INBOX}?tab=archive").content.decode()
    assert "Handled by Ann" in page
    assert "Handled by Ann" in as_user(ben).get(f"{INBOX}{of(ben).pk}/").content.decode()

    as_user(ann).post(undo_of(answer))
    assert [(of(one).state, of(one).handled_by) for one in (ann, ben, dora)] == [
        ("unread", None), ("read", None), ("unread", None),
    ]  # fmt: skip
    assert of(ann).acted_at is None


def test_in_chinese_it_says_who_handled_it(late, ann, ben, as_user):
    as_user(ann).post(MARK, {"do": f"archive:{of(ann).pk}"})
    ben.language = "zh-hans"
    ben.save()
    assert (
        "已由 Ann 处理"
        in as_user(ben).get(f"{INBOX}?tab=archive", headers={"Accept-Language": "zh-hans"}).content.decode()
    )


def test_putting_away_what_is_only_good_to_know_is_ones_own_affair(scope, ann, as_user):
    dora = factories.UserFactory(name="Dora")
    Membership.objects.create(user=dora, role="owner")
    tell("member-invited", key="b", params=INVITED)
    as_user(ann).post(MARK, {"do": "archive", "all": "1"})
    assert (of(ann, "member-invited").state, of(dora, "member-invited").state) == ("archived", "unread")


def test_what_ones_colleague_put_away_before_stays_so(late, ann, ben, as_user):
    as_user(ben).post(MARK, {"do": f"archive:{of(ben).pk}"})
    answer = as_user(ann).post(MARK, {"do": f"restore:{of(ann).pk}"}, headers=HTMX)
    assert answer.status_code == 200
    assert (of(ann).state, of(ann).handled_by) == ("read", None)
    as_user(ann).post(MARK, {"do": f"archive:{of(ann).pk}"})
    assert (of(ben).state, of(ben).handled_by) == ("archived", None)


def test_time_alone_handles_nothing_for_others(late, ann, ben):
    Notification.objects.filter(user=ann).update(at=timezone.now() - timedelta(days=400))
    put_away_stale(timezone.now())
    assert (of(ann).state, of(ann).acted_at, of(ben).state) == ("archived", None, "unread")


def test_over_all_shops_done_is_done_in_each(late, rival, ann, ben, as_user):
    with every_tenant("Ann works in two shops"):
        Membership.objects.create(merchant=rival, user=ann, role="owner")
        eva = factories.UserFactory(name="Eva")
        Membership.objects.create(merchant=rival, user=eva, role="manager")
    with tenant(rival):
        tell("order-late", key="z", params=LATE)
    as_user(ann).post("/inbox/mark/", {"do": "archive", "all": "1"})
    assert (of(ben).state, of(ben).handled_by) == ("handled", ann)
    with tenant(rival):
        assert (of(eva).state, of(eva).handled_by) == ("handled", ann)


def test_what_somebody_did_settles_it_in_their_name(scope, ann):
    dora = factories.UserFactory(name="Dora")
    Membership.objects.create(user=dora, role="support")
    due = timezone.now() + timedelta(days=2)
    row = Complaint.objects.create(number="C-7", subject="Broken", topic="damaged", due_at=due)
    params = {"number": "C-7", "topic": "damaged", "due": due.isoformat(), "refund": "", "currency": "CNY"}
    tell("complaint-opened", key=str(row.pk), params=params)
    fact = {"complaint_id": row.pk, "number": "C-7", "topic": "damaged", "state": "answered"}
    record(ComplaintAnswered(**fact, due_at=due.isoformat()), actor=dora.actor, subject=row)
    run_tasks()
    mine, anns = of(dora, "complaint-opened"), of(ann, "complaint-opened")
    assert (mine.state, anns.state, anns.handled_by) == ("handled", "handled", dora)
    assert mine.acted_at is not None
    assert anns.acted_at is None


def test_staff_of_the_platform_are_not_named_to_a_shop(late, ann, mo):
    order = factories.OrderFactory()
    entry = record(
        ComplaintAnswered(complaint_id=1, number="C", topic="other", state="answered", due_at=""),
        actor=mo.actor,
        subject=order,
    )
    settle("order-late", key="a", by=entry)
    assert (of(ann).state, of(ann).handled_by) == ("handled", None)


def test_it_says_why_one_gets_it(late, ann, ben, as_user):
    said = {
        "role": "People in this role deal with it.",
        "care": "You look after what it is about.",
        "own": "It is about something you started.",
        "deputy": "You stand in for somebody who is away.",
        "escalated": "Nobody who was told before you opened it in time.",
    }
    for reason, words in said.items():
        Notification.objects.update(reason=reason)
        assert words in as_user(ann).get(f"{INBOX}{of(ann).pk}/").content.decode()
    bens = Membership.objects.get(user=ben)
    as_user(ann).post(f"{INBOX}{of(ann).pk}/do/", {"do": "assign", "to": bens.pk}, headers=HTMX)
    assert of(ben).reason == "assigned"
    assert "Ann passed it on to you." in as_user(ben).get(f"{INBOX}{of(ben).pk}/").content.decode()


def test_a_figure_that_grows_opens_it_again_for_all(scope, ann, ben, as_user):
    tell("order-late", key="a", params=LATE, grows="count")
    as_user(ann).post(MARK, {"do": f"archive:{of(ann).pk}"})
    tell("order-late", key="a", params={**LATE, "count": 5}, grows="count")
    assert [(of(one).state, of(one).handled_by, of(one).acted_at) for one in (ann, ben)] == [("unread", None, None)] * 2
