"""How a job ends: done, tried again, given up; and what the sweep hands out again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ

from accounts.jobs.queue import enqueue, send
from accounts.jobs.runner import release, run, sweep
from accounts.models import Job
from core.errors import Permanent, Refused, Transient
from core.tasks import task
from tests.queue import run_tasks

pytestmark = pytest.mark.django_db

faults: list[BaseException | None] = []


@task(per_merchant=False, max_attempts=3, backoff=(5, 60))
def work() -> None:
    fault = faults.pop(0) if faults else None
    if fault:
        raise fault


@task()
def speak() -> None:
    raise Refused("closed", translation.gettext("Yes"))


@pytest.fixture(autouse=True)
def _no_faults():
    faults.clear()


def test_a_passing_fault_is_tried_again_after_its_delay():
    with time_machine.travel("2026-06-05T10:00:00Z", tick=False) as clock:
        faults[:] = [Transient("the carrier does not answer"), TimeoutException("60"), None]
        job = enqueue(work)
        run_tasks()
        job.refresh_from_db()
        assert (job.state, job.attempts, job.error) == ("queued", 1, "the carrier does not answer")
        assert job.due_at == timezone.now() + timedelta(seconds=5)
        assert sweep() == 0

        clock.shift(6)
        assert sweep() == 1
        run_tasks()
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("queued", 2)
        assert job.error == "It took longer than its queue allows and was stopped."

        clock.shift(61)
        assert sweep() == 1
        run_tasks()
        job.refresh_from_db()
        assert (job.state, job.attempts, job.error, job.progress) == ("done", 3, "", 100)


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Permanent("the file is gone"), "the file is gone"), (Refused("no", "It is closed."), "It is closed.")],
)
def test_what_cannot_succeed_is_given_up_at_once(fault, error):
    faults[:] = [fault]
    job = enqueue(work)
    run_tasks()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 1, error)


def test_a_bug_is_given_up_after_the_last_attempt():
    faults[:] = [ZeroDivisionError("division by zero")] * 3
    with time_machine.travel("2026-06-05T10:00:00Z", tick=False) as clock:
        job = enqueue(work)
        for _ in range(4):
            run_tasks()
            clock.shift(300)
            sweep()
        job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 3, "ZeroDivisionError: division by zero")


def test_reasons_are_in_the_language_of_the_merchant(scope):
    scope.language = "zh-hans"
    scope.save()
    job = enqueue(speak)
    run_tasks()
    job.refresh_from_db()
    assert job.error == "是"


def test_the_sweep_leaves_alone_what_still_waits_in_the_queue():
    with time_machine.travel("2026-06-05T10:00:00Z", tick=False) as clock:
        for _ in range(5):
            enqueue(work)
            clock.shift(1)
        clock.shift(600)
        assert sweep() == 0
        assert OrmQ.objects.count() == 5

        OrmQ.objects.order_by("pk").first().delete()  # taken out by a process that died with it
        assert sweep() == 1
        assert OrmQ.objects.count() == 5
        assert sweep() == 0


def test_a_job_of_a_dead_worker_is_handed_out_once_its_lease_is_over(settings):
    with time_machine.travel("2026-06-05T10:00:00Z", tick=False) as clock:
        job = enqueue(work)
        OrmQ.objects.all().delete()
        Job.objects.update(state="running", attempts=1, lease_until=timezone.now() + timedelta(seconds=45))
        clock.shift(44)
        assert sweep() == 0
        clock.shift(2)
        assert sweep() == 1
        run_tasks()
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("done", 2)


def test_a_running_job_is_not_taken_by_a_second_worker():
    job = enqueue(work)
    now = timezone.now()
    Job.objects.update(state="running", attempts=1, lease_until=now + timedelta(seconds=45))
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("running", 1)


def test_an_outcome_that_comes_too_late_does_not_overwrite_that_of_the_next_attempt():
    job = enqueue(work)

    def taken_over() -> None:
        Job.objects.filter(pk=job.pk).update(attempts=2)

    faults[:] = [_Doing(taken_over)]
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("running", 2)


class _Doing(Transient):
    def __init__(self, what) -> None:
        super().__init__("late")
        self.what = what

    def __str__(self) -> str:
        self.what()
        return "late"


@pytest.mark.parametrize(("counted", "state", "attempts"), [(True, "running", 1), (False, "queued", 0)])
def test_a_stopped_queue_frees_its_own_jobs_only(counted, state, attempts):
    later = timezone.now() + timedelta(seconds=45)
    mine, other = enqueue(work), enqueue(work)
    Job.objects.filter(pk=mine.pk).update(state="running", attempts=1, lease_until=later, worker="a:1")
    Job.objects.filter(pk=other.pk).update(state="running", attempts=1, lease_until=later, worker="b:1")
    assert release("default", "a:1", counted=counted) == 1
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, mine.attempts) == (state, attempts)
    assert (other.state, other.lease_until) == ("running", later)
    assert list(Job.objects.stranded(timezone.now() + timedelta(seconds=1))) == [mine]


def test_handing_out_twice_runs_once():
    job = enqueue(work)
    send(job)
    assert run_tasks() == 2
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 1)
