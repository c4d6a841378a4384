"""Doing things at the same moment, with real commits, on a real database of either kind."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections


@contextmanager
def shared_database(folder: Path) -> Iterator[None]:
    """Threads started inside see one database and each has its own connection to it.

    SQLite's test database is in memory, where threads cannot wait for each other's locks; they get a copy of it in a
    file. Needs a test with `transactional_db`, whose rows are committed.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    path = folder / "race.sqlite3"
    copy = sqlite3.connect(path)
    connection.connection.backup(copy)
    copy.execute("PRAGMA journal_mode=WAL")  # connections that switch to it at one moment do not wait for each other
    copy.close()
    settings = connections.settings["default"]
    before = settings["NAME"]
    settings["NAME"] = str(path)
    try:
        yield
    finally:
        settings["NAME"] = before


def together(*functions: Callable[[], Any]) -> list[Any]:
    """Run the functions in threads that start at one moment; what each returned or raised, in their order."""
    start = threading.Barrier(len(functions))
    outcome: list[Any] = [None] * len(functions)

    def run(position: int, function: Callable[[], Any]) -> None:
        try:
            start.wait(30)
            outcome[position] = function()
        except Exception as error:
            outcome[position] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcome


def alone(function: Callable[[], Any]) -> Any:
    """The function's result, on the database that the threads saw."""
    [result] = together(function)
    if isinstance(result, Exception):
        raise result
    return result
