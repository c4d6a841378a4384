"""Who may mend a playbook or a channel is told that it does not work, once a day, until it does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.activity.log import record
from accounts.members.actions import change_role, edit_role, remove_member
from accounts.models import Membership, Role
from core.actors import SYSTEM
from core.tenancy import tenant
from notifications.channels.actions import remove_channel, resume_channel
from notifications.models import Channel, Notification, StepOutcome
from notifications.playbooks.actions import change_playbook, remove_playbook, switch_playbook
from notifications.playbooks.steps import STEPS
from tests.notifications.channels_kit import channel_to, tell_a_token
from tests.notifications.playbooks_kit import OWNER, TASK, TELL, draft, playbook, review
from tests.notifications.receiver import Receiver
from tests.queue import run_tasks

NOON = "2026-06-05T04:00:00Z"
FAILING = [TELL, {"step": "task", "settings": {"who": "user:0", "title": "Reply", "text": "", "hours": 24}}]


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as made:
        yield made


def fire(times: int = 1) -> None:
    for _ in range(times):
        record(review(1), actor=SYSTEM)
    run_tasks()


def troubles(kind: str = "playbook-failed") -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return [(row.user.name, row.state) for row in rows.select_related("user")]


def words() -> tuple[str, str]:
    from_row = Notification.objects.filter(kind="playbook-failed").last()
    return from_row.params["cause"], from_row.params["author"]


def manager(user) -> Membership:
    Membership.objects.filter(user=user).update(role="manager")
    return Membership.objects.get(user=user)


def test_runs_that_fail_are_told_once_a_day_to_those_who_may_mend_it(scope, ann, ben, clock):
    playbook(ann, steps=FAILING)
    fire(3)
    assert troubles() == [("Ann", "unread")]  # Ben packs
    assert StepOutcome.objects.filter(state="failed").count() == 3
    clock.shift(timedelta(days=1))
    fire(2)
    assert troubles() == [("Ann", "unread")] * 2


def test_a_run_that_works_settles_it(scope, ann, monkeypatch):
    playbook(ann, steps=[TELL, TASK])
    with monkeypatch.context() as broken:
        broken.setattr(STEPS["tell"], "run", lambda *args: 1 / 0)
        fire()
    assert troubles() == [("Ann", "unread")]
    fire()
    assert troubles() == [("Ann", "handled")]


@pytest.mark.parametrize("mend", [
    lambda row, who: change_playbook(row, draft(), author=who, held=OWNER, actor=who.actor),
    lambda row, who: switch_playbook(row, on=False, actor=who.actor),
    lambda row, who: remove_playbook(row, actor=who.actor),
])  # fmt: skip
def test_it_is_settled_when_the_playbook_is_written_anew_switched_off_or_removed(scope, ann, mend):
    made = playbook(ann, steps=FAILING)
    fire()
    mend(made, ann)
    run_tasks()
    assert troubles() == [("Ann", "handled")]


def test_what_is_mended_and_fails_again_is_told_again(scope, ann):
    made = playbook(ann, steps=FAILING)
    fire()
    change_playbook(made, draft(steps=FAILING), author=ann, held=OWNER, actor=ann.actor)
    fire()
    assert troubles() == [("Ann", "handled"), ("Ann", "unread")]


def test_an_author_who_loses_the_rights_is_told_of_before_anything_runs(scope, ann, ben):
    member = manager(ben)
    playbook(ben)
    playbook(ann, name="Hers")
    change_role(member, role="fulfilment", held=OWNER, actor=ann.actor)
    run_tasks()
    assert troubles() == [("Ann", "unread")]
    assert words() == ("rights", "Ben")
    fire(2)
    assert troubles() == [("Ann", "unread")]
    change_role(member, role="manager", held=OWNER, actor=ann.actor)
    run_tasks()
    assert troubles() == [("Ann", "handled")]


def test_an_author_who_leaves_and_a_role_that_is_cut(scope, ann, ben):
    role = Role.objects.create(name="Writer", permissions=sorted(OWNER))
    Membership.objects.filter(user=ben).update(custom_role=role)
    playbook(ben)
    edit_role(role, name="Writer", permissions=["orders.view"], held=OWNER, actor=ann.actor)
    run_tasks()
    assert troubles() == [("Ann", "unread")]
    Notification.objects.all().delete()
    remove_member(Membership.objects.get(user=ben), held=OWNER, actor=ann.actor)
    run_tasks()
    assert troubles() == [("Ann", "unread")]


def test_a_playbook_that_is_off_troubles_nobody(scope, ann, ben):
    member = manager(ben)
    playbook(ben, on=False)
    change_role(member, role="fulfilment", held=OWNER, actor=ann.actor)
    run_tasks()
    assert troubles() == []


def test_another_shop_is_told_nothing_and_settles_nothing(scope, ann, rival, cleo):
    made = playbook(ann, steps=FAILING)
    fire()
    with tenant(rival):
        assert troubles() == []
        switch_playbook(playbook(cleo), on=False, actor=cleo.actor)
        run_tasks()
    assert troubles() == [("Ann", "unread")]
    assert Notification.objects.get(kind="playbook-failed").params["playbook_id"] == made.pk


@pytest.fixture
def broken(scope, ann, ben, settings):
    """A channel whose address answers that it is gone."""
    settings.CHANNELS_PRIVATE_ADDRESSES = True
    receiver = Receiver()
    receiver.answers = [(410, {}, b"")]
    channel_to(receiver.url)
    tell_a_token()
    yield Channel.objects.get()
    receiver.down()


@pytest.mark.parametrize("mend", [resume_channel, remove_channel])
def test_a_broken_channel_is_told_until_it_is_on_again_or_removed(broken, ann, mend):
    assert broken.state == "broken"
    assert troubles("channel-broken") == [("Ann", "unread")]
    assert Notification.objects.get(kind="channel-broken").params["why"] == "gone"
    mend(broken, actor=ann.actor)
    run_tasks()
    assert troubles("channel-broken") == [("Ann", "handled")]


def test_one_that_fails_for_days_is_told_too(scope, ann, settings):
    settings.CHANNELS_PRIVATE_ADDRESSES = True
    receiver = Receiver()
    receiver.answers = [(500, {}, b"")]
    channel, _secret = channel_to(receiver.url)
    Channel.objects.filter(pk=channel.pk).update(failures=7, failing_since=timezone.now() - timedelta(days=5))
    tell_a_token()
    receiver.down()
    assert troubles("channel-broken") == [("Ann", "unread")]
    assert Notification.objects.get(kind="channel-broken").params["why"] == "failing"
