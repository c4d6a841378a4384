"""One notice of the platform to FANOUT_PEOPLE members of many shops, until it lies in every inbox; on PostgreSQL.

`python -m bench.messages.fanout` builds the members at DATABASE_URL, releases the notice, does what its job does and
prints what it found. Every fifth person works for two shops, every
tenth chose not to have such notices in the inbox, and every hundredth wants an e-mail.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import psycopg

from bench.figures import Figure, seconds
from bench.messages.place import drop, fresh
from bench.place import ROOT, environment, prepare

NAME = "storecast_bench_fanout"
PEOPLE = int(os.environ.get("FANOUT_PEOPLE", "20000"))
CREW = 5  # people who joined each shop first
ALLOWED = 10  # seconds
UNUSABLE = "!"  # as a password: nobody signs in with it


def run() -> Iterator[Figure]:
    try:
        address = fresh(NAME)
    except psycopg.OperationalError as fault:
        print(f"fanout: no PostgreSQL ({str(fault).splitlines()[0]}); skipped.", file=sys.stderr)
        return
    command = [sys.executable, "-m", "bench.messages.fanout"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment(address), check=True, stdout=subprocess.PIPE, text=True
        )
    finally:
        drop(NAME)
    found = json.loads(done.stdout.splitlines()[-1])
    wanted = PEOPLE - len(range(0, PEOPLE, 10))
    yield Figure(
        f"notice to {PEOPLE:,}: in the inboxes", found["inboxes"], "s", ALLOWED, "allowed", ALLOWED, "lower", "figure"
    )
    yield Figure("notice: inboxes a second", wanted / found["inboxes"], "/s", 2000, "wanted", 2000, "higher", "figure")
    yield Figure("notice: its longest transaction", found["longest"], "s", 2, "allowed", 2, "lower", "figure")
    yield Figure("notice: not told", float(wanted - found["told"]), "", wanted, "wanted", 0, "lower", "figure")
    yield Figure("notice: told twice", float(found["twice"]), "", wanted, "wanted", 0, "lower", "figure")
    yield Figure("notice: e-mails", float(found["mails"]), "", len(range(0, PEOPLE, 100)), "wanted", 1, "lower")
    yield Figure("notice: withdrawn", found["withdrawn"], "s", ALLOWED, "allowed", ALLOWED, "lower", "figure")
    yield Figure("notice: people counted", 1000 * found["counted"], "ms", 1000, "allowed", 1000, "lower", "figure")


def _build() -> None:
    from accounts.models import Membership, Merchant, User
    from core.tenancy import every_tenant
    from notifications.inbox.models import Preference

    shops = Merchant.objects.bulk_create(
        [Merchant(name=f"Shop {n}", slug=f"shop-{n}", state="active") for n in range(PEOPLE // CREW)]
    )
    people = [User(email=f"person-{n}@bench.example", password=UNUSABLE, name=f"Person {n}") for n in range(PEOPLE)]
    User.objects.bulk_create(people, batch_size=2000)
    with every_tenant("build"):
        jobs = [Membership(merchant=shops[n // CREW], user=user, role="owner") for n, user in enumerate(people)]
        jobs += [
            Membership(merchant=shops[-1 - n // CREW], user=user, role="analyst")
            for n, user in enumerate(people)
            if n % 5 == 0 and n // CREW != len(shops) - 1 - n // CREW
        ]
        Membership.objects.bulk_create(jobs, batch_size=2000)
        Preference.objects.bulk_create(
            [
                Preference(
                    merchant=shops[n // CREW],
                    user=user,
                    kind="platform-notice",
                    inbox=n % 10 != 0,
                    mail="now" if n % 100 == 0 else "off",
                )
                for n, user in enumerate(people)
            ],
            batch_size=2000,
        )


def main() -> None:
    prepare()
    import time

    from django.db import connection

    from accounts.models import User
    from core.tenancy import every_tenant
    from notifications.announcements import actions
    from notifications.announcements.models import Announcement
    from notifications.announcements.queries import people_count
    from notifications.models import Mail, Notification

    _build()
    ada = User.objects.create_user(email="ada@bench.example", staff_role="admin", name="Ada")
    words = dict.fromkeys(("text_en", "text_zh"), "Orders are not taken from 02:00 to 03:00 on Sunday.")
    titles = {"title_en": "Maintenance on Sunday", "title_zh": "周日系统维护"}
    draft = actions.write(None, {**words, **titles, "urgency": 2}, author=ada)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with every_tenant("count"):
        counted = seconds(lambda: people_count(draft))
    actions.release(draft, at=None, queue=lambda _: None, actor=ada.actor)
    pieces = [time.perf_counter()]

    def look(announcement: Announcement) -> bool:
        """Stop once the inboxes are done."""
        pieces.append(time.perf_counter())
        return announcement.inbox_done_at is None

    actions.spread(draft.pk, go_on=look)
    inboxes = pieces[-1] - pieces[0]
    actions.spread(draft.pk, go_on=lambda _: True)
    with every_tenant("count"):
        rows = Notification.objects.filter(kind="platform-notice")
        told, people = rows.count(), rows.values("user_id").distinct().count()
        mails = Mail.objects.count()
    withdrawn = seconds(lambda: actions.withdraw(draft, actor=ada.actor))
    print(
        json.dumps(
            {
                "inboxes": inboxes,
                "longest": max(after - before for before, after in pairwise(pieces)),
                "told": people,
                "twice": told - people,
                "mails": mails,
                "withdrawn": withdrawn,
                "counted": counted,
            }
        )
    )


if __name__ == "__main__":
    main()
