"""A database of its own with real worker processes on it. Everything is looked at through SQL, as an operator would."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
from django.conf import settings
from django.db import connection

from tests.migrated import start_from_it

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
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, environment | {"DATABASE_URL": f"sqlite:///{folder / 'yard.sqlite3'}"})
        self.file = folder / "yard.sqlite3"
        start_from_it(self.file)

    def rows(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self.file, timeout=20)) as database:
            return database.execute(sql).fetchall()


class PostgresYard(Yard):
    NAME = "storecast_yard"

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        own = settings.DATABASES["default"]
        self.parts = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
        with psycopg.connect(dbname="postgres", autocommit=True, **self.parts) as server:
            server.execute(f"DROP DATABASE IF EXISTS {self.NAME} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {self.NAME}")
        url = f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{self.NAME}"
        super().__init__(folder, environment | {"DATABASE_URL": url})
        self.connect = psycopg.connect

    def rows(self, sql: str) -> list[tuple]:
        with self.connect(dbname=self.NAME, autocommit=True, **self.parts) as database:
            return database.execute(sql).fetchall()


def open_yard(folder: Path, **environment: str) -> Yard:
    """A yard on the kind of database the tests run on, migrated."""
    made = (SqliteYard if connection.vendor == "sqlite" else PostgresYard)(folder, environment)
    made.manage("migrate", "--verbosity", "0")
    return made
