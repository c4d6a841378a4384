"""Real worker processes on a database of their own, killed in the ways they get killed."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import time
from contextlib import closing

import psutil
import pytest
from django.db import connection

from tests.worker.yard import Yard, open_yard

pytestmark = pytest.mark.slow


@pytest.fixture
def yard(tmp_path):
    made = open_yard(tmp_path)
    yield made
    made.close()


def running(yard: Yard, name: str):
    return lambda: yard.starts(name) >= 1


def idle_workers(yard: Yard, cluster: str) -> list[psutil.Process]:
    started = re.findall(rf"queue {cluster} started as process (\d+)", yard.log.read_text())
    return [p for p in psutil.Process(int(started[-1])).children(recursive=True) if " idle" in p.cmdline()[0]]


def test_a_job_whose_worker_is_killed_is_done_again_and_finished_once(yard):
    yard.start()
    number = yard.put("slow_once", "cut off", 600)
    yard.until(running(yard, "cut off"))
    (detail,) = yard.rows("SELECT detail FROM accounts_heartbeat WHERE name = 'cut off'")[0]
    os.kill((json.loads(detail) if isinstance(detail, str) else detail)["pid"], signal.SIGKILL)

    yard.until(lambda: yard.job(number)[0] == "done")
    assert yard.job(number) == ("done", 2, "")
    assert yard.starts("cut off") == 2
    # Redelivery by the queue itself, should it come, finds the job done.
    time.sleep(3)
    assert yard.starts("cut off") == 2


def test_killing_the_supervisor_leaves_nothing_behind_and_its_successor_finishes_the_work(yard):
    worker = yard.start()
    number = yard.put("slow_once_long", "orphan", 600)
    yard.until(running(yard, "orphan"))
    family = worker.children(recursive=True)
    worker.kill()
    yard.workers[0].wait()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []

    yard.start()
    yard.until(lambda: yard.job(number)[0] == "done")
    assert yard.job(number)[1] == 2


def test_a_job_that_kills_its_worker_each_time_is_given_up_with_a_reason(yard):
    yard.start()
    number = yard.put("deadly", "poison")
    bystander = yard.put("quick", "bystander")

    yard.until(lambda: yard.job(number)[0] == "failed", 90)
    assert yard.job(number) == ("failed", 4, "The process that worked on it died 3 times.")
    assert yard.starts("poison") == 3
    assert yard.job(bystander) == ("done", 1, "")


def test_the_watchdog_restarts_a_queue_whose_idle_worker_was_killed(yard):
    """The worker killed holds the lock of the queue; the cluster looks alive and does nothing any more."""
    worker = yard.start()
    first = yard.put("quick", "before")
    yard.until(lambda: yard.job(first)[0] == "done")
    before = {child.pid for child in worker.children()}
    yard.until(lambda: len(idle_workers(yard, "default")) == 2, what="two idle workers")
    for process in idle_workers(yard, "default"):  # one of them holds the lock
        process.kill()
    number = yard.put("quick", "after")

    yard.until(lambda: yard.job(number)[0] == "done", 60)
    assert {child.pid for child in worker.children()} != before
    assert "restarting queue default" in yard.log.read_text()
    assert yard.job(number) == ("done", 1, "")


def test_a_stop_is_quick_and_what_it_cut_off_is_not_held_against_the_job(yard):
    worker = yard.start()
    number = yard.put("slow_once", "cut short", 600)
    yard.until(running(yard, "cut short"))
    asked = time.monotonic()
    worker.terminate()
    yard.workers[0].wait(15)
    assert time.monotonic() - asked < 10
    assert yard.job(number) == ("queued", 0, "")

    yard.start()
    yard.until(lambda: yard.job(number)[0] == "done")
    assert yard.job(number) == ("done", 1, "")


def test_two_supervisors_share_the_work_and_neither_doubles_it(yard):
    yard.start()
    yard.start()
    numbers = [yard.put("quick", f"shared {n}") for n in range(6)]
    yard.until(lambda: all(yard.job(number)[0] == "done" for number in numbers))
    assert [yard.starts(f"shared {n}") for n in range(6)] == [1] * 6
    # A job of the clock: both supervisors ticked, one of them queued it.
    yard.until(lambda: yard.rows("SELECT count(*) FROM accounts_job WHERE task LIKE '%yearly'") == [(1,)])
    time.sleep(11)  # two more ticks of each
    assert yard.rows("SELECT count(*) FROM accounts_job WHERE task LIKE '%yearly'") == [(1,)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no lock on the whole database")
def test_a_busy_database_is_waited_for(yard):
    yard.start()
    first = yard.put("quick", "before the lock")
    yard.until(lambda: yard.job(first)[0] == "done")
    with closing(sqlite3.connect(yard.file, timeout=20, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        time.sleep(8)
        database.execute("ROLLBACK")
    number = yard.put("quick", "after the lock")
    yard.until(lambda: yard.job(number)[0] == "done")
    assert "Traceback" not in yard.log.read_text()
