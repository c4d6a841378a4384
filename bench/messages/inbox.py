"""The inbox of one who has MANY notifications beside that of one who has FEW: the first page, the badge, the search.

On PostgreSQL, through the whole application in this process; the two take turns. The plan of the badge's query is
looked at: it must walk an index and not read the whole inbox.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import psycopg

from bench.figures import Figure
from bench.messages.place import FEW, MANY, ROOT, environment, made

ASK = """
import json, sys, time
from statistics import median
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from accounts.models import Merchant, User
from core.tenancy import tenant
from notifications.inbox.queries import inbox_of
settings.ALLOWED_HOSTS.append("testserver")
few, many = sys.argv_keys
clients = []
for key in (few, many):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    clients.append(client)
found = {}
for name, address in (("first page", "/m/bench/inbox/"), ("badge", "/m/bench/inbox/count/"),
                      ("search", "/m/bench/inbox/?q=10042"), ("archive", "/m/bench/inbox/?tab=archive")):
    spent = [[], []]
    for turn in range(45):
        for which, client in enumerate(clients):
            began = time.perf_counter()
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code
            if turn >= 5:
                spent[which].append(time.perf_counter() - began)
    found[name] = [1000 * median(times) for times in spent]
with tenant(Merchant.objects.get(slug="bench")):
    user = User.objects.get(email="reader-1@bench.example")
    rows = inbox_of(user.pk).unread(timezone.now()).order_by("rank", "pk").values_list("kind", flat=True)[:100]
    found["plan"] = rows.explain()
print(json.dumps(found))
"""


def run() -> Iterator[Figure]:
    import json

    try:
        address, keys = made()
    except psycopg.OperationalError as fault:
        print(f"inbox: no PostgreSQL ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
        return
    code = ASK.replace("sys.argv_keys", repr(tuple(keys[:2])))
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment(address), check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    plan = found.pop("plan")
    for name, (few, many) in found.items():
        yield Figure(f"inbox of {MANY:,}: {name}", many, "ms", few, f"inbox of {FEW}", 1.3, "lower")
    yield Figure("badge: reads the whole inbox", float("Seq Scan" in plan), "", 1, "plan", 0, "lower", "figure")
