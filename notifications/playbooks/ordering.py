"""The order in which facts are decided: that of their numbers, none left out.

Numbers are given when a fact is written and seen when its transaction ends, so a fact may come to light after others
with higher numbers. Whoever moves past a number must know that nothing below it is still to come.
"""

from __future__ import annotations

import time

from django.db import connection
from django.db.models import Max

from accounts.activity.models import Activity
from core.errors import Transient
from core.tenancy import every_tenant

PAUSES = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)  # seconds
WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relation = %s::regclass
"""


def settled_to() -> int:
    """The highest fact below which none is still to come, of all merchants.

    SQLite has one writer at a time, so its facts come to light in their order. On PostgreSQL whoever has taken a number
    holds a lock on the table until its transaction ends: those who hold one now are waited for. Raises Transient when
    one of them takes more than four seconds.
    """
    with every_tenant("numbers of facts are given across merchants"):
        newest = Activity.objects.order_by().aggregate(newest=Max("pk"))["newest"] or 0
    if connection.vendor != "postgresql":
        return int(newest)
    writing = _writers()
    for pause in PAUSES:
        if not writing:
            return int(newest)
        time.sleep(pause)
        writing &= _writers()
    if writing:
        raise Transient("Facts are still being written.")
    return int(newest)


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS, [Activity._meta.db_table])
        return {row[0] for row in cursor.fetchall()}
