"""A day in a merchant's life, as fast as it goes: what each role has to act on at its end, and what a storm does to it.

The demo marketplace on SQLite in a folder that is thrown away, one more member for each role of its main shop; after
the first night the other shops rest, for it is one merchant's day. The clock of this process goes on by the minute:
buyers do what they did on the same weekday a week before (orders, reviews, complaints), parcels arrive when they were
promised, whatever goes by the clock runs, and nobody of the team does anything about it. Then one carrier fails with
STORM parcels on their way. Read as a page shows it: folded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.place import ROOT, environment, prepare

AT_ONCE = 25  # items to act on
PACE = 1000  # times the clock's
STORM = int(os.environ.get("MESSAGES_STORM", "2000"))
DAY = 24 * 60  # minutes
SLOW_CARRIER = "YTO Express"


@dataclass(frozen=True)
class Happening:
    """Something from outside the shop, in that minute of the day."""

    minute: int
    happens: Any


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        own = {"VAR_DIR": folder, "SECRET_KEY": "bench, " + "x" * 50, "JOB_LEASE": "86400"}
        surroundings = environment(f"sqlite:///{Path(folder) / 'day.sqlite3'}") | own
        command = [sys.executable, "-m", "bench.messages.day"]
        done = subprocess.run(command, cwd=ROOT, env=surroundings, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    most = max(told["day"].values())
    yield Figure(
        "most items to act on in a day, of any role", most, "items", AT_ONCE, "allowed", AT_ONCE, "lower", "figure"
    )
    yield Figure("items without an action", told["without"], "items", 0, "allowed", 0, "lower", "figure")
    yield Figure("pace of the day", told["pace"], "x", PACE, "asked", PACE, "higher", "figure")
    storm = f"{STORM:,} parcels late"
    more, most, roles = max(told["storm"].values()), max(told["about"]), sum(map(bool, told["about"]))
    yield Figure(f"{storm}: items more, any role", more, "items", STORM, "parcels", 1, "lower", "figure")
    yield Figure(f"{storm}: items about them", most, "items", STORM, "parcels", 1, "lower", "figure")
    yield Figure(f"{storm}: roles told of them", roles, "roles", 1, "asked", 1, "higher", "figure")
    yield Figure(f"{storm}: parcels in the item", told["parcels"], "parcels", STORM, "late", 1, "higher")


def main() -> None:
    prepare()
    import time_machine
    from django.utils import timezone

    from accounts.merchants.models import Merchant
    from accounts.operations.periodic import tick
    from config.demo.build import MAIN, build
    from core.tenancy import tenant

    build()
    shop = Merchant.objects.get(slug=MAIN)
    with tenant(shop):
        people = _one_for_each_role(shop)
    began = timezone.now()
    tick()
    _work_off()
    Merchant.objects.exclude(pk=shop.pk).update(state=Merchant.State.SUSPENDED)
    with tenant(shop):
        happenings = sorted(_happenings(began), key=lambda each: each.minute)
    most: dict[str, int] = dict.fromkeys(people, 0)
    without = 0
    print(f"day: {len(happenings)} happenings …", file=sys.stderr, flush=True)
    started = time.perf_counter()
    with time_machine.travel(began, tick=False) as clock:
        for minute in range(DAY):
            clock.shift(60)
            while happenings and happenings[0].minute <= minute:
                with tenant(shop):
                    happenings.pop(0).happens()
            tick()
            _work_off()
            if minute % 60 == 59:
                for role, user in people.items():
                    items, dumb = _items(shop, user)
                    most[role], without = max(most[role], items), max(without, dumb)
        spent = time.perf_counter() - started
        before = {role: _items(shop, user)[0] for role, user in people.items()}
        with tenant(shop):
            _storm(timezone.now())
        for _minute in range(60):
            clock.shift(60)
            tick()
            _work_off()
        more = {role: _items(shop, user)[0] - before[role] for role, user in people.items()}
        about = [_about_the_storm(shop, user) for user in people.values()]
    told = {"about": [len(of) for of in about], "parcels": max((each for of in about for each in of), default=0)}
    print(json.dumps({"day": most, "without": without, "pace": DAY * 60 / spent, "storm": more} | told))


def _work_off() -> None:
    """Whatever is due, here and now, and what comes of it."""
    from django.utils.module_loading import import_string
    from django_q.models import OrmQ
    from django_q.signing import SignedPackage

    from accounts.jobs.runner import sweep

    sweep()
    while row := OrmQ.objects.order_by("pk").first():
        task = SignedPackage.loads(row.payload)
        row.delete()
        import_string(task["func"])(*task["args"], **task["kwargs"])


def _one_for_each_role(shop: Any) -> dict[str, Any]:
    """A member of each role of the main shop; who is there already stays."""
    from accounts.members.models import Membership
    from accounts.people.models import User
    from core.roles import merchant_roles

    people = {member.role: member.user for member in Membership.objects.select_related("user")}
    for role in merchant_roles():
        if role not in people:
            people[role] = User.objects.create_user(f"{role}@day.example", None, name=role, time_zone=shop.time_zone)
            Membership.objects.create(user=people[role], role=role)
    return people


def _items(shop: Any, user: Any) -> tuple[int, int]:
    """(lines to act on, as the inbox folds them; those among them that lead nowhere)."""
    from django.utils import timezone

    from core.tenancy import tenant
    from notifications.inbox.folding import by_urgency
    from notifications.inbox.queries import inbox_of, shown

    with tenant(shop):
        notes = shown(list(inbox_of(user.pk).to_act_on(timezone.now()).order_by("rank", "pk")), shop.slug)
    folds = [fold for _words, members in by_urgency(notes) for fold in members]
    return len(folds), sum(not fold.first.href for fold in folds)


def _about_the_storm(shop: Any, user: Any) -> list[int]:
    """The parcels told of by each item about late parcels of the carrier, also where it is about one parcel alone."""
    from django.utils import timezone

    from core.tenancy import tenant
    from notifications.inbox.queries import inbox_of

    with tenant(shop):
        waiting = list(inbox_of(user.pk).to_act_on(timezone.now()).filter(kind__in=["carrier-late", "parcel-cases"]))
    return [
        note.params.get("parcels") or note.params.get("count", 1)
        for note in waiting
        if note.params.get("carrier") == SLOW_CARRIER
    ]


def _happenings(began: datetime) -> Iterator[Happening]:
    """What the buyers did in the 24 hours of the week before, done once more, and the parcels that arrive."""
    from ecommerce.complaints.models import Complaint
    from ecommerce.fulfilment.models import Shipment
    from ecommerce.orders.models import Order
    from ecommerce.reviews.models import Review

    since, until = began - timedelta(days=7), began - timedelta(days=6)

    def minute(at: datetime) -> int:
        return int((at - since).total_seconds() // 60)

    for order in Order.objects.filter(placed_at__range=(since, until)).prefetch_related("lines"):
        yield Happening(minute(order.placed_at), lambda order=order: _order_again(order))
    quiet = list(Order.objects.filter(state__in=["delivered", "completed"], complaints=None, reviews=None)[:200])
    for review in Review.objects.filter(created_at__range=(began - timedelta(days=7), began)):
        yield Happening(
            review.created_at.hour * 60 + review.created_at.minute, lambda r=review: _review_again(r, quiet)
        )
    for complaint in Complaint.objects.filter(opened_at__range=(began - timedelta(days=7), began)):
        at = complaint.opened_at
        yield Happening(at.hour * 60 + at.minute, lambda c=complaint: _complain_again(c, quiet))
    on_their_way = Shipment.objects.exclude(state__in=["delivered", "returned"]).filter(
        promised_at__lte=began + timedelta(days=1)
    )
    for parcel in on_their_way:
        due = max(0, int((parcel.promised_at - began).total_seconds() // 60))
        yield Happening(min(due, DAY - 1), lambda parcel=parcel: _arrive(parcel))


def _order_again(past: Any) -> None:
    from config.demo.people import BUYER
    from core.errors import Refused
    from ecommerce.orders.actions import place_order
    from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn

    order = OrderIn(
        lines=[LineIn(sku=line.sku, quantity=line.quantity) for line in past.lines.all()],
        buyer=BuyerIn(name=past.buyer_name, email=past.buyer_email, city=past.ship_city, country="CN"),
        channel=past.channel, paid=True, payment_method="WeChat Pay", external_id=f"day-{past.pk}",
    )  # fmt: skip
    try:
        place_order(order, actor=BUYER)
    except Refused as refusal:
        print(f"order {past.number}: {refusal}", file=sys.stderr)


def _review_again(past: Any, quiet: list[Any]) -> None:
    from config.demo.people import BUYER
    from ecommerce.reviews.actions import submit_review

    order = quiet.pop()
    line = order.lines.select_related("variant__product")[0]
    submit_review(
        rating=past.rating, text=past.text, product=line.variant.product, order=order, customer=order.customer,
        author_name=order.buyer_name, actor=BUYER,
    )  # fmt: skip


def _complain_again(past: Any, quiet: list[Any]) -> None:
    from config.demo.people import BUYER
    from ecommerce.complaints.actions import open_complaint

    order = quiet.pop()
    open_complaint(
        order=order, customer=order.customer, topic=past.topic, subject=past.subject, text=past.subject, actor=BUYER
    )


def _arrive(parcel: Any) -> None:
    from django.utils import timezone

    from core.actors import SYSTEM
    from ecommerce.fulfilment.actions import mark_parcel_delivered

    mark_parcel_delivered(parcel, at=timezone.now(), actor=SYSTEM)


def _storm(now: datetime) -> None:
    """STORM parcels of one carrier, on their way, promised for today and overdue by now."""
    from ecommerce.fulfilment.models import Carrier, Shipment
    from ecommerce.orders.models import Order

    carrier = Carrier.objects.get(name=SLOW_CARRIER)
    orders = list(Order.objects.filter(state__in=["delivered", "completed"])[:STORM])
    Shipment.objects.bulk_create(
        [
            Shipment(
                merchant_id=order.merchant_id, order=order, carrier=carrier.name, carried_by=carrier,
                tracking_number=f"STORM{number}", state=Shipment.State.IN_TRANSIT,
                shipped_at=now - timedelta(days=4), moved_at=now - timedelta(hours=6),
                promised_at=now - timedelta(hours=1),
            )
            for number, order in enumerate(orders)
        ],
        batch_size=500,
    )  # fmt: skip


if __name__ == "__main__":
    main()
