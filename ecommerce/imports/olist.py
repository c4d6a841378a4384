"""Loading the Olist marketplace: each seller becomes a merchant, with its part of every order.

An order with items of several sellers becomes one order at each of them under the same number. Its payments are
shared out by the sellers' parts of the amount, so that they still sum to the cent. What belongs to no seller (orders
without items, products nobody sold) is skipped and counted. What is there already is kept, so a second run, or one
after a crash, adds only what is missing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from accounts.activity.log import record
from accounts.models import Merchant
from core.actors import SYSTEM
from core.bulk import bulk_insert
from core.tenancy import every_tenant, tenant
from ecommerce.catalog.actions import first_prices
from ecommerce.catalog.models import Category, PriceChange, Product, Variant
from ecommerce.imports.olist_orders import ZONE, OrderPart, Written, write_orders
from ecommerce.imports.olist_tables import Row, Tables, find_tables
from ecommerce.orders.events import OrdersImported
from ecommerce.orders.models import Order

CHUNK = 2000
Say = Callable[[str], None]


@dataclass
class Summary:
    """What a run did: rows written, present and skipped, by kind or reason; the days that change, by merchant."""

    written: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    days: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class _Marketplace:
    """The files joined in memory: parts of orders by seller, and what is known of products and buyers."""

    tables: Tables
    parts: dict[tuple[str, str], OrderPart] = field(default_factory=dict)
    sold_by: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def load_olist(folder: Path, *, say: Say = lambda text: None) -> Summary:
    """Load the whole folder. Raises Refused when a needed table is missing. Returns what was written and skipped."""
    tables = find_tables(folder)
    summary = Summary()
    say("Reading the files …")
    place = _join(tables, summary)
    merchants = _open_shops(tables, summary)
    say(f"{len(merchants)} merchants")
    categories = _load_categories(tables)
    variants = _load_products(tables, place, merchants, categories, summary)
    say(f"{len(variants)} products")
    _load_orders(place, merchants, variants, summary, say)
    return summary


def _chunks(rows: Iterable[OrderPart], size: int) -> Iterator[list[OrderPart]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _join(tables: Tables, summary: Summary) -> _Marketplace:
    place = _Marketplace(tables)
    orders: dict[str, Row] = {}
    for row in tables.rows("orders"):
        if row["order_id"] in orders:
            summary.skipped["orders: the same order twice in the files"] += 1
        else:
            orders[row["order_id"]] = row
    for row in tables.rows("items"):
        place.sold_by[row["product_id"]].add(row["seller_id"])
        order = orders.get(row["order_id"])
        if order is None:
            summary.skipped["items: their order is not in the files"] += 1
            continue
        key = (row["order_id"], row["seller_id"])
        part = place.parts.get(key)
        if part is None:
            part = place.parts[key] = OrderPart(order, row["seller_id"])
        part.items.append(row)
    of_order: dict[str, list[OrderPart]] = defaultdict(list)
    for part in place.parts.values():
        of_order[part.row["order_id"]].append(part)
    without = len(orders) - len(of_order)
    if without:
        summary.skipped["orders: no items, so no seller to give them to"] = without
    _share_payments(tables, orders, of_order, summary)
    _give_buyers(tables, of_order)
    _give_reviews(tables, orders, of_order, summary)
    return place


def _share_payments(
    tables: Tables, orders: dict[str, Row], of_order: dict[str, list[OrderPart]], summary: Summary
) -> None:
    for row in tables.rows("payments"):
        parts = of_order.get(row["order_id"])
        if parts is None:
            known = row["order_id"] in orders
            summary.skipped[
                "payments: their order has no items" if known else "payments: their order is not in the files"
            ] += 1
            continue
        amount = Decimal(row["payment_value"])
        for part, share in zip(parts, split_cents(amount, [part.total for part in parts]), strict=True):
            part.payments.append((row["payment_type"], share, f"{row['order_id']}:{row['payment_sequential']}"))


def split_cents(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Share an amount out by weight so that the parts sum to it; the cents left over go to the largest remainders."""
    cents, whole = int(amount * 100), sum(weights)
    if not whole:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    exact = [cents * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: cents - sum(parts)]:
        parts[index] += 1
    return [Decimal(part) / 100 for part in parts]


def _give_buyers(tables: Tables, of_order: dict[str, list[OrderPart]]) -> None:
    by_customer: dict[str, list[OrderPart]] = defaultdict(list)
    for parts in of_order.values():
        by_customer[parts[0].row["customer_id"]] += parts
    for row in tables.rows("customers"):
        for part in by_customer.get(row["customer_id"], ()):
            part.buyer = row


def _give_reviews(
    tables: Tables, orders: dict[str, Row], of_order: dict[str, list[OrderPart]], summary: Summary
) -> None:
    """A review of an order goes to its largest seller. A file of bare scores repeats those of a file with texts."""
    seen: Counter[tuple[str, str]] = Counter()
    bare: list[Row] = []
    rows: list[Row] = []
    for row in tables.rows("reviews"):
        (rows if row.get("review_id") else bare).append(row)
    for row in rows:
        seen[row["order_id"], row["review_score"]] += 1
    ordinal: Counter[str] = Counter()
    for row in bare:
        key = (row["order_id"], row["review_score"])
        if seen[key]:
            seen[key] -= 1
            continue
        ordinal[row["order_id"]] += 1
        rows.append({**row, "review_id": f"score{ordinal[row['order_id']]}"})
    for row in rows:
        parts = of_order.get(row["order_id"])
        if parts is None:
            known = row["order_id"] in orders
            summary.skipped[
                "reviews: their order has no items" if known else "reviews: their order is not in the files"
            ] += 1
            continue
        max(parts, key=lambda part: (part.total, part.seller)).reviews.append(row)


def _open_shops(tables: Tables, summary: Summary) -> dict[str, Merchant]:
    merchants = {
        merchant.external_id.removeprefix("olist:"): merchant
        for merchant in Merchant.objects.filter(external_id__startswith="olist:")
    }
    summary.present["merchants"] = len(merchants)
    opened = datetime(2016, 9, 1, tzinfo=ZONE)
    new = []
    for row in tables.rows("sellers"):
        seller = row["seller_id"]
        if seller in merchants:
            continue
        city = row["seller_city"].strip().title()
        merchants[seller] = Merchant(
            external_id=f"olist:{seller}",
            name=f"{city} {seller[:6]}"[:120],
            slug=slugify(f"olist-{seller[:16]}"),
            state=Merchant.State.ACTIVE,
            country="BR",
            city=city[:80],
            currency="BRL",
            time_zone=ZONE.key,
            applied_at=opened,
            state_changed_at=opened,
        )
        new.append(merchants[seller])
    bulk_insert(new)
    summary.written["merchants"] = len(new)
    return merchants


def _load_categories(tables: Tables) -> dict[str, Category]:
    root, _ = Category.objects.get_or_create(code="olist", defaults={"name": "Olist", "path": "olist"})
    english = {row["product_category_name"]: row["product_category_name_english"] for row in tables.rows("categories")}
    names = {row["product_category_name"] for row in tables.rows("products")} - {""}
    found = {}
    for name in sorted(names):
        code = slugify(f"olist-{name}")[:80]
        label = english.get(name, name).replace("_", " ").capitalize()
        found[name], _ = Category.objects.get_or_create(
            code=code, defaults={"name": label[:120], "parent": root, "path": f"olist/{code}"}
        )
    return found


def _load_products(
    tables: Tables,
    place: _Marketplace,
    merchants: dict[str, Merchant],
    categories: dict[str, Category],
    summary: Summary,
) -> dict[tuple[str, str], Variant]:
    """A product for each seller that sold it; the SKU is the product's id. The files carry no titles."""
    with every_tenant("load the products of a whole marketplace"):
        present = {
            (variant.merchant.external_id.removeprefix("olist:"), variant.sku): variant
            for variant in Variant.objects.filter(merchant__external_id__startswith="olist:").select_related("merchant")
        }
        summary.present["products"] = len(present)
        prices = {
            (part.seller, item["product_id"]): item["price"] for part in place.parts.values() for item in part.items
        }
        known = {row["product_id"]: row for row in tables.rows("products")}
        summary.skipped["products: sold by nobody"] = sum(1 for code in known if code not in place.sold_by)
        products, variants = [], []
        for code, sellers in place.sold_by.items():
            row = known.get(code, {})
            category = categories.get(row.get("product_category_name", ""))
            for seller in sorted(sellers):
                if (seller, code) in present or seller not in merchants:
                    continue
                title = f"{category.name if category else 'Product'} {code[:8]}"
                weight = row.get("product_weight_g") or "0"
                product = Product(
                    merchant=merchants[seller],
                    title=title,
                    category=category,
                    state=Product.State.LIVE,
                    external_id=code,
                    created_at=merchants[seller].applied_at,
                )
                products.append(product)
                variants.append(
                    Variant(
                        merchant=merchants[seller],
                        sku=code,
                        price=Decimal(prices.get((seller, code), "0")),
                        weight_g=int(float(weight)) or None,
                        created_at=product.created_at,
                    )
                )
        with transaction.atomic():
            bulk_insert(products)
            for product, variant in zip(products, variants, strict=True):
                variant.product = product
                present[product.merchant.external_id.removeprefix("olist:"), variant.sku] = variant
            bulk_insert(variants)
            first_prices(variants, actor=SYSTEM, source=PriceChange.Source.IMPORT)
        summary.written["products"] = len(products)
    return present


def _load_orders(
    place: _Marketplace,
    merchants: dict[str, Merchant],
    variants: dict[tuple[str, str], Variant],
    summary: Summary,
    say: Say,
) -> None:
    with every_tenant("load the orders of a whole marketplace"):
        present = set(Order.objects.filter(channel="olist").values_list("external_id", "merchant__external_id"))
        summary.present["orders"] = len(present)
        unknown = [key for key, part in place.parts.items() if part.seller not in merchants]
        for key in unknown:
            summary.skipped["items: their seller is not in the files"] += len(place.parts.pop(key).items)
        missing = [
            part for part in place.parts.values() if (part.row["order_id"], f"olist:{part.seller}") not in present
        ]
        missing.sort(key=lambda part: (part.seller, part.row["order_purchase_timestamp"], part.row["order_id"]))
        done = 0
        for chunk in _chunks(missing, CHUNK):
            with transaction.atomic():
                written = write_orders(chunk, merchants, variants)
                _announce(written)
            summary.written.update(written.counts)
            for merchant_id, days in written.days.items():
                summary.days[merchant_id] |= days
            done += len(chunk)
            say(f"{done} of {len(missing)} orders")


def _announce(written: Written) -> None:
    """One fact a merchant, with the days it touches, so that the figures follow."""
    for merchant_id, days in written.days.items():
        with tenant(merchant_id):
            record(
                OrdersImported(
                    source="olist",
                    created=written.orders_of[merchant_id],
                    updated=0,
                    unchanged=0,
                    days=sorted(day.isoformat() for day in days),
                ),
                actor=SYSTEM,
            )
