"""The figures of a shop's week, and whose report is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from analytics.calendar.showing import Coming, coming
from analytics.facts.models import DailyFact
from analytics.forecasts.models import Forecast, ForecastRun, Measure
from notifications.inbox.queries import hours_of
from notifications.mail.models import Mail
from notifications.reports.rules import report_due

WEEK = 7
MOST_COMING = 5
AT_ONCE = 500
LOW, MIDDLE, HIGH = 1, 3, 5  # of the quantiles that a run keeps: 10, 50 and 90 %


@dataclass(frozen=True)
class Range:
    """What a forecast says of a sum: the middle, and the limits that hold it eight times in ten; in money."""

    low: float
    middle: float
    high: float

    def place(self, value: float) -> int:
        """-1 below, 0 within, 1 above."""
        return (value > self.high) - (value < self.low)


@dataclass(frozen=True)
class DayAhead:
    day: date
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Week:
    """The week before `monday` in sales, beside the week before it; what comes is from `monday` on.

    `foreseen` is what the forecast made before that week said of it, `ahead` what the newest says of the next. Both are
    None or empty where there is none, or where the reader may not see forecasts.
    """

    monday: date
    currency: str
    days: tuple[date, ...]
    sales: tuple[float, ...]
    before: tuple[float, ...]
    orders: int
    orders_before: int
    foreseen: Range | None
    ahead: Range | None
    ahead_days: tuple[DayAhead, ...]
    coming: tuple[Coming, ...]

    @property
    def total(self) -> float:
        return sum(self.sales)

    @property
    def total_before(self) -> float:
        return sum(self.before)

    @property
    def change(self) -> float | None:
        """By what share sales changed against the week before; None where that had none."""
        return self.total / self.total_before - 1 if self.total_before else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to report: no order in two weeks, and no forecast."""
        return not (self.orders or self.orders_before or self.ahead_days)


def week_of(merchant: Merchant, monday: date, *, forecasts: bool, calendar: bool) -> Week:
    """The report's figures for the merchant in scope; with what its reader may see."""
    first, earlier = monday - timedelta(days=WEEK), monday - timedelta(days=2 * WEEK)
    facts = {fact.day: fact for fact in DailyFact.objects.between(earlier, monday - timedelta(days=1))}
    days = [first + timedelta(days=step) for step in range(WEEK)]
    past = [earlier + timedelta(days=step) for step in range(WEEK)]
    ahead_days = _days_ahead(monday) if forecasts else ()
    last = monday + timedelta(days=WEEK - 1)
    return Week(
        monday=monday,
        currency=merchant.currency,
        days=tuple(days),
        sales=tuple(float(facts[day].value) if day in facts else 0.0 for day in days),
        before=tuple(float(facts[day].value) if day in facts else 0.0 for day in past),
        orders=sum(facts[day].orders for day in days if day in facts),
        orders_before=sum(facts[day].orders for day in past if day in facts),
        foreseen=_foreseen(merchant, first) if forecasts else None,
        ahead=_foreseen(merchant, monday) if forecasts else None,
        ahead_days=ahead_days,
        coming=tuple(one for one in coming(merchant, monday) if one.first <= last)[:MOST_COMING] if calendar else (),
    )


def _foreseen(merchant: Merchant, first: date) -> Range | None:
    """What was said of the seven days from `first` on by the last forecast that knew the day before and no more."""
    runs = ForecastRun.objects.of(Measure.SALES_VALUE).live().made().filter(data_to=first - timedelta(days=1))
    run = runs.filter(made_at__lt=merchant.day_bounds(first)[1]).first()
    band = run.total(1, WEEK) if run else None
    return Range(band[LOW], band[MIDDLE], band[HIGH]) if band else None


def _days_ahead(monday: date) -> tuple[DayAhead, ...]:
    run = ForecastRun.objects.of(Measure.SALES_VALUE).live().made().first()
    if run is None:
        return ()
    last = monday + timedelta(days=WEEK - 1)
    rows = Forecast.objects.filter(run=run, day__gte=monday, day__lte=last).order_by("day")
    return tuple(DayAhead(row.day, row.q10, row.q50, row.q90) for row in rows)


def report_name(merchant_id: int, user_id: int, monday: date) -> str:
    """What the one report of a week to a member of a shop is known by."""
    return f"report:{merchant_id}:{user_id}:{monday.isoformat()}"


def readers_due(now: datetime) -> list[tuple[Membership, date]]:
    """(member, Monday) of everybody in a shop that trades whose Monday has come and who was not written yet.

    In the scope of every tenant.
    """
    members = Membership.objects.select_related("user", "custom_role", "merchant").filter(user__is_active=True)
    trading = list(members.filter(merchant__in=Merchant.objects.trading()).order_by("merchant_id", "pk"))
    hours = hours_of([member.user for member in trading])
    due = []
    for member in trading:
        monday = report_due(now, hours[member.user_id], member.merchant.day_of(now))
        if monday is not None:
            due.append((report_name(member.merchant_id, member.user_id, monday), member, monday))
    had: set[str | None] = set()
    for start in range(0, len(due), AT_ONCE):
        names = [name for name, _member, _monday in due[start : start + AT_ONCE]]
        had |= set(Mail.objects.filter(dedupe__in=names).values_list("dedupe", flat=True))
    return [(member, monday) for name, member, monday in due if name not in had]
