"""A database of its own for benchmarks: var/bench.sqlite3, holding the demo marketplace; or DATABASE_URL if given."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.people.models import User

ROOT = Path(__file__).resolve().parent.parent


def data_file(path: str) -> Path | None:
    """A file of real data, which lie outside of the project: in SHARED_DATA, or in ../shared/data beside it."""
    places = [Path(os.environ["SHARED_DATA"])] if "SHARED_DATA" in os.environ else []
    places += [parent / "shared" / "data" for parent in ROOT.parents]
    return next((place / path for place in places if (place / path).exists()), None)


def environment(address: str) -> dict[str, str]:
    """For a process of ours that works on the database at `address`."""
    return os.environ | {
        "DATABASE_URL": address, "DEMO": "true", "STAFF_MFA_REQUIRED": "false", "LOG_LEVEL": "ERROR",
        "STATIC_MANIFEST": "false", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signed_in(user: User) -> str:
    """The key of a session in which the person is signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return str(session.session_key)


def prepare() -> None:
    """Set Django up on the benchmark's database. Call before importing anything of the project."""
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{ROOT / 'var' / 'bench.sqlite3'}")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as manage.py does
    os.environ["DEMO"] = "true"
    os.environ["STAFF_MFA_REQUIRED"] = "false"
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def marketplace() -> None:
    """The demo marketplace of about 60,000 orders with its figures, made once a database."""
    from config.demo.build import build, exists

    if not exists():
        build()
