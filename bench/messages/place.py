"""A database with two inboxes, one of FEW and one of MANY notifications, and STREAMS more people who are signed in.

`python -m bench.messages.place` makes it anew at DATABASE_URL and prints the session keys.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg

from bench.place import ROOT, environment, prepare, signed_in

SERVER = os.environ.get("MESSAGES_DATABASE", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "storecast_bench_messages"
FEW, MANY = 100, int(os.environ.get("MESSAGES_MANY", "100000"))
STREAMS = int(os.environ.get("MESSAGES_STREAMS", "500"))


def fresh(name: str) -> str:
    """Make that PostgreSQL database anew; returns its address. Raises psycopg.OperationalError without a server."""
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


def drop(name: str) -> None:
    """Leave nothing of that database."""
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def made() -> tuple[str, list[str]]:
    """The address of a fresh PostgreSQL database and the sessions: the reader of few, of many, and the others.

    Raises psycopg.OperationalError where no server answers.
    """
    address = fresh(NAME)
    command = [sys.executable, "-m", "bench.messages.place"]
    done = subprocess.run(command, cwd=ROOT, env=environment(address), check=True, stdout=subprocess.PIPE, text=True)
    return address, json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    prepare()
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from accounts.models import Membership, Merchant, User
    from core.tenancy import every_tenant, tenant
    from notifications.inbox.kinds import kind_of
    from notifications.inbox.models import Notification
    from notifications.inbox.rules import rank_of

    shop = Merchant.objects.create(name="Bench", slug="bench", state="active")
    people = [User(email=f"reader-{n}@bench.example", name=f"Reader {n}") for n in range(STREAMS + 2)]
    for user in people:
        user.set_unusable_password()
    User.objects.bulk_create(people)
    with every_tenant("build"):
        Membership.objects.bulk_create([Membership(merchant=shop, user=user, role="owner") for user in people])
    kind, now = kind_of("order-late"), timezone.now()
    assert kind is not None
    with tenant(shop):
        for user, count in ((people[0], FEW), (people[1], MANY)):
            moments = [now - timedelta(minutes=n) for n in range(count)]
            Notification.objects.bulk_create(
                [
                    Notification(
                        merchant=shop, user=user, kind=kind.name, key=str(n), urgency=kind.urgency, at=at,
                        rank=rank_of(kind.urgency, at), state="unread" if n % 3 else "archived",
                        params={"count": 1, "number": str(10000 + n), "due": at.isoformat()}, text=str(10000 + n),
                    )
                    for n, at in enumerate(moments)
                ],
                batch_size=2000,
            )  # fmt: skip
    keys = [signed_in(user) for user in people]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps(keys))


if __name__ == "__main__":
    main()
