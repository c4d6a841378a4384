"""The inbox of one who has MANY notifications beside that of one who has FEW: the first page, the badge, the search.

On PostgreSQL, through the whole application in one process; the two take turns. The plan of the badge's query is looked
at: it must walk an index and not read the whole inbox. `python -m bench.messages.inbox FEW MANY` asks with these
sessions at DATABASE_URL and prints what it found.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING

import psycopg

from bench.figures import Figure
from bench.messages.place import FEW, MANY, made
from bench.place import ROOT, environment, prepare

if TYPE_CHECKING:
    from django.test import Client

PAGES = {
    "first page": "/m/bench/inbox/",
    "badge": "/m/bench/inbox/count/",
    "search": "/m/bench/inbox/?q=10042",
    "archive": "/m/bench/inbox/?tab=archive",
}
WARM, TIMES = 5, 40


def run() -> Iterator[Figure]:
    try:
        address, (few, many, *_others) = made()
    except psycopg.OperationalError as fault:
        print(f"inbox: no PostgreSQL ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
        return
    command = [sys.executable, "-m", "bench.messages.inbox", few, many]
    done = subprocess.run(command, cwd=ROOT, env=environment(address), check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    plan = found.pop("plan")
    for name, (spent, before) in found.items():
        yield Figure(f"inbox of {MANY:,}: {name}", spent, "ms", before, f"inbox of {FEW}", 1.3, "lower")
    yield Figure("badge: reads the whole inbox", float("Seq Scan" in plan), "", 1, "plan", 0, "lower", "figure")


def main(few: str, many: str) -> None:
    prepare()
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Merchant, User
    from core.tenancy import tenant
    from notifications.inbox.queries import inbox_of

    settings.ALLOWED_HOSTS.append("testserver")
    clients = [Client(), Client()]
    for client, key in zip(clients, (many, few), strict=True):
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    found: dict[str, object] = {name: _asked(clients, address) for name, address in PAGES.items()}
    with tenant(Merchant.objects.get(slug="bench")):
        reader = User.objects.get(email="reader-1@bench.example")
        rows = inbox_of(reader.pk).unread(timezone.now()).order_by("rank", "pk").values_list("kind", flat=True)[:100]
        found["plan"] = rows.explain()
    print(json.dumps(found))


def _asked(clients: list[Client], address: str) -> list[float]:
    """Milliseconds that each waits for the page, in turns: the median."""
    spent: list[list[float]] = [[] for _ in clients]
    for turn in range(WARM + TIMES):
        for times, client in zip(spent, clients, strict=True):
            began = time.perf_counter()
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
            if turn >= WARM:
                times.append(1000 * (time.perf_counter() - began))
    return [median(times) for times in spent]


if __name__ == "__main__":
    main(*sys.argv[1:])
