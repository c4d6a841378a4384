"""A fact is written in the caller's transaction and reaches its handlers through the queue."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from accounts.activity.log import record
from accounts.models import Activity, Job
from core import events
from core.actors import SYSTEM
from core.tasks import task_at
from core.tenancy import NoTenant, current_tenant_id
from tests.queue import run_tasks


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(events.Event):
    kind = "test.kettle_boiled"
    litres: int


heard: list[tuple[int, int]] = []


def pour(event: KettleBoiled, activity: Activity) -> None:
    heard.append((event.litres, current_tenant_id()))


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    heard.clear()
    monkeypatch.setitem(events._kinds, KettleBoiled.kind, KettleBoiled)
    monkeypatch.setitem(events._handlers, KettleBoiled.kind, [pour])


def test_a_fact_reaches_its_handler_in_the_scope_of_its_merchant(scope):
    entry = record(KettleBoiled(litres=2), actor=SYSTEM)

    assert heard == []
    assert run_tasks() == 1
    assert heard == [(2, scope.pk)]
    assert list(Activity.objects.values_list("pk", "kind", "payload")) == [
        (entry.pk, "test.kettle_boiled", {"litres": 2})
    ]
    assert Job.objects.get().state == Job.State.DONE


def test_a_job_handed_out_twice_runs_once(scope):
    record(KettleBoiled(litres=2), actor=SYSTEM)
    job = Job.objects.get()
    from accounts.jobs.queue import send

    send(job)

    assert run_tasks() == 2
    assert heard == [(2, scope.pk)]


def test_the_log_is_closed_outside_a_merchant(db):
    with pytest.raises(NoTenant):
        Activity.objects.count()


def test_what_was_queued_before_a_handler_moved_is_done_where_it_is_now(scope, monkeypatch):
    monkeypatch.setattr(events, "_moved", {})
    record(KettleBoiled(litres=2), actor=SYSTEM)
    Job.objects.update(args=[Activity.objects.get().pk, "kitchen.handlers.pour_it"])
    events.moved_from("kitchen.handlers.pour_it")(pour)

    assert run_tasks() == 1
    assert heard == [(2, scope.pk)]


def test_every_handler_and_task_that_moved_is_known_where_it_is_now():
    known = {events.path_of(handler) for kind in events.kinds() for handler in events.handlers_of(kind)}
    assert events._moved
    assert all(path in known or task_at(path) for path in events._moved.values())
