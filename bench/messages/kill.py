"""Nothing lost, nothing twice: KILL_FACTS facts (100,000 unless set) while everything breaks that can break.

The real product on PostgreSQL: gunicorn and three `manage.py worker`, and a mail server that is down, slow, greylists,
refuses or hangs after accepting, in turn (hostile.py). Of BY_API facts one comes by API, sent again under its
Idempotency-Key until it is answered; the others are recorded by a process of their own (crowd.py), and those beyond
10,000 (KILL_SINGLE) are notices of the platform, each of which tells a thousand people. Meanwhile processes of workers
and web end by `kill -9` at random, a whole worker at a time too, and waiting tasks are doubled. When all facts are out,
the server is calm and the clock of what waits for another attempt is moved forward, again and again, until nothing is
open. Then the rows, the delivery log and the mail server's own record are held against each other.

It needs what tests need (aiosmtpd), and takes a quarter of an hour, or most of one beside other work;
`KILL_FACTS=2000` is a first look. Logs: var/bench_kill.log.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import cycle
from typing import Any

import psutil
import psycopg

from bench.figures import Figure, table
from bench.messages.crowd import BY_API, CROWD, MEMBERS, SHOPS, is_by_api
from bench.messages.hostile import CALM, MOODS, Hostile
from bench.messages.place import drop, fresh
from bench.place import ROOT, environment, free_port

NAME = "storecast_bench_kill"
FACTS = int(os.environ.get("KILL_FACTS", "100000"))
# So many happen one by one, for MEMBERS people each; the rest are told by notices of the platform, CROWD at a time.
NOTICES = max(0, FACTS - int(os.environ.get("KILL_SINGLE", "10000"))) // CROWD
SINGLE = FACTS - NOTICES * CROWD
WANTED = SINGLE * MEMBERS + NOTICES * CROWD
# Of the facts of the first shop; and everybody is told of the tokens, which are about security.
MAILS = len(range(0, SINGLE, SHOPS)) * MEMBERS + MEMBERS * SHOPS
WORKERS = 3
EVERY = float(os.environ.get("KILL_EVERY", "8"))  # seconds between two kills, on average
PATIENCE = 600  # seconds without any progress after which it is given up
CUT_AT_MOST = 2  # senders that one kill may cut short
OPEN = (
    "SELECT count(*) FROM accounts_job WHERE state IN ('queued', 'running')"
    " AND (task LIKE '%handle_fact' OR task LIKE '%send_mail' OR task LIKE '%send_out')"
)
TOLD = (
    "SELECT count(*) FROM notifications_notification"
    " WHERE kind IN ('payment-failed', 'complaint-opened', 'platform-notice')"
)


class Site:
    """The processes of the product, which are killed and started again."""

    def __init__(self, smtp: int, address: str) -> None:
        self.url = address
        self.port = free_port()
        self.environment = environment(self.url) | {
            "DEMO": "false", "DEBUG": "true", "SECRET_KEY": "bench" * 12, "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
            "JOB_LEASE": "10", "JOB_RESEND": "5", "JOB_PROBE": "10", "JOB_STALE": "60", "WORKERS_DEFAULT": "1",
            "API_RATE_TOKEN": "100000", "API_RATE_MERCHANT": "100000", "API_RATE_ADDRESS": "100000",
        }  # fmt: skip
        self.log = (ROOT / "var" / "bench_kill.log").open("a")
        self.web: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.killed: Counter[str] = Counter()
        self.chance = random.Random(11)

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )

    def up(self) -> None:
        """Start what does not run."""
        if self.web is None or self.web.poll() is not None:
            self.web = self.start(
                "-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{self.port}", "--workers=2", "--threads=2",
                "--log-level=error",
            )  # fmt: skip
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < WORKERS:
            self.workers.append(self.start("manage.py", "worker"))

    def wait_for_web(self) -> None:
        """Raises RuntimeError when nobody answers after two minutes."""
        for _ in range(240):
            with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
                line.request("GET", "/healthz")
                line.getresponse()
                return
            time.sleep(0.5)
        raise RuntimeError("the web server did not come up; see var/bench_kill.log")

    def kill_something(self) -> None:
        """One process of a worker, a whole worker, or one of the web server."""
        what = self.chance.choices(("part of a worker", "worker", "web"), (6, 2, 2))[0]
        root = self.web if what == "web" else self.chance.choice(self.workers)
        if root is None:
            return
        with suppress(psutil.NoSuchProcess):
            below = psutil.Process(root.pid).children(recursive=True)
            if what == "worker":
                victims = [psutil.Process(root.pid), *below]
            else:
                victims = [self.chance.choice(below)] if below else []
            for victim in victims:
                with suppress(psutil.NoSuchProcess):
                    os.kill(victim.pid, signal.SIGKILL)
            self.killed[what] += bool(victims)

    def down(self) -> None:
        for process in [*self.workers, *([self.web] if self.web else [])]:
            below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for one in below:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
        self.log.close()


class Caller(threading.Thread):
    """Programs of the shops: each complaint is posted until it is answered with success."""

    def __init__(self, port: int, tokens: list[str]) -> None:
        super().__init__(daemon=True)
        self.port, self.tokens = port, tokens
        self.numbers = [10000 + n for n in range(SINGLE) if is_by_api(10000 + n)]
        self.again = 0
        self.refused: list[str] = []

    def run(self) -> None:
        for number in self.numbers:
            while not self._posted(number):
                self.again += 1
                time.sleep(0.3)

    def _posted(self, number: int) -> bool:
        body = json.dumps({"topic": "damaged", "text": "It came broken.", "order": str(number)})
        headers = {
            "Authorization": f"Bearer {self.tokens[(number - 10000) % SHOPS]}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"kill-{number}",
        }
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
                line.request("POST", "/api/v1/complaints/", body, headers)
                answer = line.getresponse()
                text = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        if 400 <= answer.status < 500 and answer.status not in (409, 429):
            self.refused.append(f"{number}: {answer.status} {text[:200]!r}")
            return True
        return answer.status == 201


class Run:
    """The whole course, and what was counted on the way."""

    def __init__(self, site: Site, server: Hostile, database: psycopg.Connection[Any]) -> None:
        self.site, self.server, self.database = site, server, database
        self.doubled = 0
        self.chance = random.Random(13)

    def one(self, sql: str) -> int:
        return int(self.database.execute(sql).fetchall()[0][0])

    def go(self, tokens: list[str]) -> float:
        """Seconds from the first fact until nothing was open any more."""
        self.site.up()
        self.site.wait_for_web()
        began = kill_at = mood_at = moved = time.monotonic()
        feeder = self.site.start("-m", "bench.messages.crowd", "announce", str(NOTICES))
        caller = Caller(self.site.port, tokens)
        caller.start()
        last, still, moods = (0, 0), began, cycle(MOODS)
        while True:
            time.sleep(0.5)
            now = time.monotonic()
            is_fed = feeder.poll() is not None and not caller.is_alive()
            if not is_fed or self._told() < WANTED * 0.9 or self._sent() < MAILS * 0.7:
                if now > kill_at:
                    self.site.kill_something()
                    kill_at = now + self.chance.uniform(0.3, 1.7) * EVERY
                    self._double_tasks()
                if now > mood_at:
                    self.server.change(next(moods))
                    mood_at = now + self.chance.uniform(3, 8)
            elif self.server.mood != CALM:
                self.server.change(CALM)
            self.site.up()
            state = (self._told(), self.one(OPEN))
            if state != last:
                last, still = state, now
            print(f"\r{now - began:6.0f} s  {state[0]:,} notices  {state[1]:,} open ", end="", file=sys.stderr)
            if (
                is_fed
                and not state[1]
                and not self.one(
                    "SELECT count(*) FROM notifications_mail WHERE next_try IS NOT NULL"
                    " AND state IN ('queued', 'sending', 'maybe_sent')"
                )
            ):
                break
            if is_fed and self.server.mood == CALM and now > moved + 5:
                self._move_clock()
                moved = now
            if now - still > PATIENCE:
                raise RuntimeError("nothing moves any more; see var/bench_kill.log")
        if feeder.returncode or caller.refused:
            raise RuntimeError(f"facts were not taken: {feeder.returncode} {caller.refused[:3]}")
        self.again = caller.again
        return time.monotonic() - began

    def _told(self) -> int:
        return self.one(TOLD)

    def _sent(self) -> int:
        return self.one("SELECT count(*) FROM notifications_mail WHERE state = 'sent'")

    def _double_tasks(self) -> None:
        """Hand out some of what waits once more."""
        done = self.database.execute(
            "INSERT INTO django_q_ormq (key, payload, lock)"
            " SELECT key, payload, lock FROM django_q_ormq ORDER BY random() LIMIT 10"
        )
        self.doubled += done.rowcount

    def _move_clock(self) -> None:
        """What waits for another attempt is due, as it would be some minutes later."""
        self.database.execute(
            "UPDATE notifications_mail SET next_try = now()"
            " WHERE next_try > now() AND state IN ('queued', 'maybe_sent')"
        )
        self.database.execute(
            "UPDATE accounts_job SET due_at = now()"
            " WHERE state = 'queued' AND due_at > now() AND task LIKE '%send_mail'"
        )


def run() -> Iterator[Figure]:
    try:
        address = fresh(NAME)
    except psycopg.OperationalError as fault:
        print(f"kill: no PostgreSQL ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
        return
    post = Hostile()
    post.up()
    site = Site(post.port, address)
    try:
        site.run("manage.py", "migrate", "-v0")
        tokens = json.loads(site.run("-m", "bench.messages.crowd", "build", str(SINGLE)).splitlines()[-1])
        with psycopg.connect(site.url, autocommit=True) as database:
            course = Run(site, post, database)
            spent = course.go(tokens)
            yield from _figures(course, spent)
    finally:
        site.down()
        post.down()
        drop(NAME)


def _figures(course: Run, spent: float) -> Iterator[Figure]:
    one, post, killed = course.one, course.server, course.site.killed
    wanted = WANTED
    told = course._told()
    twice = one("SELECT count(*) - count(DISTINCT (merchant_id, user_id, kind, key)) FROM notifications_notification")
    wanted_rate = 85 if FACTS >= 20_000 else 0  # with few facts the last attempts take most of the time
    yield Figure(
        "facts a second, all done", FACTS / spent, "/s", 85, "100,000 in 20 min", wanted_rate, "higher", "figure"
    )
    yield Figure("kills by kill -9", sum(killed.values()), "", 5, "wanted", 5, "higher", "figure")
    yield Figure("tasks handed out twice", course.doubled, "", 10, "wanted", 10, "higher", "figure")
    yield Figure("calls by API repeated", course.again, "", SINGLE / BY_API, "calls", 0, "higher", "figure")
    moods = len(post.moods) + (one("SELECT count(*) FROM notifications_delivery WHERE outcome = 'down'") > 0)
    yield Figure("evil moods of the mail server met", moods, "", 5, "wanted", 5, "higher", "figure")
    yield Figure("notices lost", wanted - told, "", wanted, "wanted", 0, "lower", "figure")
    yield Figure("notices twice", twice, "", wanted, "wanted", 0, "lower", "figure")
    yield from _mails(course)


def _mails(course: Run) -> Iterator[Figure]:
    post, killed = course.server, course.site.killed
    rows = course.database.execute(
        "SELECT m.message_id, m.state, m.attempts, count(d.id), count(d.id) FILTER (WHERE d.outcome = 'sent'),"
        " count(d.id) FILTER (WHERE d.outcome IN ('started', 'cut'))"
        " FROM notifications_mail m LEFT JOIN notifications_delivery d ON d.mail_id = m.id"
        " WHERE m.purpose = 'notice' GROUP BY m.id"
    ).fetchall()
    made = len(rows)
    lost = [name for name, *_ in rows if not post.taken[name] and name not in post.refused]
    double = {name for name, *_ in rows if post.taken[name] > 1}
    after_hang = {name for name in double if post.taken[name] <= 1 + post.hung[name]}
    cut = {name for name, *_, broken in rows if broken}
    strange = double - after_hang - cut
    said_sent = [name for name, state, *_ in rows if state == "sent" and not post.taken[name]]
    untold = [name for name, state, _a, _log, sent, _broken in rows if state == "sent" and sent != 1]
    missing = sum(abs(attempts - log) for _n, _s, attempts, log, *_ in rows)
    broken_off = sum(broken for *_, broken in rows)
    kills = sum(killed.values())
    yield Figure("mails not written", MAILS - made, "", MAILS, "wanted", 0, "lower", "figure")
    yield Figure("mails lost", len(lost), "", made, "written", 0, "lower", "figure")
    yield Figure("mails said sent that were not", len(said_sent), "", made, "written", 0, "lower", "figure")
    yield Figure("mails refused for good", len(post.refused), "", made, "written", made, "lower", "figure")
    yield Figure("server accepted, then hung", sum(post.hung.values()), "", made, "written", made, "lower", "figure")
    yield Figure("mails doubled after that", len(after_hang), "", made, "written", len(post.hung), "lower", "figure")
    in_flight = len((double & cut) - after_hang)
    yield Figure("doubled, sender killed at it", in_flight, "", made, "written", CUT_AT_MOST * kills, "lower", "figure")
    yield Figure("mails doubled otherwise", len(strange), "", made, "written", 0, "lower", "figure")
    yield Figure("attempts without their log", missing, "", kills, "kills", 0, "lower", "figure")
    yield Figure("attempts broken off", broken_off, "", kills, "kills", CUT_AT_MOST * kills, "lower", "figure")
    yield Figure("sent mails without one in the log", len(untold), "", made, "written", 0, "lower", "figure")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended, too
    print(table(list(run())))
