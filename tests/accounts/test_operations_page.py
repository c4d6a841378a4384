"""What staff see of the machinery and may do to it, and what a merchant sees of its own work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from accounts.jobs.runner import beat
from accounts.models import Activity, Heartbeat, Job
from accounts.operations.health import state
from core.tenancy import every_tenant
from tests import factories


@pytest.fixture
def zoe(db, settings):
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(name="Zoe", email="zoe@example.com", staff_role="admin")


def job(**fields) -> Job:
    values = {"task": "analytics.forecasts.tasks.run_forecast", "cluster": "long", "state": "failed", "attempts": 5}
    return Job.objects.create(**values | {"error": "no memory", "finished_at": timezone.now()} | fields)


def wake(**ages: float) -> None:
    """Heartbeats of one worker, so many seconds old."""
    for name, seconds in ages.items():
        beat(f"{name}@web1:7", probe="x")
        Heartbeat.objects.filter(name=f"{name}@web1:7").update(at=timezone.now() - timedelta(seconds=seconds))


def test_without_a_worker_nothing_is_well(db):
    assert (state().is_well, state().worker.at) == (False, None)


@pytest.mark.parametrize(
    ("ages", "is_well"),
    [
        ({"supervisor": 10, "default": 50, "long": 50}, True),
        ({"supervisor": 90, "default": 50, "long": 50}, False),
        ({"supervisor": 10, "default": 500, "long": 50}, False),
    ],
)
def test_silence_is_noticed(db, ages, is_well):
    wake(**ages)
    assert state().is_well is is_well


def test_a_queue_that_is_busy_with_long_work_is_well(db):
    wake(supervisor=10, default=50, long=500)
    job(state="running", lease_until=timezone.now() + timedelta(seconds=30), finished_at=None)
    assert state().is_well is True


def test_the_page_shows_what_failed_and_why(zoe, shop, as_user):
    job(merchant=shop)
    page = as_user(zoe).get("/staff/operations/").content.decode()
    assert "analytics.forecasts.tasks.run_forecast" in page
    assert "no memory" in page
    assert "No worker is running." in page


def test_a_failed_job_is_tried_again_once(zoe, as_user):
    failed = job()
    client = as_user(zoe)
    assert client.post(f"/staff/operations/{failed.pk}/retry/").status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.error, OrmQ.objects.count()) == ("queued", 0, "", 1)
    assert client.post(f"/staff/operations/{failed.pk}/retry/").status_code == 409
    assert OrmQ.objects.count() == 1
    with every_tenant("look at the log"):
        assert Activity.objects.get(kind="operations.jobs_retried").payload == {"count": 1, "job_ids": [failed.pk]}


def test_all_failed_jobs_are_tried_again_and_no_others(zoe, as_user):
    failed, done = [job(), job()], job(state="done")
    as_user(zoe).post("/staff/operations/retry/")
    assert set(Job.objects.filter(pk__in=[one.pk for one in failed]).values_list("state", flat=True)) == {"queued"}
    done.refresh_from_db()
    assert done.state == "done"


def test_moderators_and_members_stay_out(mo, ann, as_user):
    failed = job()
    for person, status in ((mo, 403), (ann, 404)):
        client = as_user(person)
        assert client.get("/staff/operations/").status_code == status
        assert client.post(f"/staff/operations/{failed.pk}/retry/").status_code == status
    failed.refresh_from_db()
    assert (failed.state, OrmQ.objects.count()) == ("failed", 0)


def test_a_member_sees_the_progress_of_the_shops_own_work(shop, rival, ann, as_user):
    mine = job(merchant=shop, state="running", progress=40, progress_note="Row 400 of 1000", finished_at=None)
    others, platform = job(merchant=rival), job()
    client = as_user(ann)
    assert "Row 400 of 1000" in client.get(f"/m/luming/jobs/{mine.pk}/progress/").content.decode()
    assert client.get(f"/m/luming/jobs/{others.pk}/progress/").status_code == 404
    assert client.get(f"/m/luming/jobs/{platform.pk}/progress/").status_code == 404
