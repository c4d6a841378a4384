"""Workers that look at once, and facts that come to light late, change nothing about what runs."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.activity.log import record
from accounts.models import Activity
from core.actors import SYSTEM
from core.tenancy import tenant
from notifications.models import Firing, Notification
from notifications.playbooks import live
from tests.notifications.playbooks_kit import TASK, TELL, outcomes, playbook, review
from tests.race import alone, shared_database, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_that_look_at_one_moment_begin_each_run_once(shop, ann, tmp_path):
    with tenant(shop):
        made = playbook(ann, steps=[TELL, TASK])
        facts = [record(review(1), actor=SYSTEM).pk for _ in range(4)]

    def look() -> int:
        with tenant(shop):
            return live.look(made.pk)

    def take() -> None:
        with tenant(shop):
            live.take_steps(Firing.objects.earliest("activity_id").pk)

    def found() -> tuple[list[int], list[tuple[str, str]], int]:
        with tenant(shop):
            runs = list(Firing.objects.order_by("activity_id"))
            return [run.activity_id for run in runs], outcomes(runs[0]), Notification.objects.filter(user=ann).count()

    with shared_database(tmp_path):
        assert sorted(together(look, look, look)) == [0, 0, 4]
        assert together(take, take, take) == [None, None, None]
        assert alone(found) == (facts, [("tell", "done"), ("task", "done")], 2)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_a_fact_that_comes_to_light_after_a_later_one_is_decided_before_it(shop, ann):
    """Its number is lower, its transaction ends later; the pause lets only the first of the two run."""
    with tenant(shop):
        made = playbook(ann, cool_down=24 * 60, per_thing=False)
    numbered, seen = threading.Event(), threading.Event()
    early: list[Activity] = []

    def slow() -> None:
        with tenant(shop), transaction.atomic():
            early.append(record(review(1), actor=SYSTEM))
            numbered.set()
            assert seen.wait(10)
            time.sleep(0.4)

    def write() -> None:
        try:
            slow()
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert numbered.wait(10)
    with tenant(shop):
        late = record(review(1), actor=SYSTEM)
        seen.set()
        started = timezone.now()
        assert live.look(made.pk) == 1
        assert (timezone.now() - started).total_seconds() > 0.2
        writer.join(10)
        firing = Firing.objects.get()
    assert early[0].pk < late.pk
    assert firing.activity_id == early[0].pk
