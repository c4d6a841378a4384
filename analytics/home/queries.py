"""What the first page of a shop shows: what is to be done, the day so far, what is about to happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum

from accounts.merchants.models import Merchant
from analytics.facts.models import DailyFact
from analytics.forecasts.models import Measure
from analytics.forecasts.queries import newest_run
from analytics.restock.queries import Outlook, stock_outlooks, with_variants
from core.charts import Fan
from ecommerce.catalog.models import Variant
from ecommerce.complaints.models import Complaint
from ecommerce.orders.models import Order
from ecommerce.reviews.models import Review

ZERO = Decimal("0.00")
PAST_DAYS = 49
AHEAD_DAYS = 14


@dataclass(frozen=True)
class ToDo:
    """Counts of what waits for this shop's people."""

    to_ship: int
    due_today: int
    late: int
    complaints: int
    next_complaint: datetime | None
    reviews: int
    low_reviews: int


def to_do(merchant: Merchant, now: datetime) -> ToDo:
    """What is to be done now. Three queries."""
    end_of_day = merchant.day_bounds(merchant.today())[1]
    orders = Order.objects.to_ship().aggregate(
        all=Count("pk"), due=Count("pk", filter=Q(ship_by__lt=end_of_day)), late=Count("pk", filter=Q(ship_by__lt=now))
    )
    complaints = Complaint.objects.filter(state=Complaint.State.OPENED).aggregate(all=Count("pk"), next=Min("due_at"))
    reviews = Review.objects.unanswered().filter(rating__lte=3, created_at__gte=now - timedelta(days=60))
    counts = reviews.aggregate(all=Count("pk"), low=Count("pk", filter=Q(rating__lte=2)))
    return ToDo(
        orders["all"],
        orders["due"],
        orders["late"],
        complaints["all"],
        complaints["next"],
        counts["all"],
        counts["low"],
    )


@dataclass(frozen=True)
class Tile:
    """A key figure of today beside the same weekday last week at the same time; `trend` is the last fortnight."""

    label: str
    value: Any
    kind: str
    before: Any
    trend: list[float]

    @property
    def change(self) -> float | None:
        """In per cent, or None where there is nothing to compare with."""
        return float((self.value - self.before) / self.before * 100) if self.before and self.value is not None else None


@dataclass(frozen=True)
class Pulse:
    """Orders and sales of a part of a day."""

    orders: int
    value: Decimal

    @property
    def average(self) -> Decimal | None:
        return self.value / self.orders if self.orders else None


def _pulse(first: datetime, last: datetime) -> Pulse:
    found = Order.objects.filter(placed_at__gte=first, placed_at__lt=last).aggregate(
        orders=Count("pk"), value=Sum("total", default=ZERO)
    )
    return Pulse(found["orders"], found["value"])


def today_and_last_week(merchant: Merchant, now: datetime) -> tuple[Pulse, Pulse]:
    """Today so far, and the same weekday last week up to the same time of day: like with like."""
    today = merchant.today()
    start, before = merchant.day_bounds(today)[0], merchant.day_bounds(today - timedelta(days=7))[0]
    return _pulse(start, now), _pulse(before, before + (now - start))


def recent_days(today: date, days: int) -> list[DailyFact]:
    """The facts of the last `days` full days in order; days on which nothing happened are rows of zeros."""
    first = today - timedelta(days=days)
    found = {fact.day: fact for fact in DailyFact.objects.between(first, today - timedelta(days=1))}
    every = (first + timedelta(days=step) for step in range(days))
    return [found.get(day) or DailyFact(day=day) for day in every]


@dataclass(frozen=True)
class Ahead:
    """The next two weeks as the newest forecast of sales sees them; amounts in the merchant's currency."""

    chart: dict[str, Any]
    low: float
    middle: float
    high: float
    usual: float | None
    is_fresh: bool
    rows: list[tuple[date, float, float, float]]

    @property
    def against_usual(self) -> float | None:
        """How many times the usual two weeks, where that is known."""
        return self.middle / self.usual if self.usual else None

    @property
    def is_surge(self) -> bool:
        return bool(self.usual and self.low > self.usual * 1.05)

    @property
    def is_drop(self) -> bool:
        return bool(self.usual and self.high < self.usual * 0.95)


def ahead(merchant: Merchant, past: list[DailyFact]) -> Ahead | None:
    """The chart of the last seven weeks and the next two; None where there is no forecast yet."""
    run = newest_run(Measure.SALES_VALUE, made=True)
    if run is None or run.data_to is None:
        return None
    today = merchant.today()
    days = [day for day in run.days.order_by("step") if day.day >= today][:AHEAD_DAYS]
    if not days:
        return None
    total = run.total(1, AHEAD_DAYS)
    chart = Fan(
        past=[fact.day for fact in past],
        actual=[float(fact.value) for fact in past],
        future=[day.day for day in days],
        fan=[day.quantiles for day in days],
        unit="money",
        currency=merchant.currency,
        digits=2,
    ).data()
    low, middle, high = (total[1], total[3], total[5]) if total else (0.0, sum(day.q50 for day in days), 0.0)
    rows = [(day.day, day.q50, day.q10, day.q90) for day in days]
    return Ahead(chart, low, middle, high, run.usual, run.data_to >= today - timedelta(days=2), rows)


def restock(merchant: Merchant, most: int = 5) -> tuple[int, list[tuple[Outlook, Variant]]]:
    """How many variants run low by the shop's own threshold, and the first of them."""
    horizon = merchant.low_stock_days
    soon = stock_outlooks(merchant.today(), within=horizon)
    low = [one for one in soon if one.is_out or one.lasts.middle < horizon]
    return len(low), with_variants(low[:most])
