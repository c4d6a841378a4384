"""The last items, and more buyers than items: 1,000 rounds of 32 at once on PostgreSQL, of 8 at once on SQLite.

Every buyer pays through the action that pages and API call. A control without the guard shows that the race is there.
OVERSELL_ROUNDS names another number of rounds, OVERSELL_DATABASE another server than 127.0.0.1:5432.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench.figures import Figure
from bench.place import ROOT

SERVER = os.environ.get("OVERSELL_DATABASE", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "storecast_bench_oversell"
ROUNDS = int(os.environ.get("OVERSELL_ROUNDS", "1000"))
CARELESS = max(10, ROUNDS // 20)


def _play(database: str, buyers: int) -> dict[str, Any]:
    script = (
        "import sys; from bench.place import prepare; prepare();"
        " from bench.apart.last_items import main; main(sys.argv[1:])"
    )
    words = [str(ROUNDS), str(buyers), str(CARELESS)]
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def _figures(name: str, buyers: int, found: dict[str, Any]) -> Iterator[Figure]:
    what = f"{name}, {ROUNDS:,} x {buyers} buyers"
    yield Figure(f"{what}: oversold", found["oversold"], "rounds", ROUNDS, "played", 0, "lower", "figure")
    yield Figure(f"{what}: left over", found["undersold"], "rounds", ROUNDS, "played", 0, "lower", "figure")
    beyond = found["shipped_beyond"] + found["broken_levels"]
    yield Figure(f"{what}: shipped beyond, or books wrong", beyond, "units", ROUNDS, "rounds", 0, "lower", "figure")
    share = found["careless_oversold"]
    yield Figure(f"{name}, without the guard: oversold", share, "rounds", CARELESS, "played", 0.5, "higher")


def run() -> Iterator[Figure]:
    try:
        with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {NAME}")
            try:
                found = _play(urlsplit(SERVER)._replace(path=f"/{NAME}").geturl(), 32)
            finally:
                server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        yield from _figures("PostgreSQL", 32, found)
    except psycopg.OperationalError as fault:
        print(f"oversell: no PostgreSQL at {SERVER} ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        found = _play(f"sqlite:///{Path(folder) / 'oversell.sqlite3'}", 8)
    yield from _figures("SQLite", 8, found)
