"""What the first page of a shop shows: what is to be done, the day so far, what is about to happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from accounts.merchants.models import Merchant
from analytics.facts.models import DailyFact
from analytics.forecasts.models import Forecast, ForecastRun, Measure
from analytics.forecasts.queries import newest_runs
from analytics.restock.queries import Outlook, outlook_parts, stock_outlooks, with_variants
from core.charts import Fan
from core.statements import Shaped
from core.together import together
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


NOTHING = Pulse(0, ZERO)


@dataclass(frozen=True)
class Look:
    """What the page reads. `past` are the last PAST_DAYS full days in order, with rows of zeros where nothing happened.

    `today` is the day so far, `last_week` the same weekday last week up to the same time: like with like. `run` and
    `days` are the newest forecast of sales, `stock` is what restock() begins with. What was not asked for is empty.
    """

    to_do: ToDo
    past: list[DailyFact]
    today: Pulse
    last_week: Pulse
    run: ForecastRun | None
    days: list[Forecast]
    stock: dict[str, Any]


def look(merchant: Merchant, now: datetime, *, facts: bool, forecasts: bool, stock: bool) -> Look:
    """All of it in one query."""
    day = merchant.today()
    start, before = merchant.day_bounds(day)[0], merchant.day_bounds(day - timedelta(days=7))[0]
    parts = _waiting(now, merchant.day_bounds(day)[1])
    if facts:
        parts["past"] = DailyFact.objects.between(day - timedelta(days=PAST_DAYS), day - timedelta(days=1))
        parts["today"], parts["last_week"] = (
            PULSE.statement(start, now),
            PULSE.statement(before, before + (now - start)),
        )
    if facts and forecasts:
        parts["runs"], parts["days"] = NEWEST_RUN.statement(), ITS_DAYS.statement()
    if stock:
        parts |= outlook_parts(day, merchant.low_stock_days)
    found = together(**parts)
    known = {fact.day: fact for fact in found.get("past", ())}
    every = (day - timedelta(days=back) for back in range(PAST_DAYS, 0, -1)) if facts else ()
    today, last_week = (next((Pulse(*row) for row in found.get(name, ())), NOTHING) for name in ("today", "last_week"))
    return Look(
        to_do=_to_do(found),
        past=[known.get(one) or DailyFact(day=one) for one in every],
        today=today,
        last_week=last_week,
        run=next(iter(found.get("runs", ())), None),
        days=found.get("days", []),
        stock={name: found[name] for name in ("outlooks", "traded", "paced") if name in found},
    )


def _waiting(now: datetime, end_of_day: datetime) -> dict[str, Any]:
    """What is to be done now: one row each, or none where nothing is."""
    return {
        "orders": TO_SHIP.statement(now, end_of_day),
        "complaints": TO_ANSWER.statement(),
        "reviews": TO_REPLY.statement(now - timedelta(days=60)),
    }


def _of_shop(rows: QuerySet[Any]) -> Any:
    """As one group, to be summed up by a query that is read with others."""
    return rows.order_by().values("merchant_id")


def _to_do(found: dict[str, Any]) -> ToDo:
    orders: dict[str, Any] = next(iter(found["orders"]), {})
    complaints: dict[str, Any] = next(iter(found["complaints"]), {})
    reviews: dict[str, Any] = next(iter(found["reviews"]), {})
    return ToDo(
        to_ship=orders.get("all", 0),
        due_today=orders.get("due", 0),
        late=orders.get("late", 0),
        complaints=complaints.get("all", 0),
        next_complaint=complaints.get("next"),
        reviews=reviews.get("all", 0),
        low_reviews=reviews.get("low", 0),
    )


def _to_ship(now: datetime, end_of_day: datetime) -> QuerySet[Any]:
    late, due = Q(ship_by__lt=now), Q(ship_by__lt=end_of_day)
    rows: QuerySet[Any] = _of_shop(Order.objects.to_ship()).annotate(
        all=Count("pk"), due=Count("pk", filter=due), late=Count("pk", filter=late)
    )
    return rows


def _to_answer() -> QuerySet[Any]:
    opened = Complaint.objects.filter(state=Complaint.State.OPENED)
    rows: QuerySet[Any] = _of_shop(opened).annotate(all=Count("pk"), next=Min("due_at"))
    return rows


def _to_reply(since: datetime) -> QuerySet[Any]:
    reviews = Review.objects.unanswered().filter(rating__lte=3, created_at__gte=since)
    rows: QuerySet[Any] = _of_shop(reviews).annotate(all=Count("pk"), low=Count("pk", filter=Q(rating__lte=2)))
    return rows


def _pulse(first: datetime, last: datetime) -> QuerySet[Any]:
    orders = _of_shop(Order.objects.filter(placed_at__gte=first, placed_at__lt=last))
    pulse: QuerySet[Any] = orders.annotate(orders=Count("pk"), value=Sum("total", default=ZERO))
    return pulse.values_list("orders", "value")


def _newest_run() -> QuerySet[ForecastRun]:
    return newest_runs(Measure.SALES_VALUE, made=True)[:1]


def _its_days() -> QuerySet[Forecast]:
    return Forecast.objects.filter(run=_newest_run().values("pk")).order_by("step")


TO_SHIP, TO_ANSWER, TO_REPLY, PULSE = Shaped(_to_ship), Shaped(_to_answer), Shaped(_to_reply), Shaped(_pulse)
NEWEST_RUN, ITS_DAYS = Shaped(_newest_run), Shaped(_its_days)


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


def ahead(merchant: Merchant, look: Look) -> Ahead | None:
    """The chart of the last seven weeks and the next two; None where there is no forecast yet."""
    run, past = look.run, look.past
    if run is None or run.data_to is None:
        return None
    today = merchant.today()
    days = [day for day in look.days if day.day >= today][:AHEAD_DAYS]
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


def restock(merchant: Merchant, look: Look, most: int = 5) -> tuple[int, list[tuple[Outlook, Variant]]]:
    """How many variants run low by the shop's own threshold, and the first of them."""
    horizon = merchant.low_stock_days
    soon = stock_outlooks(merchant.today(), horizon, look.stock)
    low = [one for one in soon if one.is_out or one.lasts.middle < horizon]
    return len(low), with_variants(low[:most])
