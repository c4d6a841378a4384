"""Jobs: queued once under a key, taken once, tried again after what can heal, and given up after too many deaths."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from accounts.jobs import runner
from accounts.jobs.models import JobQuerySet
from accounts.jobs.queue import enqueue
from accounts.models import Job
from core import tasks
from core.errors import Permanent, Refused, Transient
from core.tenancy import NoTenant, current_tenant_id
from tests.queue import run_tasks

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

brewed: list[tuple[str, int]] = []
faults: list[BaseException] = []


def brew(leaf: str) -> None:
    if faults:
        raise faults.pop(0)
    brewed.append((leaf, current_tenant_id()))


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs."""


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    brewed.clear()
    faults.clear()
    path = tasks.path_of(brew)
    monkeypatch.setitem(tasks._tasks, path, tasks.Task(path, brew, "default", 3, (10, 60), True))


def test_a_job_runs_in_the_scope_of_its_merchant(scope):
    job = enqueue(brew, "oolong")

    assert brewed == []
    assert run_tasks() == 1
    assert brewed == [("oolong", scope.pk)]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.progress, job.lease_until) == (Job.State.DONE, 1, 100, None)
    assert job.finished_at is not None


def test_a_job_of_a_merchant_needs_one_in_scope(db):
    with pytest.raises(NoTenant):
        enqueue(brew, "oolong")
    assert Job.objects.count() == 0


def test_a_job_goes_back_with_the_callers_transaction(scope):
    with transaction.atomic():
        enqueue(brew, "oolong")
        transaction.set_rollback(True)

    assert Job.objects.count() == 0
    assert run_tasks() == 0


def test_the_same_key_is_queued_once(scope):
    first = enqueue(brew, "oolong", key="brew:1")

    assert enqueue(brew, "oolong", key="brew:1") == first
    assert enqueue(brew, "sencha", key="brew:2") != first
    assert run_tasks() == 2
    assert brewed == [("oolong", scope.pk), ("sencha", scope.pk)]


def test_a_key_is_free_again_once_its_job_is_taken(scope):
    first = enqueue(brew, "oolong", key="brew:1")
    Job.objects.filter(pk=first.pk).update(state=Job.State.RUNNING)

    second = enqueue(brew, "oolong", key="brew:1")

    first.refresh_from_db()
    assert second.pk != first.pk
    assert (first.key, second.key) == (None, "brew:1")


def test_two_who_queue_the_same_key_at_once_share_one_job(scope, monkeypatch):
    """The other one commits after this one looked and before it writes."""
    first, others = JobQuerySet.first, []

    def first_of_two(self):
        found = first(self)
        if not others:
            others.extend(Job.objects.bulk_create([Job(merchant=scope, task="brew", key="brew:1")]))
        return found

    monkeypatch.setattr(JobQuerySet, "first", first_of_two)

    assert enqueue(brew, "oolong", key="brew:1") == others[0]
    assert Job.objects.count() == 1


def test_a_postponed_job_waits_for_its_time(scope):
    with time_machine.travel(NOON, tick=False) as clock:
        enqueue(brew, "oolong", at=NOON + timedelta(hours=1))
        assert (runner.sweep(), run_tasks()) == (0, 0)

        clock.shift(timedelta(hours=1))
        assert (runner.sweep(), run_tasks()) == (1, 1)

    assert brewed == [("oolong", scope.pk)]


def test_what_time_can_heal_is_tried_again_later_and_later(scope):
    faults[:] = [Transient("the kettle is cold"), Transient("still cold")]
    with time_machine.travel(NOON, tick=False) as clock:
        job = enqueue(brew, "oolong")
        run_tasks()
        job.refresh_from_db()
        assert (job.state, job.attempts, job.error) == (Job.State.QUEUED, 1, "the kettle is cold")
        assert job.due_at == NOON + timedelta(seconds=10)
        assert runner.sweep() == 0

        clock.shift(timedelta(seconds=31))
        assert (runner.sweep(), run_tasks()) == (1, 1)
        job.refresh_from_db()
        assert (job.attempts, job.due_at) == (2, timezone.now() + timedelta(seconds=60))

        clock.shift(timedelta(seconds=61))
        assert (runner.sweep(), run_tasks()) == (1, 1)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (Job.State.DONE, 3, "")
    assert brewed == [("oolong", scope.pk)]


def test_the_last_attempt_is_the_last(scope):
    faults[:] = [ValueError("no leaves")] * 3
    with time_machine.travel(NOON, tick=False) as clock:
        job = enqueue(brew, "oolong")
        for _ in range(5):
            runner.sweep()
            run_tasks()
            clock.shift(timedelta(minutes=5))

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (Job.State.FAILED, 3, "ValueError: no leaves")
    assert brewed == []


@pytest.mark.parametrize("no", [Permanent("No tea on Sundays."), Refused("sunday", "No tea on Sundays.")])
def test_what_cannot_succeed_is_given_up_at_once(scope, no):
    faults[:] = [no]
    job = enqueue(brew, "oolong")

    run_tasks()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (Job.State.FAILED, 1, "No tea on Sundays.")


def test_a_killed_worker_leaves_a_job_that_is_taken_again_when_its_lease_is_over(scope):
    faults[:] = [Killed()]
    with time_machine.travel(NOON, tick=False) as clock:
        job = enqueue(brew, "oolong")
        with pytest.raises(Killed):
            run_tasks()
        job.refresh_from_db()
        assert (job.state, job.attempts) == (Job.State.RUNNING, 1)

        clock.shift(runner.lease() - timedelta(seconds=1))
        assert runner.sweep() == 0
        runner.run(job.pk)
        assert brewed == []

        clock.shift(timedelta(seconds=2))
        assert (runner.sweep(), run_tasks()) == (1, 1)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 2)
    assert brewed == [("oolong", scope.pk)]


def test_a_job_that_kills_every_worker_ends_failed(scope):
    faults[:] = [Killed()] * 3
    with time_machine.travel(NOON, tick=False) as clock:
        job = enqueue(brew, "oolong")
        for _ in range(3):
            with pytest.raises(Killed):
                run_tasks()
            clock.shift(runner.lease() + timedelta(seconds=1))
            runner.sweep()
        run_tasks()
        clock.shift(timedelta(days=1))
        assert runner.sweep() == 0

    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "The process that worked on it died 3 times.")
    assert brewed == []


def test_a_job_whose_code_is_gone_says_so(scope):
    job = enqueue(brew, "oolong")
    Job.objects.filter(pk=job.pk).update(task="accounts.gone.brew")

    run_tasks()

    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "No code runs accounts.gone.brew any more.")


def test_progress_is_written_only_by_the_job_that_runs(scope, monkeypatch):
    path = tasks.path_of(brew)
    seen = []

    def measure(leaf: str) -> None:
        runner.report_progress(1, 4, "one of four")
        seen.append(Job.objects.values_list("progress", "progress_note").get())

    monkeypatch.setitem(tasks._tasks, path, tasks.Task(path, measure, "default", 3, (10,), True))
    runner.report_progress(1, 2)
    enqueue(brew, "oolong")

    run_tasks()

    assert seen == [(25, "one of four")]
