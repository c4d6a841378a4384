"""Counting days from the rows of orders, payments and reviews; reading what was counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.merchants.models import Merchant
from analytics.facts.models import CategoryFact, DailyFact, VariantFact, VariantPace
from analytics.facts.rules import PACE_DAYS
from ecommerce.orders.models import Order, OrderLine, Payment
from ecommerce.reviews.models import Review

ZERO = Decimal("0.00")

DAILY = (
    "orders", "units", "value", "item_value", "cancellations", "cancelled_value",
    "refunds", "refunded", "reviews", "rating_sum",
)  # fmt: skip
PARTS = ("orders", "units", "value")


@dataclass(frozen=True)
class Counted:
    """Facts of a run of days, not saved."""

    days: list[DailyFact]
    variants: list[VariantFact]
    categories: list[CategoryFact]


def count_days(merchant: Merchant, first: date, last: date) -> Counted:
    """Count the days from `first` to `last`, both included, in the database. Five queries, whatever their number."""
    bounds = merchant.day_bounds(first)[0], merchant.day_bounds(last)[1]
    daily: dict[date, dict[str, Any]] = defaultdict(dict)
    for rows in (_orders(merchant, bounds), _refunds(merchant, bounds), _reviews(merchant, bounds)):
        for row in rows:
            daily[row.pop("on")].update(row)
    lines: Any = OrderLine.objects.filter(
        order__merchant_id=merchant.pk, order__placed_at__gte=bounds[0], order__placed_at__lt=bounds[1]
    ).annotate(on=TruncDate("order__placed_at", tzinfo=merchant.zone))
    parts = {"orders": Count("order", distinct=True), "units": Sum("quantity"), "value": Sum("total")}
    variants = lines.filter(variant__isnull=False).order_by().values("on", "variant_id").annotate(**parts)
    categories = list(lines.order_by().values("on", "variant__product__category_id").annotate(**parts))
    for row in categories:  # each line is in one of them, so the day is their sum
        day = daily[row["on"]]
        day["units"] = day.get("units", 0) + row["units"]
        day["item_value"] = day.get("item_value", ZERO) + row["value"]
    return Counted(
        days=[DailyFact(merchant=merchant, day=day, **values) for day, values in sorted(daily.items())],
        variants=[VariantFact(merchant=merchant, day=row.pop("on"), **row) for row in variants],
        categories=[
            CategoryFact(
                merchant=merchant, day=row.pop("on"), category_id=row.pop("variant__product__category_id"), **row
            )
            for row in categories
        ],
    )


def _orders(merchant: Merchant, bounds: tuple[datetime, datetime]) -> Any:
    cancelled = Q(state=Order.State.CANCELLED)
    return (
        Order.objects.filter(placed_at__gte=bounds[0], placed_at__lt=bounds[1])
        .annotate(on=TruncDate("placed_at", tzinfo=merchant.zone))
        .order_by()
        .values("on")
        .annotate(
            orders=Count("pk"),
            value=Sum("total", default=ZERO),
            cancellations=Count("pk", filter=cancelled),
            cancelled_value=Sum("total", filter=cancelled, default=ZERO),
        )
    )


def _refunds(merchant: Merchant, bounds: tuple[datetime, datetime]) -> Any:
    return (
        Payment.objects.filter(
            kind=Payment.Kind.REFUND, state=Payment.State.SUCCEEDED, at__gte=bounds[0], at__lt=bounds[1]
        )
        .annotate(on=TruncDate("at", tzinfo=merchant.zone))
        .order_by()
        .values("on")
        .annotate(refunds=Count("pk"), refunded=Sum("amount", default=ZERO))
    )


def _reviews(merchant: Merchant, bounds: tuple[datetime, datetime]) -> Any:
    return (
        Review.objects.published()
        .filter(created_at__gte=bounds[0], created_at__lt=bounds[1])
        .annotate(on=TruncDate("created_at", tzinfo=merchant.zone))
        .order_by()
        .values("on")
        .annotate(reviews=Count("pk"), rating_sum=Sum("rating", default=0))
    )


def first_and_last_event(merchant: Merchant) -> tuple[date, date] | None:
    """The merchant's days of the first and the last order, refund or review; None where there is none."""
    moments: list[datetime] = []
    for rows, column in ((Order.objects, "placed_at"), (Payment.objects, "at"), (Review.objects, "created_at")):
        edges = rows.aggregate(first=Min(column), last=Max(column))
        moments += [moment for moment in edges.values() if moment is not None]
    return (merchant.day_of(min(moments)), merchant.day_of(max(moments))) if moments else None


@dataclass
class Recount:
    """Figures added up row by row in Python, by a way of its own, to hold the facts against."""

    days: dict[date, dict[str, Any]] = field(default_factory=lambda: defaultdict(lambda: dict.fromkeys(DAILY, 0)))
    variants: dict[tuple[date, int], dict[str, Any]] = field(
        default_factory=lambda: defaultdict(lambda: dict.fromkeys(PARTS, 0))
    )
    categories: dict[tuple[date, int | None], dict[str, Any]] = field(
        default_factory=lambda: defaultdict(lambda: dict.fromkeys(PARTS, 0))
    )


def recount(merchant: Merchant) -> Recount:
    """Count the whole shop from its rows, one by one. Slow: for checks only."""
    found = Recount()
    placed: dict[int, date] = {}
    for pk, placed_at, total, state in Order.objects.values_list("pk", "placed_at", "total", "state").iterator():
        placed[pk] = merchant.day_of(placed_at)
        day = found.days[placed[pk]]
        day["orders"] += 1
        day["value"] += total
        if state == Order.State.CANCELLED:
            day["cancellations"] += 1
            day["cancelled_value"] += total
    seen: set[tuple[Any, ...]] = set()
    columns = ("order_id", "variant_id", "variant__product__category_id", "quantity", "total")
    for order_id, variant_id, category_id, quantity, total in OrderLine.objects.values_list(*columns).iterator():
        on = placed[order_id]
        found.days[on]["units"] += quantity
        found.days[on]["item_value"] += total
        parts: list[tuple[Any, dict[str, Any]]] = [
            (("category", order_id, category_id), found.categories[on, category_id])
        ]
        if variant_id is not None:
            parts.append((("variant", order_id, variant_id), found.variants[on, variant_id]))
        for mark, part in parts:
            part["units"] += quantity
            part["value"] += total
            part["orders"] += mark not in seen
            seen.add(mark)
    refunds = Payment.objects.filter(kind=Payment.Kind.REFUND, state=Payment.State.SUCCEEDED)
    for at, amount in refunds.values_list("at", "amount").iterator():
        found.days[merchant.day_of(at)]["refunds"] += 1
        found.days[merchant.day_of(at)]["refunded"] += amount
    for created_at, rating in Review.objects.published().values_list("created_at", "rating").iterator():
        found.days[merchant.day_of(created_at)]["reviews"] += 1
        found.days[merchant.day_of(created_at)]["rating_sum"] += rating
    return found


def kept() -> Recount:
    """The facts of the shop in the shape of a recount."""
    found = Recount()
    for row in DailyFact.objects.values("day", *DAILY).iterator():
        found.days[row.pop("day")] = row
    for row in VariantFact.objects.values("day", "variant_id", *PARTS).iterator():
        found.variants[row.pop("day"), row.pop("variant_id")] = row
    for row in CategoryFact.objects.values("day", "category_id", *PARTS).iterator():
        found.categories[row.pop("day"), row.pop("category_id")] = row
    return found


def differences(merchant: Merchant) -> list[str]:
    """Where the facts and a recount of everything differ, a line for each figure; empty when all is well."""
    facts, truth = kept(), recount(merchant)
    found = []
    for name in ("days", "variants", "categories"):
        have, want = getattr(facts, name), getattr(truth, name)
        for key in sorted(have.keys() | want.keys(), key=str):
            for figure in DAILY if name == "days" else PARTS:
                is_, should_be = have.get(key, {}).get(figure, 0), want.get(key, {}).get(figure, 0)
                if is_ != should_be:
                    found.append(f"{name} {key} {figure}: {is_} instead of {should_be}")
    return found


def sales_by_variant(first: date, last: date) -> dict[int, float]:
    """What each variant that sold brought in the shop's currency, both days included."""
    sold: Any = VariantFact.objects.filter(day__gte=first, day__lte=last).order_by().values_list("variant_id")
    return {variant: float(amount) for variant, amount in sold.annotate(amount=Sum("value"))}


def trading_days() -> tuple[date, date] | None:
    """The first and the last day with an order, from the facts; None where nothing was ever sold."""
    found: tuple[date, date] | None = next(iter(trading_edges()), None)
    return found


def sold_before(until: date) -> QuerySet[Any]:
    """Rows of (variant id, units sold, sum of the squares of each day's) of the PACE_DAYS full days before `until`."""
    days: Any = VariantFact.objects.filter(day__gte=until - timedelta(days=PACE_DAYS), day__lt=until).order_by()
    rows: QuerySet[Any] = days.values_list("variant_id").annotate(
        sold=Sum("units"), squares=Sum(F("units") * F("units"))
    )
    return rows


def is_summed_up(until: date) -> bool:
    """Whether what sold before that day is summed up (VariantPace)."""
    return VariantPace.objects.filter(until=until).exists()


def trading_edges() -> QuerySet[Any]:
    """One row of the first and the last day with an order; none where nothing was ever sold."""
    days: Any = DailyFact.objects.filter(orders__gt=0).order_by().values("merchant_id")
    rows: QuerySet[Any] = days.annotate(first=Min("day"), last=Max("day")).values_list("first", "last")
    return rows
