"""What buyers say of each product, now and before: a few queries for all products together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q, Sum

from accounts.merchants.models import Merchant
from analytics.episodes.models import ProductEpisode, ProductEpisodeQuerySet
from analytics.episodes.rules import BEFORE, BEGINS, DELAY, LASTS, PAST, RECENT, WEEK, Trouble, Voices
from analytics.facts.models import VariantFact
from core.among import Among
from ecommerce.catalog.models import Variant
from ecommerce.complaints.models import Complaint
from ecommerce.orders.models import Order, OrderLine
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.reviews.models import Review

ABOUT_GOODS = (Complaint.Topic.DAMAGED, Complaint.Topic.NOT_AS_DESCRIBED, Complaint.Topic.OTHER)
DEFECTS = (Return.Reason.DAMAGED, Return.Reason.FAULTY, Return.Reason.NOT_AS_DESCRIBED)


def voices(end: datetime, products: Collection[int]) -> dict[int, Voices]:
    """Published reviews up to `end` of what was praised lately, and of `products` whatever they say. One query."""
    recent, before = end - timedelta(days=RECENT), end - timedelta(days=RECENT + BEFORE)
    new, old = Q(created_at__gte=recent), Q(created_at__lt=recent)
    written = Review.objects.published().filter(product__isnull=False, created_at__gte=before, created_at__lt=end)
    rows = (
        written.order_by()
        .values("product_id")
        .annotate(stars=Avg("rating", filter=new), n=Count("pk", filter=new))
        .annotate(stars_before=Avg("rating", filter=old), n_before=Count("pk", filter=old))
        .filter(Q(n__gte=BEGINS.reviews, stars__gte=LASTS.stars) | Q(Among("product_id", products), n__gt=0))
    )
    return {
        row["product_id"]: Voices(
            float(row["stars"]),
            row["n"],
            None if row["stars_before"] is None else float(row["stars_before"]),
            row["n_before"],
        )
        for row in rows
    }


class Cases:
    """Complaints about goods and returns for defects, by product: one case for each order, at its first word."""

    def __init__(self) -> None:
        self.first: dict[int, dict[Any, datetime]] = defaultdict(dict)
        self.complaints: dict[int, set[Any]] = defaultdict(set)
        self.returns: dict[int, set[Any]] = defaultdict(set)
        self.variants: dict[int, Counter[int]] = defaultdict(Counter)

    def add(self, product: int, order: Any, at: datetime) -> None:
        held = self.first[product].get(order)
        self.first[product][order] = at if held is None else min(held, at)

    def count(self, product: int, week: datetime) -> tuple[int, int]:
        """Cases since `week`, and those before."""
        new = sum(at >= week for at in self.first[product].values()) if product in self.first else 0
        return new, len(self.first.get(product, ())) - new


def cases_until(end: datetime) -> Cases:
    """The cases of WEEK and PAST days up to `end`. Two queries."""
    found, since, week = Cases(), end - timedelta(days=WEEK + PAST), end - timedelta(days=WEEK)
    complaints = Complaint.objects.filter(
        product__isnull=False, topic__in=ABOUT_GOODS, opened_at__gte=since, opened_at__lt=end
    )
    for pk, product, order, at in complaints.order_by().values_list("pk", "product_id", "order_id", "opened_at"):
        case = order or f"complaint {pk}"
        found.add(product, case, at)
        if at >= week:
            found.complaints[product].add(case)
    lines: Any = ReturnLine.objects.filter(
        reason__in=DEFECTS,
        order_line__variant__isnull=False,
        case__requested_at__gte=since,
        case__requested_at__lt=end,
    ).exclude(case__state=Return.State.CANCELLED)
    columns = (
        "order_line__variant__product_id", "order_line__variant_id", "case__order_id", "case__requested_at",
    )  # fmt: skip
    for product, variant, order, at in lines.order_by().values_list(*columns):
        found.add(product, order, at)
        if at >= week:
            found.returns[product].add(order)
            found.variants[product][variant] += 1
    return found


def burst_list() -> ProductEpisodeQuerySet:
    """The bursts of complaints of the merchant in scope, with their products."""
    rows: ProductEpisodeQuerySet = ProductEpisode.objects.filter(kind=ProductEpisode.Kind.COMPLAINTS)
    return rows.select_related("merchant", "product__merchant")


@dataclass
class BurstCase:
    """What one order, or a complaint without one, brought in the week of a burst; `at` is its first word."""

    at: datetime
    order: Order | None
    complaints: list[Complaint] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)


def cases_of(episode: ProductEpisode) -> tuple[date, date, list[BurstCase]]:
    """The first and the last day that counted when a burst was found, and the cases of it, the newest first.

    What was called off after that night was counted then. Two queries.
    """
    merchant = episode.merchant
    night = merchant.day_of(episode.opened_at)
    end = merchant.day_bounds(night)[0]
    since, week = end - timedelta(days=WEEK + PAST), end - timedelta(days=WEEK)
    found: dict[Any, BurstCase] = {}
    complaints = Complaint.objects.filter(
        product=episode.product_id, topic__in=ABOUT_GOODS, opened_at__gte=since, opened_at__lt=end
    )
    for one in complaints.select_related("merchant", "order__merchant").order_by("opened_at", "pk"):
        case = found.setdefault(one.order_id or f"complaint {one.pk}", BurstCase(one.opened_at, one.order))
        case.complaints.append(one)
    returns = Return.objects.filter(
        Exists(
            ReturnLine.objects.filter(
                case=OuterRef("pk"), reason__in=DEFECTS, order_line__variant__product=episode.product_id
            )
        ),
        requested_at__gte=since,
        requested_at__lt=end,
    ).exclude(state=Return.State.CANCELLED, ended_at__lt=episode.opened_at)
    for back in returns.select_related("merchant", "order__merchant").order_by("requested_at", "pk"):
        case = found.setdefault(back.order_id, BurstCase(back.requested_at, back.order))
        case.at = min(case.at, back.requested_at)
        case.returns.append(back)
    cases = [one for one in found.values() if one.at >= week]
    return night - timedelta(days=WEEK), night - timedelta(days=1), sorted(cases, key=lambda one: one.at, reverse=True)


def troubles(merchant: Merchant, cases: Cases) -> tuple[dict[int, Trouble], float]:
    """Each product that sold anything or has a case, up to yesterday, and the shop's cases a unit. One query."""
    today = merchant.today()
    end = merchant.day_bounds(today)[0]
    week = end - timedelta(days=WEEK)
    late, past = today - timedelta(days=DELAY), (today - timedelta(days=WEEK + PAST), today - timedelta(days=WEEK))
    rows = (
        VariantFact.objects.filter(day__gte=past[0], day__lt=today, units__gt=0)
        .order_by()
        .values("variant__product_id")
        .annotate(
            n=Sum("units", filter=Q(day__gte=late)), n_before=Sum("units", filter=Q(day__lt=past[1])),
        )
    )  # fmt: skip
    sold = {row["variant__product_id"]: (row["n"] or 0, row["n_before"] or 0) for row in rows}
    found = {}
    for product in sold.keys() | cases.first.keys():
        units, units_before = sold.get(product, (0, 0))
        new, old = cases.count(product, week)
        found[product] = Trouble(new, old, float(units), float(units_before))
    units_of_all = sum(one.units_before for one in found.values())
    cases_of_all = sum(one.cases_before for one in found.values())
    return found, (cases_of_all + 1) / (units_of_all + 1)


def variants_in(cases: Cases, products: Collection[int]) -> dict[int, tuple[int, str]]:
    """The variant, with its SKU, that most cases of the week are about, where their orders tell. Two queries.

    A complaint names a product; which variant of it was bought stands in its order.
    """
    counts = {product: Counter(cases.variants.get(product, ())) for product in products}
    complained = {
        product: {one for one in cases.complaints.get(product, ()) if isinstance(one, int)} for product in products
    }
    orders = {order for some in complained.values() for order in some}
    lines = OrderLine.objects.filter(Among("order_id", orders), Among("variant__product_id", products))
    columns = ("order_id", "variant__product_id", "variant_id")
    for order, product, variant in lines.order_by().values_list(*columns):
        if order in complained[product] and order not in cases.returns.get(product, ()):
            counts[product][variant] += 1
    top = {product: count.most_common(1)[0][0] for product, count in counts.items() if count}
    skus = dict(Variant.objects.filter(Among("pk", top.values())).values_list("pk", "sku"))
    return {product: (variant, skus[variant]) for product, variant in top.items()}
