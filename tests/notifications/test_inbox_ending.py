"""What is over before it was sent is not sent, and the logs say that it was no longer needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from notifications.channels import outgoing
from notifications.channels.actions import send_again
from notifications.channels.models import Dispatch
from notifications.channels.sending import send
from notifications.digests.tasks import mail_digests
from notifications.inbox.actions import choose, set_mail_times, settle, settle_like, settle_others, tell
from notifications.inbox.doing import finish, reopen
from notifications.inbox.models import Waiting
from notifications.inbox.queries import inbox_of
from notifications.mail.models import Mail
from notifications.mail.sending import send_mail
from tests.notifications.channels_kit import channel_to, hurry, only
from tests.notifications.receiver import Receiver
from tests.queue import run_tasks

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
REVIEW = {"review_id": 7, "stars": 1, "product": "Lamp", "verified": False}
NIGHT = datetime(2026, 6, 5, 20, tzinfo=UTC)  # four in the morning in Shanghai


@pytest.fixture(autouse=True)
def _here(settings):
    settings.CHANNELS_PRIVATE_ADDRESSES = settings.DEMO = True
    settings.EMAIL_URL = ""


@pytest.fixture
def far():
    receiver = Receiver()
    yield receiver
    receiver.down()


@pytest.fixture
def told(scope, ann, ben, far):
    """A late order, told to Ann and Ben and to a channel that has not been sent it yet."""
    Membership.objects.filter(user=ben).update(role="manager")
    channel_to(far.url, kinds=["order-late", "review-low"])
    tell("order-late", key="a", params=LATE)
    return far


def mails() -> dict[str, str]:
    with every_tenant("look"):
        return dict(Mail.objects.order_by("pk").values_list("to", "state"))


def test_what_is_settled_before_it_was_sent_is_sent_nowhere(told, ann, as_user):
    settle("order-late", key="a")
    run_tasks()
    assert told.got == []
    assert (only().state, only().next_try, only().attempts) == ("needless", None, 0)
    assert mails() == {"ann@example.com": "needless", "ben@example.com": "needless"}
    log = as_user(ann).get(reverse("dispatch-list", args=["luming"])).content.decode()
    assert "No longer needed" in log
    outbox = as_user(ann).get(reverse("mail-list", args=["luming"])).content.decode()
    assert outbox.count("No longer needed") >= 2
    one = as_user(ann).get(reverse("mail-detail", args=["luming", Mail.objects.first().pk])).content.decode()
    assert "before it was sent" in one


def test_other_facts_are_sent_all_the_same(told):
    tell("order-late", key="b", params=LATE)
    tell("review-low", key="a", params=REVIEW)
    settle("order-late", key="a")
    run_tasks()
    assert sorted(Dispatch.objects.values_list("fact", "state")) == [
        ("order-late:a", "needless"),
        ("order-late:b", "sent"),
        ("review-low:a", "sent"),
    ]
    assert Mail.objects.filter(state="sent").count() == 4


@pytest.mark.parametrize("how", ["like", "others"])
def test_many_facts_may_be_over_at_once(told, how):
    tell("order-late", key="b", params=LATE)
    (settle_like("order-late", beginning="a") if how == "like" else settle_others("order-late", key="b"))
    assert sorted(Dispatch.objects.values_list("fact", "state")) == [
        ("order-late:a", "needless"),
        ("order-late:b", "queued"),
    ]
    assert Mail.objects.filter(state="needless").count() == 2


def test_another_shops_fact_of_the_same_name_is_not_touched(told, rival, cleo):
    with tenant(rival):
        tell("order-late", key="a", params=LATE)
    settle("order-late", key="a")
    assert mails()["cleo@example.com"] == "queued"


def test_what_one_member_marked_done_is_sent_to_nobody_until_it_is_taken_back(told, ann, ben):
    send_mail(Mail.objects.get(to="ann@example.com").pk)
    finish(inbox_of(ann.pk), by=ann)
    assert (only().state, mails()["ann@example.com"], mails()["ben@example.com"]) == ("needless", "sent", "needless")
    reopen(inbox_of(ann.pk), state="unread", by=ann)
    run_tasks()
    assert (only().state, only().settled_at, len(told.got)) == ("sent", None, 1)


def test_a_delivery_that_failed_is_not_tried_again_once_it_is_over(told):
    told.answers = [(500, {}, b"oops")]
    run_tasks()
    assert (only().state, only().attempts) == ("queued", 1)
    settle("order-late", key="a")
    hurry()
    send(only().pk)
    assert (only().state, len(told.got)) == ("needless", 1)


def test_one_that_is_over_while_it_is_on_the_line_is_not_tried_again(told):
    """Nor is one whose sender died there."""
    Dispatch.objects.update(state="sending", attempts=1, next_try=timezone.now() - timedelta(seconds=1))
    settle("order-late", key="a")
    assert (only().state, only().settled_at is not None) == ("sending", True)
    send(only().pk)
    assert (only().state, only().attempts, told.got) == ("needless", 1, [])


def test_an_attempt_that_fails_after_it_is_over_is_the_last(told, monkeypatch):
    told.answers = [(500, {}, b"oops")]
    real = outgoing.post

    def over_meanwhile(request):
        settle("order-late", key="a")
        return real(request)

    monkeypatch.setattr(outgoing, "post", over_meanwhile)
    run_tasks()
    assert (only().state, only().attempts, only().answer, only().next_try) == ("needless", 1, "oops", None)


def test_it_can_be_sent_all_the_same_by_hand(told):
    settle("order-late", key="a")
    send_again(only(), actor=SYSTEM)
    run_tasks()
    assert (only().state, len(told.got)) == ("sent", 1)


def test_what_comes_true_again_is_sent(told, ann):
    settle("order-late", key="a")
    tell("order-late", key="a", params=LATE)
    assert only().state == "needless", "told twice by a handler that runs twice"
    tell("order-late", key="a", params={**LATE, "count": 2}, grows="count")
    run_tasks()
    assert (only().state, told.json()["figures"]["count"]) == ("sent", 2)


def test_a_mail_that_waits_in_quiet_hours_is_not_sent_and_the_log_says_why(scope, ann, as_user):
    ann.time_zone, ann.language = "Asia/Shanghai", "zh-hans"
    ann.save()
    set_mail_times(ann, quiet_from=22, quiet_until=7, digest_hour=8, actor=ann.actor)
    with time_machine.travel(NIGHT, tick=False):
        tell("review-low", key="7", params=REVIEW)
        assert (Waiting.objects.get().due_at, mails()) == (NIGHT + timedelta(hours=3), {})
        settle("review-low", key="7")
    with time_machine.travel(NIGHT + timedelta(hours=4), tick=False):
        mail_digests()
    mail = Mail.objects.get()
    assert (mail.state, mail.to, mail.created_at, mail.text, mail.next_try) == (
        "needless", "ann@example.com", NIGHT, "", None,
    )  # fmt: skip
    assert "Lamp" in mail.subject


def test_a_summary_has_one_item_less_and_the_log_no_mail_more(scope, ann):
    choose(ann, [("review-low", True, "daily")], actor=ann.actor)
    tell("review-low", key="7", params=REVIEW)
    settle("review-low", key="7")
    assert (Waiting.objects.get().due_at, mails()) == (None, {})


def test_who_takes_a_kind_by_mail_alone_hears_nothing_of_what_a_colleague_did(scope, ann, ben):
    Membership.objects.filter(user=ben).update(role="manager")
    choose(ben, [("order-late", False, "daily")], actor=ben.actor)
    choose(ann, [("order-late", True, "daily")], actor=ann.actor)
    tell("order-late", key="a", params=LATE)
    finish(inbox_of(ann.pk), by=ann)
    assert not Waiting.objects.filter(due_at__isnull=False).exists()


def test_taking_it_back_gives_the_mails_that_wait_a_turn_again(scope, ann, ben):
    Membership.objects.filter(user=ben).update(role="manager")
    choose(ben, [("order-late", True, "daily")], actor=ben.actor)
    tell("order-late", key="a", params=LATE)
    before = Waiting.objects.get(user=ben).due_at
    finish(inbox_of(ann.pk), by=ann)
    assert Waiting.objects.get(user=ben).due_at is None
    reopen(inbox_of(ann.pk), state="unread", by=ann)
    assert Waiting.objects.get(user=ben).due_at == before
