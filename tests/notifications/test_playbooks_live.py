"""Playbooks run on what comes, each fact once, in order, whatever happens to workers and tasks."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
import time_machine
from django_q.models import OrmQ

from accounts.activity.log import causing, record
from accounts.models import Activity, Job, Membership
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from notifications.models import Firing, Notification, Playbook, StepOutcome
from notifications.playbooks import live
from notifications.playbooks.actions import (
    change_playbook,
    create_playbook,
    remove_playbook,
    switch_playbook,
    undo_step,
)
from notifications.playbooks.handlers import fact_came
from notifications.playbooks.queries import dry_run, version_of
from notifications.playbooks.steps import STEPS
from notifications.playbooks.tasks import sweep_playbooks
from tests.notifications.playbooks_kit import (
    NOW,
    OWNER,
    TASK,
    TELL,
    draft,
    outcomes,
    playbook,
    review,
    reviews_of_90_days,
    why,
)
from tests.queue import run_tasks


def fired() -> list[int]:
    return list(Firing.objects.order_by("activity_id").values_list("activity", flat=True))


def test_a_fact_that_fulfils_the_conditions_makes_it_run(scope, ann, ben):
    made = playbook(ann)
    record(review(5), actor=SYSTEM)
    bad = record(review(1, 7), actor=SYSTEM)
    run_tasks()
    firing = Firing.objects.get()
    assert (firing.activity, firing.key, firing.state, firing.at) == (bad, "7", "done", bad.at)
    assert outcomes() == [("tell", "done")]
    told = Notification.objects.get(kind="playbook-told", user=ben)
    assert told.params["title"] == "A review of 1 stars"
    assert (told.params["page"], told.params["args"]) == ("review-detail", [1])
    entry = Activity.objects.get(kind="playbooks.fired")
    assert (entry.caused_by, entry.actor_id, entry.payload["playbook_id"]) == (bad, ann.pk, made.pk)


def test_nothing_runs_that_is_off_removed_or_of_another_shop(scope, ann, rival, cleo):
    playbook(ann, on=False)
    remove_playbook(playbook(ann, name="Gone"), actor=ann.actor)
    with tenant(rival):
        playbook(cleo)
    record(review(1), actor=SYSTEM)
    run_tasks()
    with every_tenant("nothing ran anywhere"):
        assert not Firing.objects.exists()


def test_what_came_before_it_was_switched_on_is_past(scope, ann):
    made = playbook(ann, on=False)
    record(review(1), actor=SYSTEM)
    switch_playbook(made, on=True, actor=ann.actor)
    run_tasks()
    assert fired() == []


def test_a_fact_is_decided_by_the_version_of_its_time(scope, ann):
    made = playbook(ann)
    old = record(review(2), actor=SYSTEM)
    strict = draft(conditions=[{"figure": "rating", "op": "lte", "value": "1"}])
    change_playbook(made, strict, author=ann, held=OWNER, actor=ann.actor)
    record(review(2), actor=SYSTEM)
    run_tasks()
    assert fired() == [old.pk]
    assert Firing.objects.get().version.number == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_dry_run_is_what_then_happens(scope, ann, seed):
    """90 days of facts, then the same replayed: handlers called in any order, twice, some never."""
    made = playbook(ann, on=False, cool_down=36 * 60, limit=1 + seed % 2, per_thing=bool(seed % 2))
    facts = reviews_of_90_days(seed)
    expected = dry_run(version_of(made), now=NOW)
    assert 5 < expected.count < 60
    assert expected.by_cool_down
    assert expected.facts == len(facts) == expected.count + sum(expected.held.values())

    Playbook.objects.update(is_on=True)
    calls = facts * 2
    Random(seed).shuffle(calls)
    for fact in calls[: len(calls) * 3 // 4]:
        fact_came(review(), fact)
    fact_came(review(), facts[-1])
    assert fired() == list(expected.fired)
    assert [one.activity.pk for one in expected.runs] == list(expected.fired)[::-1]


def test_a_fact_that_nobody_brought_is_decided_with_the_next(scope, ann):
    playbook(ann)
    first, second = record(review(1), actor=SYSTEM), record(review(1), actor=SYSTEM)
    fact_came(review(), second)
    fact_came(review(), first)
    assert fired() == [first.pk, second.pk]


def test_many_facts_are_decided_in_stretches(scope, ann, monkeypatch):
    monkeypatch.setattr(live, "AT_ONCE", 2)
    playbook(ann)
    facts = [record(review(1), actor=SYSTEM) for _ in range(5)]
    assert live.look(Playbook.objects.get().pk) == 5
    assert fired() == [fact.pk for fact in facts]


def test_a_task_that_comes_twice_does_nothing_twice(scope, ann):
    playbook(ann, steps=[TELL, TASK])
    record(review(1), actor=SYSTEM)
    run_tasks()
    for _ in range(2):
        live.take_steps(Firing.objects.get().pk)
    assert outcomes() == [("tell", "done"), ("task", "done")]
    assert Notification.objects.filter(user=ann).count() == 2


def test_a_worker_that_dies_between_steps_leaves_the_rest_to_the_next(scope, ann, monkeypatch):
    playbook(ann, steps=[TELL, TASK, TELL])
    record(review(1), actor=SYSTEM)
    real = STEPS["task"].run
    monkeypatch.setattr(STEPS["task"], "run", lambda *args: (real(*args), (_ for _ in ()).throw(KeyboardInterrupt)))
    live.look(Playbook.objects.get().pk)
    with pytest.raises(KeyboardInterrupt):
        live.take_steps(Firing.objects.get().pk)
    assert outcomes() == [("tell", "done"), ("task", "waiting"), ("tell", "waiting")]
    assert not Notification.objects.filter(kind="playbook-task").exists()

    monkeypatch.undo()
    live.take_steps(Firing.objects.get().pk)
    assert outcomes() == [("tell", "done"), ("task", "done"), ("tell", "done")]
    assert Notification.objects.filter(user=ann, kind="playbook-told").count() == 2
    assert Notification.objects.filter(user=ann, kind="playbook-task").count() == 1


def test_a_fault_of_ours_in_one_step_does_not_keep_the_others(scope, ann, monkeypatch):
    playbook(ann, steps=[TELL, TASK])
    monkeypatch.setattr(STEPS["tell"], "run", lambda *args: 1 / 0)
    record(review(1), actor=SYSTEM)
    run_tasks()
    assert outcomes() == [("tell", "failed"), ("task", "done")]
    assert Firing.objects.get().state == "failed"


def test_it_runs_with_the_rights_its_author_has_then(scope, ann, ben):
    with every_tenant("a change of the cast"):
        Membership.objects.filter(user=ben).update(role="manager")
    playbook(ben)
    with every_tenant("a change of the cast"):
        Membership.objects.filter(user=ben).update(role="fulfilment")
    record(review(1), actor=SYSTEM)
    run_tasks()
    assert outcomes() == [("tell", "failed")]
    assert "Ben" in why()
    assert "Write playbooks" in why()
    with every_tenant("a change of the cast"):
        Membership.objects.filter(user=ben).delete()
    record(review(1), actor=SYSTEM)
    run_tasks()
    assert "not in the team" in why()
    assert not Notification.objects.filter(kind="playbook-told").exists()


def test_a_suspended_shop_has_nothing_done_for_it(scope, ann):
    playbook(ann)
    scope.state = "suspended"
    scope.save()
    record(review(1), actor=SYSTEM)
    run_tasks()
    assert "suspended" in why()


def test_what_waits_when_it_is_switched_off_is_left_out(scope, ann):
    made = playbook(ann)
    record(review(1), actor=SYSTEM)
    live.look(made.pk)
    switch_playbook(made, on=False, actor=ann.actor)
    run_tasks()
    assert outcomes() == [("tell", "skipped")]


def test_nobody_can_write_steps_they_may_not_take(scope, ben):
    with pytest.raises(Refused, match="right"):
        create_playbook(draft(), author=ben, held={"playbooks.edit"}, actor=ben.actor)


def test_a_playbook_does_not_run_on_what_it_caused_but_another_may(scope, ann):
    first, second = playbook(ann, name="First"), playbook(ann, name="Second")
    record(review(1), actor=SYSTEM)
    live.look(first.pk)
    entry = Activity.objects.get(kind="playbooks.fired")
    with causing(entry):
        caused = record(review(1), actor=SYSTEM)
    assert (caused.caused_by, caused.depth) == (entry, 2)
    run_tasks()
    assert list(Firing.objects.filter(activity=caused).values_list("playbook", flat=True)) == [second.pk]


def test_a_task_can_be_undone_once(scope, ann, ben):
    with time_machine.travel(NOW, tick=False):
        playbook(ann, steps=[TELL, TASK])
        record(review(1), actor=SYSTEM)
        run_tasks()
    tell, task = StepOutcome.objects.order_by("index")
    row = Notification.objects.get(kind="playbook-task")
    assert (row.user, row.urgency) == (ann, 1)
    assert row.params["due"] == (NOW + timedelta(hours=24)).isoformat(timespec="seconds")
    with pytest.raises(Refused):
        undo_step(tell, held=OWNER, actor=ann.actor)
    with pytest.raises(Refused):
        undo_step(task, held=set(), actor=ann.actor)
    undo_step(task, held=OWNER, actor=ann.actor)
    row.refresh_from_db()
    assert row.state == "handled"
    with pytest.raises(Refused):
        undo_step(task, held=OWNER, actor=ann.actor)
    assert outcomes() == [("tell", "done"), ("task", "undone")]


def test_names_are_used_once_and_free_again(scope, ann):
    made = playbook(ann)
    with pytest.raises(Refused, match="name"):
        playbook(ann)
    remove_playbook(made, actor=ann.actor)
    playbook(ann)


def test_what_no_job_looks_after_is_found_by_the_clock(scope, ann):
    """A fact whose handler was lost, and a run whose steps nobody takes."""
    playbook(ann)
    with time_machine.travel(NOW, tick=False):
        record(review(1), actor=SYSTEM)
        OrmQ.objects.all().delete()
        sweep_playbooks()
        assert Firing.objects.count() == 1
        OrmQ.objects.all().delete()
        Job.objects.all().delete()
        sweep_playbooks()
        assert run_tasks() == 0
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        sweep_playbooks()
        run_tasks()
    assert outcomes() == [("tell", "done")]
