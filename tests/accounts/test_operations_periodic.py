"""The tick queues each turn once, whoever ticks, and one that cannot be queued does not hold up the others."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Job, Merchant, PeriodicMark
from accounts.operations.periodic import tick
from core import schedule
from core.schedule import PeriodicJob
from core.tasks import task
from core.tenancy import current_tenant_id
from ecommerce.models import Order
from tests.queue import run_tasks

ran: list[int] = []


@task()
def for_merchant() -> None:
    ran.append(current_tenant_id())


@task(per_merchant=False)
def for_platform() -> None:
    ran.append(0)


def undeclared() -> None: ...


@pytest.fixture(autouse=True)
def _table(monkeypatch):
    ran.clear()
    monkeypatch.setattr(schedule, "_jobs", {})
    schedule.define(
        [
            PeriodicJob("broken", undeclared, every=timedelta(minutes=1)),
            PeriodicJob("morning", for_merchant, at=time(8), per_merchant=True),
            PeriodicJob("often", for_platform, every=timedelta(minutes=10)),
        ]
    )


@time_machine.travel("2026-06-05T00:05:00Z", tick=False)  # 08:05 in Shanghai
def test_each_turn_is_queued_once_however_often_it_ticks(shop, rival):
    Merchant.objects.filter(pk=rival.pk).update(time_zone="Europe/Berlin")
    assert tick() == 2
    assert tick() == 0
    assert run_tasks() == 2
    assert ran == [shop.pk, 0]
    assert sorted(PeriodicMark.objects.values_list("key", "last_slot", "job__state")) == [
        (f"morning:{shop.pk}", "2026-06-05", "done"),
        ("often", "2026-06-05T00:00", "done"),
    ]
    assert tick(datetime(2026, 6, 5, 6, 0, tzinfo=UTC)) == 2  # 08:00 in Berlin
    assert run_tasks() == 2
    assert sorted(ran) == [0, 0, shop.pk, rival.pk]


@time_machine.travel("2026-06-05T00:05:00Z", tick=False)
def test_a_turn_that_another_supervisor_took_meanwhile_is_not_taken(shop, monkeypatch):
    due_slot, others = PeriodicJob.due_slot, []

    def after_the_other(self, now, last):
        if not others:
            others.append("ticks")  # this one has read the marks; the other gets in now
            others.append(tick())
        return due_slot(self, now, last)

    monkeypatch.setattr(PeriodicJob, "due_slot", after_the_other)
    assert tick() == 0
    assert others == ["ticks", 2]
    assert Job.objects.count() == 2


@time_machine.travel("2026-06-05T00:05:00Z", tick=False)
def test_shops_that_do_not_trade_have_no_turns(shop):
    Merchant.objects.update(state=Merchant.State.SUSPENDED)
    assert tick() == 1
    assert PeriodicMark.objects.get().name == "often"


@time_machine.travel("2026-06-05T00:05:00Z", tick=False)
def test_a_turn_that_still_waits_is_not_queued_twice(shop):
    tick()
    tick(datetime(2026, 6, 5, 0, 15, tzinfo=UTC))
    assert Job.objects.filter(task__endswith="for_platform").count() == 1


@pytest.fixture
def asked(monkeypatch):
    """One job that is asked each minute whether there is anything to do; what it answers, and when it was asked."""
    answers: dict[str, Any] = {"answer": False, "at": []}

    def anything(now: datetime) -> bool:
        assert list(Order.objects.values_list("pk")) == []  # of all tenants, where otherwise none is in scope
        answers["at"].append(now)
        if isinstance(answers["answer"], Exception):
            raise answers["answer"]
        return answers["answer"]

    schedule.define(
        [
            PeriodicJob("now_and_then", for_platform, every=timedelta(minutes=1), when=anything),
            PeriodicJob("often", for_platform, every=timedelta(minutes=1)),
        ]
    )
    return answers


def slot_of(name: str) -> str:
    return PeriodicMark.objects.get(key=name).last_slot


def test_a_turn_without_anything_to_do_is_over_without_a_job(db, asked):
    start = datetime(2026, 6, 5, 0, 5, tzinfo=UTC)
    assert tick(start) == 2  # the first one is had in any case
    first = PeriodicMark.objects.get(key="now_and_then").job_id
    run_tasks()
    assert asked["at"] == []
    assert tick(start + timedelta(minutes=1)) == 1
    assert tick(start + timedelta(minutes=1, seconds=30)) == 0  # nor is it asked again
    assert (slot_of("now_and_then"), len(asked["at"])) == ("2026-06-05T00:06", 1)
    assert PeriodicMark.objects.get(key="now_and_then").job_id == first
    asked["answer"] = True
    assert tick(start + timedelta(minutes=2)) == 2
    assert PeriodicMark.objects.get(key="now_and_then").job_id != first


def test_a_question_that_fails_holds_up_no_other_and_is_put_again(db, asked, caplog):
    start = datetime(2026, 6, 5, 0, 5, tzinfo=UTC)
    tick(start)
    run_tasks()
    asked["answer"] = RuntimeError("the database is away")
    assert tick(start + timedelta(minutes=1)) == 1
    assert "could not queue the periodic job now_and_then" in caplog.text
    assert (slot_of("now_and_then"), slot_of("often")) == ("2026-06-05T00:05", "2026-06-05T00:06")
    asked["answer"] = True
    assert tick(start + timedelta(minutes=1, seconds=5)) == 1


def test_a_job_of_every_shop_cannot_be_asked():
    with pytest.raises(ValueError, match="only what is queued for the platform"):
        PeriodicJob("morning", for_merchant, at=time(8), per_merchant=True, when=lambda now: True)
