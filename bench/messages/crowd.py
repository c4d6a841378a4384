"""The shops, people and orders of the kill bench, and those who announce facts about them.

`python -m bench.messages.crowd build COUNT` fills DATABASE_URL and prints what is needed to call it; `… announce
NOTICES` records the facts, a batch a transaction, as the product's own actions do, and releases that many notices of
the platform to the CROWD members of one more shop.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from bench.place import prepare

SHOPS, MEMBERS = 10, 2
BY_API = 21  # of so many facts one comes by API
AT_ONCE = 50
NO_SIGN_IN = "!"
CROWD = 1000


def build(count: int) -> None:
    """Every shop has MEMBERS owners. Those of the first take e-mails at once, the others none."""
    from django.utils import timezone

    from accounts.models import Membership, Merchant, User
    from accounts.tokens.actions import create_token
    from core.bulk import insert_columns
    from core.tenancy import every_tenant, tenant
    from ecommerce.models import Customer, Order
    from notifications.inbox.models import Preference

    now, tokens = timezone.now(), []
    for place in range(SHOPS):
        shop = Merchant.objects.create(name=f"Kill {place}", slug=f"kill-{place}", state="active")
        people = [User(email=f"m{place}-{n}@kill.example", name=f"M{place}-{n}") for n in range(MEMBERS)]
        for user in people:
            user.set_unusable_password()
        User.objects.bulk_create(people)
        with every_tenant("build"):
            Membership.objects.bulk_create([Membership(merchant=shop, user=user, role="owner") for user in people])
        with tenant(shop):
            Preference.objects.bulk_create(
                [
                    Preference(user=user, kind=kind, inbox=True, mail="now" if place == 0 else "off")
                    for user in people
                    for kind in ("payment-failed", "complaint-opened", "token-created")
                ]
            )
            buyer = Customer.objects.create(name="Buyer", email="buyer@kill.example")
            numbers = range(place, count, SHOPS)
            columns: dict[str, list[Any]] = {
                "number": [str(10000 + n) for n in numbers],
                "placed_at": [now for _ in numbers],
            }
            insert_columns(
                Order, columns, customer_id=buyer.pk, buyer_name="Buyer", state="placed", currency="CNY", units=1,
                updated_at=now,
            )  # fmt: skip
            scopes = frozenset({"complaints.create", "complaints.view"})
            _token, secret = create_token(
                name="Kill", scopes=scopes, held=scopes, created_by=people[0], actor=people[0].actor
            )
            tokens.append(secret)
    shop = Merchant.objects.create(name="Crowd", slug="crowd", state="active")
    people = [User(email=f"crowd-{n}@kill.example", name=f"Crowd {n}", password=NO_SIGN_IN) for n in range(CROWD)]
    User.objects.bulk_create(people)
    with tenant(shop):
        Membership.objects.bulk_create([Membership(merchant=shop, user=user, role="analyst") for user in people])
        Preference.objects.bulk_create(
            [Preference(merchant=shop, user=user, kind="platform-notice", inbox=True, mail="off") for user in people]
        )
    print(json.dumps(tokens))


def announce(notices: int) -> None:
    """A payment that failed for each order but those that are complained about by API, and notices to the crowd."""
    from django.db import transaction

    from accounts.activity.log import record
    from accounts.models import Merchant
    from core.actors import SYSTEM
    from core.tenancy import tenant
    from ecommerce.models import Order
    from ecommerce.orders.events import PaymentFailed

    shops = list(Merchant.objects.filter(slug__startswith="kill-").order_by("pk"))
    rest = {}
    for shop in shops:
        with tenant(shop):
            rest[shop.pk] = [
                (pk, number) for pk, number in Order.objects.order_by("pk").values_list("pk", "number")
                if not is_by_api(int(number))
            ]  # fmt: skip
    while any(rest.values()) or notices:
        if notices:
            notices -= 1
            _notice(notices)
        for shop in shops:
            some, rest[shop.pk] = rest[shop.pk][:AT_ONCE], rest[shop.pk][AT_ONCE:]
            with tenant(shop), transaction.atomic():
                for pk, number in some:
                    fact = PaymentFailed(
                        order_id=pk, number=number, payment_id=pk, customer_id=None, amount="88.00", currency="CNY",
                        method="card", reason="card expired",
                    )  # fmt: skip
                    record(fact, actor=SYSTEM)


def _notice(number: int) -> None:
    from accounts.models import User
    from notifications.announcements.actions import release, write
    from notifications.announcements.tasks import queue

    author = User.objects.get(email="crowd-0@kill.example")
    words = dict.fromkeys(("title_en", "title_zh", "text_en", "text_zh"), f"Notice {number}")
    draft = write(None, {**words, "who": "roles", "roles": ["analyst"]}, author=author)
    release(draft, at=None, queue=queue, actor=author.actor)


def is_by_api(number: int) -> bool:
    return number % BY_API == 0


if __name__ == "__main__":
    what, figure = sys.argv[1], int(sys.argv[2])
    prepare()
    {"build": build, "announce": announce}[what](figure)
