"""Real worker processes on a database of their own, killed in the ways they get killed."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.slow

ROOT = Path(settings.BASE_DIR)
SHORT = {"JOB_LEASE": "4", "JOB_RESEND": "2", "JOB_PROBE": "2", "JOB_STALE": "10", "WORKER_STOP": "5"}


class Yard:
    """A database, and workers on it. Everything is looked at through SQL, as an operator would."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.environment = os.environ | SHORT | environment | {"DJANGO_SETTINGS_MODULE": "tests.worker.settings"}
        self.log = folder / "worker.log"
        self.workers: list[subprocess.Popen] = []

    def manage(self, *words: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout

    def put(self, task: str, *args: object) -> int:
        return int(self.manage("put", task, *[json.dumps(arg) for arg in args]).split()[-1])

    def start(self, **environment: str) -> psutil.Process:
        with self.log.open("a") as log:
            command = [sys.executable, str(ROOT / "manage.py"), "worker"]
            worker = subprocess.Popen(command, env=self.environment | environment, stdout=log, stderr=log)
        self.workers.append(worker)
        return psutil.Process(worker.pid)

    def rows(self, sql: str) -> list[tuple]:
        raise NotImplementedError

    def job(self, number: int) -> tuple[str, int, str]:
        return self.rows(f"SELECT state, attempts, error FROM accounts_job WHERE id = {number}")[0]

    def starts(self, name: str) -> int:
        found = self.rows(f"SELECT detail FROM accounts_heartbeat WHERE name = '{name}'")
        detail = found[0][0] if found else {"starts": 0}
        return (json.loads(detail) if isinstance(detail, str) else detail)["starts"]

    def until(self, true, seconds: float = 60, what: str = "") -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"{what or true} did not come true\n{self.log.read_text()[-6000:]}"
            time.sleep(0.2)

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()


class SqliteYard(Yard):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, {"DATABASE_URL": f"sqlite:///{folder / 'yard.sqlite3'}"})
        self.file = folder / "yard.sqlite3"

    def rows(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self.file, timeout=20)) as database:
            return database.execute(sql).fetchall()


class PostgresYard(Yard):
    NAME = "storecast_yard"

    def __init__(self, folder: Path) -> None:
        import psycopg

        own = settings.DATABASES["default"]
        self.parts = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
        with psycopg.connect(dbname="postgres", autocommit=True, **self.parts) as server:
            server.execute(f"DROP DATABASE IF EXISTS {self.NAME} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {self.NAME}")
        url = f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{self.NAME}"
        super().__init__(folder, {"DATABASE_URL": url})
        self.connect = psycopg.connect

    def rows(self, sql: str) -> list[tuple]:
        with self.connect(dbname=self.NAME, autocommit=True, **self.parts) as database:
            return database.execute(sql).fetchall()


@pytest.fixture
def yard(tmp_path):
    made = SqliteYard(tmp_path) if connection.vendor == "sqlite" else PostgresYard(tmp_path)
    made.manage("migrate", "--verbosity", "0")
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
    idle = idle_workers(yard, "default")
    assert len(idle) == 2
    for process in idle:  # one of them holds the lock
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
    # The housekeeping job of the clock: both ticked, one queued it.
    yard.until(lambda: yard.rows("SELECT count(*) FROM accounts_job WHERE task LIKE '%prune'") == [(1,)])


@pytest.mark.skipif("connection.vendor != 'sqlite'")
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
