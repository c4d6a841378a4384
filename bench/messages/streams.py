"""Many live streams in one process of `manage.py live`: its memory, and how soon a change is with its reader."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import psutil
import psycopg

from bench.figures import Figure
from bench.messages.place import STREAMS, made
from bench.place import ROOT, environment, free_port

CHANGES = 20
SETTLE = 3.0  # seconds: until the first states are sent


def _open(port: int, key: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=20)
    line.sendall(f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sid={key}\r\n\r\n".encode())
    head = line.recv(200)
    if b" 200 " not in head:
        raise RuntimeError(f"the stream did not open: {head[:60]!r}")
    return line


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if process.poll() is not None:
            raise RuntimeError("manage.py live ended")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("manage.py live did not come up")


def run() -> Iterator[Figure]:
    try:
        address, keys = made()
    except psycopg.OperationalError as fault:
        print(f"streams: no PostgreSQL ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
        return
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "live", f"--port={port}"], cwd=ROOT, env=environment(address)
    )
    with ExitStack() as stack:
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        _wait_for(port, process)
        lines = [stack.enter_context(_open(port, key)) for key in keys[2:]]
        time.sleep(SETTLE)
        memory = psutil.Process(process.pid).memory_info().rss / 2**20
        waits = [_change(address, lines, n) for n in range(CHANGES)]
    waits.sort()
    yield Figure(f"{STREAMS} live streams, one process", memory, "MB", 300, "allowed", 300, "lower", "figure")
    late = waits[int(0.95 * len(waits))]
    yield Figure("a change is with its reader, p95", late, "s", 3, "allowed", 3, "lower", "figure")
    yield Figure("the same, median", median(waits), "s", 3, "allowed", 3, "lower", "figure")


def _change(address: str, lines: list[socket.socket], number: int) -> float:
    """Seconds from a row in one reader's inbox to the event on their stream."""
    which = number * len(lines) // CHANGES
    line = lines[which]
    line.setblocking(False)
    try:
        while line.recv(65536):
            pass
    except BlockingIOError:
        line.setblocking(True)
    line.settimeout(10)
    began = time.perf_counter()
    with psycopg.connect(address, autocommit=True) as database:
        database.execute(
            "INSERT INTO notifications_notification (merchant_id, user_id, kind, key, params, urgency, rank, state, at,"
            ' changed_at, text) SELECT m.id, u.id, \'order-late\', %s, \'{"count": 1, "number": "1", "due":'
            " \"2026-06-05T10:00:00+00:00\"}', 1, %s, 'unread', now(), now(), '' FROM accounts_user u,"
            " accounts_merchant m WHERE u.email = %s AND m.slug = 'bench'",
            [f"new-{number}", number, f"reader-{which + 2}@bench.example"],
        )
    while b"event: inbox" not in line.recv(65536):
        pass
    return time.perf_counter() - began
