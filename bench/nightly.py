"""The night of fifty shops: from their sales in PostgreSQL to stored forecasts, stock-out days and notices.

Real worker processes (`manage.py worker`, two for long work and one for short) on a database of its own, made on the
first run in about five minutes and dropped at the end; NIGHTLY_KEEP=1 leaves it for the next run. NIGHTLY_DATABASE
names another server than 127.0.0.1:5432, NIGHTLY_SIZE other numbers than "50x2000". Then the same once more while
`kill -9` ends a process that forecasts, and one shop of 500 variants from the click on its page to a variant's chart.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from bench.figures import Figure
from bench.place import ROOT

SERVER = os.environ.get("NIGHTLY_DATABASE", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "storecast_bench_nightly"
MERCHANTS, SKUS = (int(number) for number in os.environ.get("NIGHTLY_SIZE", "50x2000").split("x"))
DAYS, ALONE = 365, 500
PATIENCE = 1_800  # seconds after which a run that does not end is given up
WORKERS = {"WORKERS_LONG": "2", "WORKERS_DEFAULT": "1"}
SHOPS = "(SELECT id FROM accounts_merchant WHERE slug LIKE '{}-%')"
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
OPEN = "SELECT count(*) FROM accounts_job WHERE state IN ('queued', 'running') AND due_at <= now()"
SEALED = (
    "SELECT merchant_id, made, failed, outcome, digest FROM analytics_demandresult WHERE run_id IN"
    " (SELECT id FROM analytics_demandrun WHERE live) ORDER BY merchant_id"
)
CLOCK = (
    "SELECT extract(epoch FROM max(greatest(job.finished_at, result.closed_at)) - min(job.created_at))"
    " FROM accounts_job job FULL JOIN analytics_demandresult result ON false"
)
CLICK = (
    "SELECT extract(epoch FROM max(result.closed_at) - min(job.created_at))"
    " FROM analytics_demandresult result, accounts_job job"
)
HELD = (
    "SELECT merchant_id, count(*), md5(string_agg(concat_ws(' ', variant_id, lasts, out_middle, order_by, to_order),"
    " ',' ORDER BY variant_id)) FROM analytics_demandoutlook GROUP BY 1 ORDER BY 1"
)
WARNED = (
    "SELECT merchant_id, count(*), md5(string_agg(concat_ws(' ', variant_id, out_low, out_middle, out_high),"
    " ',' ORDER BY variant_id)) FROM analytics_stockwarning GROUP BY 1 ORDER BY 1"
)
TOLD = "SELECT merchant_id, count(*) FROM notifications_notification GROUP BY 1 ORDER BY 1"
DOUBLED = "SELECT count(*) - count(DISTINCT (merchant_id, variant_id)) FROM analytics_demandforecast"


@dataclass
class Night:
    """What a run cost and what it left behind."""

    seconds: float = 0.0
    cpu: float = 0.0
    largest: float = 0.0
    killed: int = 0
    left: tuple[Any, ...] = ()
    doubled: float = 0
    repeated: float = 0


def _address(name: str) -> str:
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


def _run(*words: str) -> str:
    """One step of bench/apart/nightly_shops.py, in a process that is set up on the database of this benchmark.

    Returns what it printed.
    """
    script = (
        "import sys; from bench.place import prepare; prepare();"
        " from bench.apart.nightly_shops import main; main(sys.argv[1:])"
    )
    environment = os.environ | {"DATABASE_URL": _address(NAME)}
    done = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def _workers(log: Path) -> Iterator[psutil.Process]:
    environment = os.environ | WORKERS | {"DATABASE_URL": _address(NAME), "LOG_LEVEL": "WARNING"}
    with log.open("a") as output:
        command = [sys.executable, str(ROOT / "manage.py"), "worker"]
        worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield psutil.Process(worker.pid)
    finally:
        worker.terminate()
        try:
            worker.wait(30)
        except subprocess.TimeoutExpired:
            worker.kill()


class Watch:
    """Looks at the worker's processes now and then: their processor time and the most memory one of them held.

    The processor time of the database's own processes counts too, where they run on this machine.
    """

    def __init__(self, worker: psutil.Process, database: psycopg.Connection[Any]) -> None:
        self.worker, self.database = worker, database
        self.spent: dict[int, float] = {}
        self.largest = 0.0

    def look(self) -> None:
        for process in [self.worker, *self.worker.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                self._count(process)
                self.largest = max(self.largest, process.memory_info().rss / 2**30)
        for (pid,) in self.database.execute(BACKENDS).fetchall():
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                if process.name().startswith("postgres"):
                    self._count(process)

    def _count(self, process: psutil.Process) -> None:
        times = process.cpu_times()
        self.spent[process.pid] = times.user + times.system

    @property
    def cpu(self) -> float:
        return sum(self.spent.values())

    def busiest(self) -> psutil.Process:
        """The process that works most just now: one of those that forecast."""
        before, self.spent = self.spent, dict(self.spent)
        time.sleep(0.2)
        self.look()
        alive = [process for process in self.worker.children(recursive=True) if not process.children()]
        return max(alive, key=lambda process: self.spent.get(process.pid, 0.0) - before.get(process.pid, 0.0))


def _night(database: psycopg.Connection[Any], worker: psutil.Process, slug: str = "", *, kill: bool = False) -> Night:
    """Begin, and wait until every run is closed and no job is left."""
    watch, night = Watch(worker, database), Night()
    watch.look()
    before = watch.cpu
    shops = SHOPS.format("alone" if slug else "night")
    finished = f"SELECT count(*) FROM analytics_demandresult WHERE merchant_id IN {shops}"  # noqa: S608
    chunks = f"SELECT count(*) FROM analytics_demandchunk WHERE state = '{{}}' AND merchant_id IN {shops}"  # noqa: S608
    wanted = 1 if slug else MERCHANTS
    _run("prepare")
    began = time.perf_counter()
    _run("begin", *([slug] if slug else []))
    while True:
        watch.look()
        under_way = _one(database, chunks.format("done")) >= wanted // 3 and _one(database, chunks.format("running"))
        if kill and not night.killed and under_way:
            night.killed = watch.busiest().pid
            os.kill(night.killed, signal.SIGKILL)
        if _one(database, finished) == wanted and (slug or not _one(database, OPEN)):
            break
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("the night did not end; see var/bench_nightly.log")
        time.sleep(0.1 if slug else 0.5)
    night.seconds = _one(database, CLICK if slug else CLOCK)
    night.cpu = watch.cpu - before
    night.largest = watch.largest
    night.left = tuple(tuple(database.execute(sql).fetchall()) for sql in (SEALED, HELD, WARNED, TOLD))
    night.doubled = _one(database, DOUBLED)
    night.repeated = _one(database, "SELECT count(*) FROM accounts_job WHERE attempts > 1")
    return night


def _one(database: psycopg.Connection[Any], sql: str) -> float:
    row = database.execute(sql).fetchone()  # type: ignore[call-overload]
    return float(row[0])


@contextmanager
def _place() -> Iterator[bool]:
    """The database, made if it is not there; False where no server answers or none may be made."""
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as fault:
        print(f"nightly: no PostgreSQL at {SERVER} ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
        yield False
        return
    with server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            server.execute(f"CREATE DATABASE {NAME}")
        try:
            yield True
        finally:
            if not os.environ.get("NIGHTLY_KEEP"):
                server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def run() -> Iterator[Figure]:
    with _place() as there:
        if there:
            yield from _figures()


def _figures() -> Iterator[Figure]:
    print("shops and their sales …", file=sys.stderr, flush=True)
    _run("build", str(MERCHANTS), str(SKUS), str(DAYS), str(ALONE))
    _run("prepare")  # the clock stands before there is a worker to look at it
    log = ROOT / "var" / "bench_nightly.log"
    with psycopg.connect(_address(NAME), autocommit=True) as database, _workers(log) as worker:
        time.sleep(6)  # its processes start and load their libraries, as they have long done at night
        print("a night …", file=sys.stderr, flush=True)
        night = _night(database, worker)
        print("a night with a worker killed …", file=sys.stderr, flush=True)
        struck = _night(database, worker, kill=True)
        alone = _night(database, worker, "alone-0")
        _run("prepare")
        clicked = float(_run("click", "alone-0").split()[-1])
    size = f"{MERCHANTS:,} shops x {SKUS:,}"
    yield Figure(f"night of {size}", night.seconds, "s", 90, "allowed", 90, "lower", "figure")
    yield Figure("its processor time, by two", night.cpu / 2, "CPU s", 90, "allowed", 90, "lower", "figure")
    yield Figure("memory of one process", max(night.largest, struck.largest), "GiB", 1.2, "allowed", 1.2, "lower")
    rows = sum(shop[1] for shop in night.left[0])
    yield Figure("forecasts stored", rows, "rows", MERCHANTS * SKUS, "variants", 1.0, "higher")
    warned = sum(shop[1] for shop in night.left[2])
    yield Figure("variants warned of", warned, "", MERCHANTS * SKUS, "variants", 0.0, "higher")
    yield Figure("shops told of it", len(night.left[3]), "", MERCHANTS, "shops", 1.0, "higher")
    parts = sum(one != other for one, other in zip(night.left, struck.left, strict=True))
    yield Figure("what differs after kill -9", parts, "of 4 tables", 4, "all", 0, "lower", "figure")
    yield Figure("jobs that were begun again", struck.repeated, "", 1, "killed", 1, "higher", "figure")
    yield Figure("rows written twice", night.doubled + struck.doubled, "", rows, "rows", 0, "lower", "figure")
    yield Figure(f"one shop of {ALONE}, click to figures", alone.seconds, "s", 5, "allowed", 5, "lower", "figure")
    yield Figure(f"one shop of {ALONE}, click to chart", clicked, "s", 5, "allowed", 5, "lower", "figure")
