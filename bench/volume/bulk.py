"""A bulk action over twenty thousand orders, as people feel it: who asks, who else is at work, and a worker that dies.

A shop of BULK_ORDERS orders in a database of its own, on SQLite and on PostgreSQL (BULK_DATABASE names another server
than 127.0.0.1:5432), gunicorn with two workers and one real `manage.py worker`, all on this machine. The whole view is
chosen with one POST. All orders are tagged first, undisturbed, then packed while `kill -9` ends the process that packs.
Meanwhile another person asks for the list of orders again and again: the median of these is set against the one with
nobody else at work. What was changed is counted in the orders, the rows of the batch and the log.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil
import psycopg

from bench.figures import Figure
from bench.place import ROOT, environment, free_port

SERVER = os.environ.get("BULK_DATABASE", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "storecast_bench_bulk"
ORDERS = int(os.environ.get("BULK_ORDERS", "20000"))
PATIENCE = 900  # seconds after which a batch that does not end is given up
INDEX = "/m/bulk/orders/?tab=all"
TOKEN = "b" * 32
STEPS = 5  # different percentages that a person who watches must have seen at least


class Place:
    """The database: looked at with SQL, as an operator would."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.file = ROOT / "var" / f"{NAME}.sqlite3"
        address = urlsplit(SERVER)._replace(path=f"/{NAME}").geturl()
        self.url = f"sqlite:///{self.file}" if vendor == "SQLite" else address
        self.environment = environment(self.url) | {"JOB_LEASE": "6", "JOB_RESEND": "3"}

    def make(self) -> bool:
        """A fresh database; False where no server answers."""
        self.drop()
        if self.vendor == "SQLite":
            return True
        try:
            with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
                server.execute(f"CREATE DATABASE {NAME}")
        except psycopg.OperationalError as fault:
            print(f"bulk: no PostgreSQL at {SERVER} ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
            return False
        return True

    def drop(self) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        if self.vendor != "SQLite":
            with suppress(psycopg.OperationalError), psycopg.connect(SERVER, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.vendor == "SQLite":
            with closing(sqlite3.connect(self.file, timeout=30)) as database:
                return database.execute(sql).fetchall()
        with psycopg.connect(self.url, autocommit=True) as server:
            return server.execute(sql).fetchall()  # type: ignore[call-overload,no-any-return]


BUILD = """
from django.conf import settings
from django.utils import timezone
from accounts.models import Membership, Merchant, User
from bench.place import signed_in
from core.bulk import insert_columns
from core.tenancy import every_tenant, tenant
from ecommerce.models import Order
count = int("COUNT")
shop = Merchant.objects.create(name="Bulk", slug="bulk", state="active")
sessions = []
for name in ("ann", "ben"):
    user = User.objects.create_user(email=f"{name}@bulk.example", password="x", name=name)
    with every_tenant("build"):
        Membership.objects.create(merchant=shop, user=user, role="owner")
    sessions.append(signed_in(user))
now = timezone.now()
with tenant(shop):
    columns = {
        "number": [str(10000 + n) for n in range(count)],
        "buyer_name": [f"Buyer {n % 4000}" for n in range(count)],
        "placed_at": [now - timezone.timedelta(minutes=n) for n in range(count)],
    }
    insert_columns(Order, columns, state="paid", payment_state="paid", currency="CNY", units=1, updated_at=now)
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, *sessions)
"""


def _manage(place: Place, *words: str) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    done = subprocess.run(command, cwd=ROOT, env=place.environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


class Person:
    """Somebody at the shop's pages."""

    def __init__(self, port: int, cookies: str) -> None:
        self.port, self.cookies = port, cookies

    def ask(self, path: str, posted: dict[str, str] | None = None) -> tuple[float, int, str, str]:
        """Milliseconds, status, text and where one is sent."""
        body = urlencode({**posted, "csrfmiddlewaretoken": TOKEN}) if posted is not None else None
        headers = {"Cookie": self.cookies}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request("GET" if body is None else "POST", path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        return 1000 * (time.perf_counter() - began), answer.status, text, answer.getheader("Location") or ""


@contextmanager
def _running(place: Place, port: int, log: Path) -> Iterator[psutil.Process]:
    """The web server and the worker; gives the worker."""
    web = [
        sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2", "--threads=4",
        "--log-level=error",
    ]  # fmt: skip
    commands = [web, [sys.executable, str(ROOT / "manage.py"), "worker"]]
    with log.open("a") as output:
        started = [
            subprocess.Popen(command, cwd=ROOT, env=place.environment, stdout=output, stderr=output)
            for command in commands
        ]
    try:
        yield psutil.Process(started[1].pid)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _kill_who_works(worker: psutil.Process) -> int:
    """End the processes of the worker that have a job in hand, at once."""
    killed = 0
    for process in worker.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "processing" in " ".join(process.cmdline()):
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
    return killed


class Run:
    """One bulk action over the whole view, watched by who asked, while another person works."""

    def __init__(self, place: Place, ann: Person, ben: Person) -> None:
        self.place, self.ann, self.ben = place, ann, ben
        self.others: list[float] = []
        self.seen: set[int] = set()
        self.failed = self.killed = 0
        self.started = self.seconds = 0.0

    def go(self, step: str, worker: psutil.Process | None = None, **posted: str) -> None:
        form = {"all": "1", "sure": "1", "batch": step, "next": INDEX, **posted}
        self.started, status, _text, page = self.ann.ask(f"/m/bulk/orders/{step}/?tab=all", form)
        if status != 302 or "/batches/" not in page:
            raise RuntimeError(f"the batch did not start: {status} {page}")
        began = time.perf_counter()
        while True:
            _time, _status, text, _to = self.ann.ask(page)
            if found := re.search(r">(\d+)%<", text):
                self.seen.add(int(found.group(1)))
                if worker is not None and not self.killed and 25 <= int(found.group(1)) < 90:
                    self.killed = _kill_who_works(worker)
            else:
                break
            for _ in range(3):
                took, status, _text, _to = self.ben.ask(INDEX)
                self.others.append(took)
                self.failed += status != 200
            if time.perf_counter() - began > PATIENCE:
                raise RuntimeError("the batch did not end; see var/bench_bulk.log")
        self.seconds = time.perf_counter() - began


def run() -> list[Figure]:
    figures: list[Figure] = []
    for vendor in ("SQLite", "PostgreSQL"):
        place = Place(vendor)
        if not place.make():
            continue
        print(f"bulk on {vendor} …", file=sys.stderr, flush=True)
        try:
            figures += _figures(place)
        finally:
            place.drop()
    return figures


def _figures(place: Place) -> Iterator[Figure]:
    _manage(place, "migrate", "-v0")
    build = BUILD.replace("COUNT", str(ORDERS))
    session, csrf, ann, ben = _manage(place, "shell", "-v0", "-c", build).split()[-4:]
    port = free_port()
    people = [Person(port, f"{session}={key}; {csrf}={TOKEN}") for key in (ann, ben)]
    with _running(place, port, ROOT / "var" / "bench_bulk.log") as worker:
        _wait_for(people[1])
        idle = median(people[1].ask(INDEX)[0] for _ in range(60))
        tagged, packed = Run(place, *people), Run(place, *people)
        tagged.go("tag", tag="bench", way="on")
        packed.go("pack", worker)
    yield from _felt(place, tagged, packed, idle)
    yield from _counted(place, packed)


def _felt(place: Place, tagged: Run, packed: Run, idle: float) -> Iterator[Figure]:
    name = place.vendor
    rate = ORDERS / tagged.seconds
    yield Figure(f"{name}: {ORDERS:,} orders tagged", tagged.seconds, "s", 120, "allowed", 120, "lower", "figure")
    yield Figure(f"{name}: orders tagged a second", rate, "/s", 200, "wanted", 200, "higher", "figure")
    yield Figure(f"{name}: until the batch has begun", tagged.started, "ms", 3000, "allowed", 3000, "lower", "figure")
    seen = float(min(len(tagged.seen), len(packed.seen)))
    yield Figure(f"{name}: steps of progress seen", seen, "", STEPS, "wanted", STEPS, "higher", "figure")
    busy = median(tagged.others + packed.others)
    yield Figure(f"{name}: another's order list, p50", busy, "ms", idle, "nobody else at work", 2, "lower")
    yield Figure(f"{name}: the same, at most", busy, "ms", 500, "allowed", 500, "lower", "figure")
    failed = float(tagged.failed + packed.failed)
    asked = float(len(tagged.others) + len(packed.others))
    yield Figure(f"{name}: lists that did not come", failed, "", asked, "asked for", 0, "lower", "figure")


def _counted(place: Place, packed: Run) -> Iterator[Figure]:
    name, rows = place.vendor, place.rows
    facts = rows("SELECT payload FROM accounts_activity WHERE kind = 'orders.packed_together'")
    told = [pk for (fact,) in facts for pk in (json.loads(fact) if isinstance(fact, str) else fact)["order_ids"]]
    done = rows(
        "SELECT count(*) FROM accounts_batchrow r JOIN accounts_batch b ON b.id = r.batch_id"
        " WHERE b.kind = 'orders.pack' AND r.state = 'done'"
    )[0][0]
    left = rows("SELECT count(*) FROM ecommerce_order WHERE state <> 'packed'")[0][0]
    tags, once = rows("SELECT count(*), count(DISTINCT order_id) FROM ecommerce_ordertag")[0]
    yield Figure(f"{name}: processes ended by kill -9", packed.killed, "", 1, "wanted", 1, "higher", "figure")
    yield Figure(f"{name}: packed all the same after", packed.seconds, "s", 180, "allowed", 180, "lower", "figure")
    yield Figure(f"{name}: orders packed", len(set(told)), "", ORDERS, "chosen", ORDERS, "higher", "figure")
    yield Figure(f"{name}: results written", done, "", ORDERS, "chosen", ORDERS, "higher", "figure")
    yield Figure(
        f"{name}: changed twice", len(told) - len(set(told)) + tags - once, "", ORDERS, "chosen", 0, "lower", "figure"
    )
    yield Figure(f"{name}: left over", left + ORDERS - once, "", ORDERS, "chosen", 0, "lower", "figure")


def _wait_for(person: Person) -> None:
    for _ in range(120):
        with suppress(OSError):
            if person.ask(INDEX)[1] == 200:
                return
        time.sleep(0.5)
    raise RuntimeError("the server did not come up; see var/bench_bulk.log")
