"""A database of its own for benchmarks: var/bench.sqlite3, holding the demo marketplace; or DATABASE_URL if given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_file(path: str) -> Path | None:
    """A file of real data, which lie outside of the project: in SHARED_DATA, or in ../shared/data beside it."""
    places = [Path(os.environ["SHARED_DATA"])] if "SHARED_DATA" in os.environ else []
    places += [parent / "shared" / "data" for parent in ROOT.parents]
    return next((place / path for place in places if (place / path).exists()), None)


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
