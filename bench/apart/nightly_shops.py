"""Fifty shops with a year of sales in a database of their own; used by bench/nightly.py.

main(["build", MERCHANTS, SKUS, DAYS, ALONE]) makes them and a shop of ALONE variants if they are not there,
main(["prepare"]) takes away what runs have made and stops the clock, main(["begin"]) queues the nightly run of all
shops, main(["begin", SLUG]) that of one as a person would, main(["click", SLUG]) asks for it on the shop's pages and
prints the seconds until a variant's chart has been answered.

Sales per day are negative binomial round a log-normal rate (about a quarter of all variant days sell something), with a
weekly rhythm, a yearly wave and Double 11. Stock covers up to two months; every sale is a stock move too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import numpy as np
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.jobs.models import PeriodicMark
from accounts.jobs.queue import enqueue
from accounts.models import Membership, Merchant, User
from analytics.demand.tasks import nightly_demand, request_demand
from analytics.facts.models import VariantFact
from config.schedule import SCHEDULE
from core.actors import Actor
from core.bulk import bulk_insert
from core.tenancy import every_tenant, tenant
from ecommerce.models import Category, Product, StockLevel, StockMove, Variant, Warehouse

CATEGORIES = 20
NEVER = "9999"  # a turn of the clock later than any
POLL, PATIENCE = 2.0, 120.0  # seconds: as the page asks (templates/core/progress.html), and when it is given up
PRICE = b"\x00\x02\x00\x00\x00\x00\x00\x02\x00\x13\x23\x28"  # numeric 19.90 as PostgreSQL sends it
FACT = np.dtype(
    [
        ("n", ">i2"), ("l1", ">i4"), ("merchant", ">i8"), ("l2", ">i4"), ("variant", ">i8"), ("l3", ">i4"),
        ("day", ">i4"), ("l4", ">i4"), ("orders", ">i4"), ("l5", ">i4"), ("units", ">i4"), ("l6", ">i4"),
        ("value", "S12"),
    ]
)  # fmt: skip
HEAD, TAIL = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"


def build(merchants: int, skus: int, days: int, alone: int) -> None:
    if Merchant.objects.filter(slug="alone-0").exists():
        return
    chance = np.random.default_rng(7)
    categories = [
        Category.objects.create(code=f"night-{number}", name=f"Category {number}", path=f"night-{number}")
        for number in range(CATEGORIES)
    ]
    owner = User.objects.create_user("night@example.com")
    owners, things = [], []
    sizes = {f"night-{number}": skus for number in range(merchants)} | {"alone-0": alone}
    for slug, size in sizes.items():
        shop = Merchant.objects.create(slug=slug, name=slug, state="active")
        with tenant(shop):
            Membership.objects.create(user=owner, role="owner")
            products = bulk_insert(
                Product(title=f"Thing {place}", category=categories[place % CATEGORIES], state="live")
                for place in range(size // 2)
            )
            made = bulk_insert(
                Variant(product=products[place // 2], sku=f"{slug}-{place}", price="19.90", cost="9.00")
                for place in range(size)
            )
            things += [variant.pk for variant in made]
            owners += [shop.pk] * size
    print("sales …", file=sys.stderr, flush=True)
    rate = np.exp(chance.normal(-1.6, 1.4, len(things)))
    last = date.today() - timedelta(days=1)
    with _quick_loading(VariantFact._meta.db_table, StockMove._meta.db_table):
        spent = _facts(chance, np.array(owners), np.array(things), rate, days, last)
        print("stock …", file=sys.stderr, flush=True)
        _sums()
        _stock(chance, owners, things, rate, spent, days)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def _quick_loading(*tables: str) -> Iterator[None]:
    """Without checks of foreign keys, and with the tables' indexes made again at the end; those of constraints stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")
        for _, made in indexes:
            cursor.execute(made)


def _facts(
    chance: np.random.Generator, owners: np.ndarray, things: np.ndarray, rate: np.ndarray, days: int, last: date
) -> np.ndarray:
    """Write the sales day by day, as they come in real life; units sold in all per variant."""
    table, spent = VariantFact._meta.db_table, np.zeros(len(things), dtype=np.int64)
    week = np.array([0.95, 0.92, 0.93, 0.97, 1.05, 1.12, 1.06])
    with connection.cursor() as cursor:
        for ago in range(days, 0, -1):
            day = last - timedelta(days=ago - 1)
            wave = week[day.weekday()] * (1 + 0.14 * np.cos(2 * np.pi * day.timetuple().tm_yday / 365))
            wave *= 2.5 if (day.month, day.day) == (11, 11) else 1.0
            units = chance.poisson(rate * wave * chance.gamma(2.0, 0.5, len(things)))
            rows = np.flatnonzero(units)
            block = np.zeros(len(rows), dtype=FACT)
            block["n"], block["l1"], block["l2"], block["l6"] = 6, 8, 8, 12
            block["l3"] = block["l4"] = block["l5"] = 4
            block["merchant"], block["variant"], block["units"] = owners[rows], things[rows], units[rows]
            block["day"], block["orders"], block["value"] = (day - date(2000, 1, 1)).days, 1, PRICE
            spent += units
            into = f"COPY {table} (merchant_id, variant_id, day, orders, units, value) FROM STDIN (FORMAT BINARY)"
            with cursor.copy(into) as copy:
                copy.write(HEAD + block.tobytes() + TAIL)
    return spent


def _sums() -> None:
    with connection.cursor() as cursor:
        for table, group in (
            ("dailyfact", "f.merchant_id, f.day"),
            ("categoryfact", "f.merchant_id, f.day, p.category_id"),
        ):
            columns = group.replace("f.", "").replace("p.", "")
            more = (
                "item_value, cancellations, cancelled_value, refunds, refunded, reviews, rating_sum"
                if table == "dailyfact"
                else ""
            )
            zeros = ", sum(f.value), 0, 0, 0, 0, 0, 0" if more else ""
            cursor.execute(
                f"INSERT INTO analytics_{table} ({columns}, orders, units, value{', ' + more if more else ''})"  # noqa: S608
                f" SELECT {group}, count(*), sum(f.units), sum(f.value){zeros} FROM analytics_variantfact f"
                " JOIN ecommerce_variant v ON v.id = f.variant_id JOIN ecommerce_product p ON p.id = v.product_id"
                f" GROUP BY {group}"
            )


def _stock(
    chance: np.random.Generator, owners: list[int], things: list[int], rate: np.ndarray, spent: np.ndarray, days: int
) -> None:
    """Opening stock, one move per sale, and what is left: up to two months of sales."""
    left = np.round(rate * chance.uniform(0, 60, len(things))).astype(int)
    with every_tenant("fill the warehouses of all shops"):
        places = {
            shop: Warehouse.objects.create(merchant_id=shop, name="Main", code="MAIN", is_default=True).pk
            for shop in dict.fromkeys(owners)
        }
        bulk_insert(
            StockLevel(merchant_id=shop, warehouse_id=places[shop], variant_id=thing, on_hand=int(units))
            for shop, thing, units in zip(owners, things, left, strict=True)
        )
    opened = (date.today() - timedelta(days=days + 1)).isoformat()
    with connection.cursor() as cursor:
        columns = "merchant_id, warehouse_id, variant_id, quantity, reason, reference, note, actor_label, at"
        with cursor.copy(f"COPY ecommerce_stockmove ({columns}) FROM STDIN") as copy:
            for shop, thing, units, sold in zip(owners, things, left, spent, strict=True):
                if units + sold:
                    opening = int(units + sold)
                    copy.write_row((shop, places[shop], thing, opening, "opening", "", "", "", f"{opened} 00:00+00"))
        cursor.execute(
            f"INSERT INTO ecommerce_stockmove ({columns}) SELECT f.merchant_id, w.id, f.variant_id, -f.units, 'sale',"  # noqa: S608
            " '', '', '', f.day + interval '12 hours' FROM analytics_variantfact f"
            " JOIN ecommerce_warehouse w ON w.merchant_id = f.merchant_id"
        )


def prepare() -> None:
    """As before the first night; and no turn of the clock comes between."""
    tables = (
        "analytics_demandforecast, analytics_demandoutlook, analytics_demandresult, analytics_demandchunk,"
        " analytics_demandscore, analytics_demandrelease, analytics_demandrun, analytics_stockwarning, accounts_job,"
        " accounts_activity, notifications_notification, django_q_ormq"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        cursor.execute("SET session_replication_role = origin")
    moment = timezone.now()
    shops = list(Merchant.objects.all())
    PeriodicMark.objects.exclude(last_slot=NEVER).delete()
    marks = [
        PeriodicMark(key=f"{job.name}:{shop.pk}" if shop else job.name, name=job.name, last_slot=NEVER, last_at=moment)
        for job in SCHEDULE
        for shop in (shops if job.per_merchant else [None])
    ]
    PeriodicMark.objects.bulk_create(marks, ignore_conflicts=True)


def begin(slug: str = "") -> None:
    shops = Merchant.objects.filter(slug__startswith="night-").order_by("pk")
    if slug:
        shop = Merchant.objects.get(slug=slug)
        with tenant(shop):
            request_demand(actor=Actor("user", 1, "Ann"))
        return
    for shop in shops:
        with tenant(shop):
            enqueue(nightly_demand, key=f"night:{shop.pk}")


def click(slug: str) -> float:
    """Seconds from the click on "Forecast now" to the chart of a variant: every request of that way, polls and all."""
    shop = Merchant.objects.get(slug=slug)
    with tenant(shop):
        variant = Variant.objects.order_by("pk").values_list("pk", flat=True)[0]
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(email="night@example.com"))
    assert browser.get(reverse("demand-list", args=[slug])).status_code == 200
    began = time.perf_counter()
    browser.post(reverse("demand-run", args=[slug]), headers={"HX-Request": "true"})
    while "HX-Redirect" not in browser.get(reverse("demand-progress", args=[slug])).headers:
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError(f"no forecast of {slug} after {PATIENCE} s")
        time.sleep(POLL)
    for page, place in (("demand-list", []), ("demand-detail", [variant])):
        answer = browser.get(reverse(page, args=[slug, *place]))
        assert answer.status_code == 200, (page, answer.status_code)
    took = time.perf_counter() - began
    assert b'id="d-demand"' in answer.content, "a page without its chart"
    return took


def main(words: list[str]) -> None:
    what, *rest = words
    if what == "build":
        merchants, skus, days, alone = map(int, rest)
        build(merchants, skus, days, alone)
    elif what == "prepare":
        prepare()
    elif what == "click":
        print(click(*rest))
    else:
        begin(*rest)
