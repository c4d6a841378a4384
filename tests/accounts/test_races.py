"""Things two people or programs do at one moment, with real commits, on both databases."""

from __future__ import annotations

import pytest

from accounts.jobs.queue import enqueue
from accounts.members import actions
from accounts.models import Job, Membership
from accounts.people.actions import give_attempt_back, take_attempt
from accounts.people.rules import SIGN_IN_LIMITS
from core import tasks
from core.errors import Refused
from core.tenancy import tenant
from tests import factories
from tests.race import alone, shared_database, together

pytestmark = pytest.mark.django_db(transaction=True)


def brew() -> None:
    """A task that is queued and never run here."""


def test_the_same_work_queued_at_once_is_one_job(shop, tmp_path, monkeypatch):
    monkeypatch.setitem(
        tasks._tasks, tasks.path_of(brew), tasks.Task(tasks.path_of(brew), brew, "default", 3, (1,), True)
    )

    def queue() -> int:
        with tenant(shop):
            return enqueue(brew, key="brew").pk

    with shared_database(tmp_path):
        found = together(*[queue] * 4)
        count = alone(lambda: Job.objects.filter(key="brew").count())

    assert count == 1
    assert len(set(found)) == 1, found


def test_of_two_owners_who_leave_at_once_one_stays(shop, ann, tmp_path):
    with tenant(shop):
        Membership.objects.create(user=factories.UserFactory(), role="owner")
        owners = [member.pk for member in Membership.objects.owners()]

    def leave(pk: int):
        def do() -> None:
            with tenant(shop):
                actions.leave(Membership.objects.select_related("user", "merchant").get(pk=pk))

        return do

    def left() -> int:
        with tenant(shop):
            return Membership.objects.owners().count()

    with shared_database(tmp_path):
        outcome = together(*[leave(pk) for pk in owners])
        count = alone(left)

    assert count == 1
    assert [type(one) for one in outcome if one is not None] == [Refused]


def test_many_guesses_at_once_do_not_slip_under_the_limit(db, tmp_path):
    limits = {SIGN_IN_LIMITS[0]: "ann@example.com|203.0.113.0/24"}

    with shared_database(tmp_path):
        allowed = together(*[lambda: take_attempt(limits)] * 8)
        alone(lambda: give_attempt_back(limits))

    assert sorted(allowed) == [False] * 3 + [True] * 5
