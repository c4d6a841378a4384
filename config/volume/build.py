"""The whole marketplace: shops, who owns them, and what each of them sold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from allauth.account.models import EmailAddress
from django.db import connection

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from analytics.facts.actions import keep_pace
from analytics.models import CategoryFact, DailyFact, VariantFact, VariantPace
from config.volume import names
from config.volume.shop import Size, fill_shop, tables
from config.volume.writing import finish, quick_loading
from core.tenancy import every_tenant, tenant
from ecommerce.models import Category, Order, OrderCounter, Product, Warehouse
from ecommerce.search import fill

SHOPS = 50
SHARE = 0.2  # of the orders are the first shop's
OWNED = 5  # shops by one person
FIRST = "volume-1"


@dataclass(frozen=True)
class Made:
    """What was written."""

    shops: int
    orders: int
    products: int
    buyers: int
    owner: str


def is_empty() -> bool:
    """Whether no shop is there yet, and nothing that could belong to one."""
    with every_tenant("see whether the database holds anything"):
        return not (Merchant.objects.exists() or Order.objects.exists() or Product.objects.exists())


def sizes(orders: int) -> list[Size]:
    """The shops: the first has a fifth of everything, the others share the rest evenly.

    A hundredth as many products as orders, a fifth as many buyers; 50 shops, or fewer where one would have no hundred.
    """
    shops = max(2, min(SHOPS, orders // 100))
    big = int(orders * SHARE)
    each, over = divmod(orders - big, shops - 1)
    counts = [big, *(each + (place < over) for place in range(shops - 1))]
    return [Size(count, max(10, round(count / 100)), max(5, round(count / 5))) for count in counts if count]


def build(orders: int, *, seed: int, until: datetime, password: str, say: Callable[[str], object]) -> Made:
    """Write a marketplace of `orders` up to `until`, which is the same for the same seed and moment.

    The shops' owners sign in with `password`.
    """
    plan = sizes(orders)
    end = np.datetime64(until.replace(tzinfo=None, microsecond=0), "s")
    categories = [
        Category.objects.get_or_create(
            code=f"volume-{number}", defaults={"name": english, "name_zh": chinese, "path": f"volume-{number}"}
        )[0].pk
        for number, (english, chinese) in enumerate(names.KINDS)
    ]
    shops = [_shop(number, seed) for number in range(1, len(plan) + 1)]
    owners = [_owner(number, password) for number in range(-(-len(shops) // OWNED))]
    for place, shop in enumerate(shops):
        with tenant(shop):
            Membership.objects.create(user=owners[place // OWNED], role="owner")
    facts = [DailyFact, VariantFact, CategoryFact]
    with quick_loading(*tables(), *facts):
        for number, (shop, size) in enumerate(zip(shops, plan, strict=True)):
            fill_shop(shop, size, categories, np.random.default_rng([seed, number]), end)
            say(f"{shop.slug}: {size.orders:,} orders")
        say("indexes …")
    for shop in shops:
        with tenant(shop):
            keep_pace(shop.day_of(until))
    fill(connection)
    finish([*tables(), *facts, VariantPace, Warehouse, OrderCounter])
    return Made(
        len(plan), sum(size.orders for size in plan), sum(size.products for size in plan),
        sum(size.buyers for size in plan), owners[0].email,
    )  # fmt: skip


def _shop(number: int, seed: int) -> Merchant:
    chinese = number % 2 == 1
    brand = names.BRANDS[(number + seed) % len(names.BRANDS)]
    return Merchant.objects.create(
        slug=f"volume-{number}", name=f"{brand} {number}", state="active", language="zh-hans" if chinese else "en"
    )


def _owner(number: int, password: str) -> User:
    email = f"owner-{number + 1}@volume.example"
    user = User.objects.create_user(email, password, name=f"Owner {number + 1}", time_zone="Asia/Shanghai")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
