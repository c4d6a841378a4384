"""An empty database with every migration applied, made once and copied from then on: on SQLite only.

Django renders all models anew for almost every migration, which takes most of a minute; a copy takes a tenth of a
second. What is copied is kept under a name made of the migrations and of what they lean on, so a changed one is run
again. `migrate` is called on the copy as on any database, and finds nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

LEANED_ON = ("requirements.txt", "core/append_only.py", "core/namesearch.py")


def kept() -> Path:
    """Where the migrated database of this state of the code is kept, whether or not it is there."""
    root = Path(settings.BASE_DIR)
    digest = hashlib.sha256(sqlite3.sqlite_version.encode())
    for path in [*sorted(root.glob("*/migrations/*.py")), *(root / name for name in LEANED_ON)]:
        digest.update(f"\n{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    return root / "var" / "migrated" / f"{digest.hexdigest()[:20]}.sqlite3"


def start_from_it(path: Path) -> None:
    """Put the kept database at `path`, where a test is about to run `migrate`; nothing if none is kept."""
    if kept().exists():
        shutil.copy(kept(), path)


def fill(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """A receiver of `connection_created`: the test database in memory starts as a copy."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db() and kept().exists():  # type: ignore[attr-defined]
        with closing(sqlite3.connect(kept())) as source:
            source.backup(connection.connection)


def keep() -> None:
    """Keep the test database as it is after `migrate`, before any test; other states of the code are forgotten."""
    wanted = kept()
    if connection.vendor != "sqlite" or wanted.exists():
        return
    wanted.parent.mkdir(parents=True, exist_ok=True)
    mine = wanted.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(mine)) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    for old in wanted.parent.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    mine.replace(wanted)
