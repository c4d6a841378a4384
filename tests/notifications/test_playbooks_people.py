"""Whom a playbook tells: deputies stand in, what nobody opens or does goes further, and each is told why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from accounts.activity.log import record
from accounts.models import Activity
from core.actors import SYSTEM
from core.tenancy import tenant
from notifications.inbox.actions import settle, snooze, tell
from notifications.inbox.doing import finish, open_rows, reopen
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification
from notifications.inbox.tasks import escalate_unopened, put_away_what_is_stale
from notifications.inbox.why import why
from notifications.mail.models import Mail
from notifications.routing.actions import set_absence
from notifications.routing.models import Escalation
from tests.notifications.cast_kit import join, of
from tests.notifications.playbooks_kit import playbook, review
from tests.queue import run_tasks

NOON = "2026-06-05T04:00:00Z"  # in Shanghai, where the shop is open from nine to six every day
TODAY = date(2026, 6, 5)
TASK = {"who": "role:support", "title": "Reply", "text": "", "hours": 24}
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def clock(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""
    with time_machine.travel(NOON, tick=False) as made:
        yield made


@pytest.fixture
def team(scope, ann, ben):
    """Ann owns the shop, Ben packs there, Dora and Eva do support."""
    return {"ann": ann, "ben": ben, **{name.lower(): join(scope, "support", name) for name in ("Dora", "Eva")}}


def fire(author, step: str = "task", **settings) -> None:
    steps = [{"step": step, "settings": {**TASK, **settings}}]
    playbook(author, name="Bad reviews", steps=steps)
    record(review(1), actor=SYSTEM)
    run_tasks()


def told() -> dict[str, str]:
    return dict(Notification.objects.order_by("pk").values_list("user__name", "reason"))


def reason(user) -> str:
    return why(Notification.objects.get(user=user), of(user))


def mailed(user) -> int:
    return Mail.objects.filter(to=user.email).count()


def mine(user):
    return Notification.objects.filter(user=user)


def later(clock, by: timedelta) -> None:
    clock.shift(by)
    escalate_unopened()


@pytest.mark.parametrize("step", ["tell", "task"])
def test_the_deputy_of_one_who_is_away_is_told_too(team, step):
    set_absence(of(team["dora"]), deputy=of(team["ben"]), first_day=TODAY, last_day=TODAY, actor=SYSTEM)
    fire(team["ann"], step, who=f"user:{team['dora'].pk}")
    assert told() == {"Dora": "role", "Ben": "deputy"}
    assert (mailed(team["dora"]), mailed(team["ben"])) == (0, 1)
    assert reason(team["ben"]) == "You stand in for somebody who is away."


def test_what_one_started_has_no_deputy(team):
    set_absence(of(team["ben"]), deputy=of(team["dora"]), first_day=TODAY, last_day=TODAY, actor=SYSTEM)
    params = {"run_id": 1, "file": "a.csv", "created": 1, "updated": 0, "bad": 0, "failed": False}
    tell("import-finished", key="1", params=params, only=[team["ann"].pk])
    assert told() == {"Ann": "own"}
    assert reason(team["ann"]) == "It is about something you started."


@pytest.mark.parametrize("who", ["all", "role:support"])
def test_why_names_the_playbook(team, who):
    fire(team["ann"], who=who)
    assert reason(team["dora"]) == "The playbook “Bad reviews” says that you are told."
    mine(team["dora"]).update(reason="own")  # as was noted before
    assert "Bad reviews" in reason(team["dora"])


def test_an_unopened_task_goes_to_one_of_the_same_role_then_to_the_owner(team, clock):
    fire(team["ann"], who=f"user:{team['dora'].pk}")
    assert told() == {"Dora": "role"}
    later(clock, timedelta(hours=4))
    assert told() == {"Dora": "role", "Eva": "escalated"}  # Ben is here longer, and packs
    assert reason(team["eva"]) == "Nobody who was told before you opened it in time."
    later(clock, timedelta(hours=19))
    assert set(told()) == {"Dora", "Eva", "Ann"}


def test_a_task_for_a_whole_role_goes_to_the_owner_next(team, clock):
    fire(team["ann"])
    later(clock, timedelta(hours=4))
    assert told() == {"Dora": "role", "Eva": "role", "Ann": "escalated"}


def test_what_is_only_told_goes_no_further(team, clock):
    fire(team["ann"], "tell")
    later(clock, timedelta(days=3))
    assert set(told()) == {"Dora", "Eva"}


def test_an_opened_task_that_is_not_done_by_its_time_is_told_again_and_to_the_owner(team, clock):
    fire(team["ann"])
    open_rows(mine(team["dora"]), acted=True)
    later(clock, DAY - timedelta(minutes=1))
    assert set(told()) == {"Dora", "Eva"}
    later(clock, timedelta(minutes=1))
    escalate_unopened()
    assert told() == {"Dora": "role", "Eva": "role", "Ann": "escalated"}
    assert [mailed(team[name]) for name in ("dora", "eva", "ann", "ben")] == [2, 2, 1, 0]
    assert set(Notification.objects.values_list("state", flat=True)) == {"unread"}
    for row in Notification.objects.all():
        _title, body = kind_of(row.kind).words(row.params)
        assert body.startswith("Overdue since")
    assert reason(team["ann"]) == "The task is overdue: nobody who has it did it in time."
    assert "Bad reviews" in reason(team["dora"])
    later(clock, timedelta(days=5))
    assert Mail.objects.count() == 5
    assert Activity.objects.filter(kind="inbox.overdue").count() == 1


def test_the_page_says_that_it_is_overdue(team, clock, as_user):
    fire(team["ann"])
    assert "Overdue since" not in as_user(team["dora"]).get("/m/luming/inbox/").content.decode()
    later(clock, DAY)
    assert "Overdue since" in as_user(team["dora"]).get("/m/luming/inbox/").content.decode()


def test_a_done_task_is_never_overdue_unless_it_is_taken_up_again(team, clock):
    fire(team["ann"])
    finish(mine(team["dora"]), by=team["dora"])
    later(clock, DAY)
    assert set(told()) == {"Dora", "Eva"}

    Notification.objects.all().delete()
    record(review(1), actor=SYSTEM)
    run_tasks()
    finish(mine(team["dora"]), by=team["dora"])
    reopen(mine(team["dora"]), state="read", by=team["dora"])
    later(clock, DAY)
    assert "Ann" in told()


def test_a_task_asleep_wakes_when_it_is_due(team, clock):
    fire(team["ann"], who=f"user:{team['dora'].pk}")
    snooze(mine(team["dora"]), until=Escalation.objects.get().done_by + timedelta(days=3))
    later(clock, DAY)
    row = mine(team["dora"]).get()
    assert (row.state, row.snoozed_until) == ("unread", None)


def test_a_task_due_in_two_months_is_still_there_when_it_is(team, clock):
    fire(team["ann"], hours=24 * 60)
    clock.shift(timedelta(days=59))
    put_away_what_is_stale()
    assert set(Notification.objects.filter(user=team["dora"]).values_list("state", flat=True)) == {"unread"}
    later(clock, timedelta(days=1))
    assert "Overdue" in kind_of("playbook-task").words(mine(team["dora"]).get().params)[1]


def test_an_overdue_mail_that_waits_is_not_sent_once_it_is_done(team, clock, settings):
    fire(team["ann"])
    later(clock, DAY)
    waiting = Mail.objects.filter(dedupe__endswith=":overdue")
    waiting.update(state="queued", next_try=Escalation.objects.get().begun_at)
    assert settle("playbook-task", key=Escalation.objects.get().key)
    assert set(waiting.values_list("state", flat=True)) == {"needless"}


def test_another_shop_is_told_nothing(team, clock, rival, cleo):
    fire(team["ann"])
    later(clock, DAY)
    with tenant(rival):
        assert not Notification.objects.exists()
