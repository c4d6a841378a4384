"""What is looked at after a fact, to tell what went together with a playbook's runs (effects.py).

A measure reads many facts at once and gives a case for each: how large it was, to find others like it, and what came
after. A new one is one more entry of MEASURES.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.merchants.models import Merchant
from analytics.episodes.events import ComplaintsBurst, ProductPraised
from analytics.episodes.queries import ABOUT_GOODS
from analytics.facts.models import VariantFact
from analytics.forecasts.events import SurgeExpected
from analytics.frames import sold_out_days
from analytics.lifecycle.events import ProductFellBehind, ProductStartedGrowing
from analytics.markets.events import TOLD_STEP, ShareFallExpected
from analytics.markets.models import ShareScore
from analytics.restock.events import StockOutExpected, StockOutsExpected
from analytics.restock.models import StockWarning
from core.among import Among
from ecommerce.complaints.events import ComplaintDueSoon
from ecommerce.complaints.models import Complaint
from ecommerce.fulfilment.events import CarrierRanLate
from ecommerce.fulfilment.models import Shipment
from ecommerce.orders.models import Payment
from ecommerce.reviews.events import ReviewSubmitted
from ecommerce.reviews.models import Review

HORIZON: Final = 30  # days after a fact that are looked at, and before it that give its size
SURGE_DAYS: Final = 14  # of which a surge is foretold
FORECAST_DAYS: Final = 28
REPLY_WITHIN: Final = timedelta(hours=24)
DUE_WITHIN: Final = timedelta(hours=24)  # parcels that a look at a carrier counts
MOST_VARIANTS: Final = 300  # whose stock is followed through a surge: those that sell most


@dataclass(frozen=True)
class Case:
    """A fact: how large it was, to find others like it, and the figure of what came after."""

    size: float
    outcome: float


@dataclass(frozen=True)
class Fact:
    """A row of the activity log: the id of what it is about (0 for the shop as a whole), its day and moment."""

    thing: int
    day: date
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


Facts = Sequence[Fact]
Reader = Callable[[Facts, Merchant], list[Case | None]]


def _units(field: str, facts: Facts) -> dict[int, dict[date, int]]:
    """Units of each thing by day, round all the facts: one query."""
    first = min(fact.day for fact in facts) - timedelta(days=HORIZON)
    last = max(fact.day for fact in facts) + timedelta(days=HORIZON)
    rows: Any = VariantFact.objects.filter(Among(field, {fact.thing for fact in facts}), day__gte=first, day__lte=last)
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for thing, day, units in rows.order_by().values_list(field, "day").annotate(Sum("units")):
        found[thing][day] = units
    return found


def _sum(units: Mapping[date, int], first: date, last: date) -> int:
    return sum(count for day, count in units.items() if first <= day <= last)


def _before(units: Mapping[date, int], day: date) -> int:
    return _sum(units, day - timedelta(days=HORIZON), day - timedelta(days=1))


def _sold_after(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Units of a product in the days after, in percent of those before; none where nothing was sold before."""
    units = _units("variant__product_id", facts)
    found: list[Case | None] = []
    for fact in facts:
        product, day = fact.thing, fact.day
        size = _before(units.get(product, {}), day)
        after = _sum(units.get(product, {}), day + timedelta(days=1), day + timedelta(days=HORIZON))
        found.append(Case(size, 100 * after / size) if size else None)
    return found


def _complaints_after(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Complaints about the goods of a product in the days after."""
    units = _units("variant__product_id", facts)
    days: dict[int, list[date]] = defaultdict(list)
    rows: Any = Complaint.objects.filter(
        Among("product_id", {fact.thing for fact in facts}), product__isnull=False, topic__in=ABOUT_GOODS
    )
    since = merchant.day_bounds(min(fact.day for fact in facts))[0]
    for product, at in rows.filter(opened_at__gte=since).order_by().values_list("product_id", "opened_at"):
        days[product].append(merchant.day_of(at))
    return [
        Case(
            _before(units.get(fact.thing, {}), fact.day),
            sum(fact.day < one <= fact.day + timedelta(days=HORIZON) for one in days.get(fact.thing, ())),
        )
        for fact in facts
    ]


def _complaints_per_hundred(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Complaints about the goods for 100 units sold in the days after; none where nothing was sold any more."""
    units = _units("variant__product_id", facts)
    found: list[Case | None] = []
    for fact, case in zip(facts, _complaints_after(facts, merchant), strict=True):
        sold = _sum(units.get(fact.thing, {}), fact.day + timedelta(days=1), fact.day + timedelta(days=HORIZON))
        found.append(Case(case.size, 100 * case.outcome / sold) if case is not None and sold else None)
    return found


def _against_forecast(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Units of a product in the 28 days after, in percent of what was forecast for them when it was praised."""
    units = _units("variant__product_id", facts)
    found: list[Case | None] = []
    for fact in facts:
        expected = fact.payload["units"] * (1 + fact.payload["forecast_percent"] / 100)
        after = _sum(units.get(fact.thing, {}), fact.day + timedelta(days=1), fact.day + timedelta(days=FORECAST_DAYS))
        found.append(Case(fact.payload["units"], 100 * after / expected) if expected else None)
    return found


def _days_sold_out(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days in the HORIZON after on which nothing of a SKU was on the shelf."""
    units = _units("variant_id", facts)
    ids = sorted({fact.thing for fact in facts})
    first = min(fact.day for fact in facts)
    out = sold_out_days(ids, first, max(fact.day for fact in facts) + timedelta(days=HORIZON), merchant)
    row = {variant: index for index, variant in enumerate(ids)}
    found: list[Case | None] = []
    for fact in facts:
        variant, day = fact.thing, fact.day
        begin = (day - first).days + 1
        days = int(out[row[variant], begin : begin + HORIZON].sum())
        found.append(Case(_before(units.get(variant, {}), day), days))
    return found


def _sold_out_in_surge(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days on which what sells was sold out, in percent of its days in the two weeks of a surge.

    Looked at is what sold in the HORIZON days before, at most the MOST_VARIANTS that sell most.
    """
    first, last = min(fact.day for fact in facts), max(fact.day for fact in facts)
    rows: Any = VariantFact.objects.filter(day__gte=first - timedelta(days=HORIZON), day__lt=last).order_by()
    sums = rows.values_list("variant_id").annotate(n=Sum("units")).order_by("-n", "variant_id")
    ids = sorted(variant for variant, _n in sums[:MOST_VARIANTS])
    if not ids:
        return [None] * len(facts)
    sold: dict[int, set[date]] = defaultdict(set)
    for variant, day in rows.filter(Among("variant_id", ids), units__gt=0).values_list("variant_id", "day"):
        sold[variant].add(day)
    out = sold_out_days(ids, first, last + timedelta(days=SURGE_DAYS), merchant)
    found: list[Case | None] = []
    for fact in facts:
        before = fact.day - timedelta(days=HORIZON)
        selling = [row for row, pk in enumerate(ids) if any(before <= day < fact.day for day in sold[pk])]
        begin = (fact.day - first).days + 1
        share = out[selling, begin : begin + SURGE_DAYS].mean() if selling else 0.0
        found.append(Case(fact.payload["usual"], 100 * float(share)) if selling else None)
    return found


def _sold_out_of_warned(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the SKUs of a night's warnings the days sold out in the HORIZON after, in percent of its days."""
    spans = {(fact.payload["first_warning_id"], fact.payload["last_warning_id"]) for fact in facts}
    named = Q()
    for span in spans:
        named |= Q(pk__range=span)
    warned = dict(StockWarning.objects.filter(named).order_by().values_list("pk", "variant_id"))
    ids = sorted(set(warned.values()))
    if not ids:
        return [None] * len(facts)
    first = min(fact.day for fact in facts)
    out = sold_out_days(ids, first, max(fact.day for fact in facts) + timedelta(days=HORIZON), merchant)
    row = {variant: index for index, variant in enumerate(ids)}
    found: list[Case | None] = []
    for fact in facts:
        least, most = fact.payload["first_warning_id"], fact.payload["last_warning_id"]
        mine = [row[variant] for pk, variant in warned.items() if least <= pk <= most]
        begin = (fact.day - first).days + 1
        share = out[mine, begin : begin + HORIZON].mean() if mine else 0.0
        found.append(Case(fact.payload["count"], 100 * float(share)) if mine else None)
    return found


def _share_against_forecast(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Points by which the share was above what had been foretold for it, four weeks on; none until the week is over."""
    scores = ShareScore.objects.filter(
        forecast__run__in={fact.payload["run_id"] for fact in facts},
        forecast__player__merchant=merchant,
        step=TOLD_STEP,
    )
    came = dict(scores.order_by().values_list("forecast__run_id", "actual"))
    return [
        Case(fact.payload["last"], 100 * (came[fact.payload["run_id"]] - fact.payload["middle"]))
        if fact.payload["run_id"] in came
        else None
        for fact in facts
    ]


def _answered_in_time(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where a complaint was answered before the time ran out of which the fact warned, else 0."""
    rows = Complaint.objects.filter(Among("pk", {fact.thing for fact in facts}))
    answered = dict(rows.values_list("pk", "answered_at"))
    found: list[Case | None] = []
    for fact in facts:
        if fact.thing not in answered:
            found.append(None)
            continue
        at = answered[fact.thing]
        found.append(Case(1.0, 100.0 * (at is not None and at <= datetime.fromisoformat(fact.payload["due_at"]))))
    return found


def _trouble_of_late(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the orders whose parcels were late when a carrier failed, the percent with a complaint or refund after it."""
    named = Q()
    for fact in facts:
        named |= Q(carried_by_id=fact.thing, promised_at__gt=fact.at - DUE_WITHIN, promised_at__lte=fact.at)
    late = Shipment.objects.filter(named).filter(Q(delivered_at=None) | Q(delivered_at__gt=F("promised_at")))
    parcels = list(late.order_by().values_list("carried_by_id", "promised_at", "order_id"))
    orders = {order for _carrier, _promised, order in parcels}
    troubled = _moments_of(orders, min(fact.at for fact in facts))
    found: list[Case | None] = []
    for fact in facts:
        mine = {
            order
            for carrier, promised, order in parcels
            if carrier == fact.thing and fact.at - DUE_WITHIN < promised <= fact.at
        }
        end = fact.at + timedelta(days=HORIZON)
        bad = sum(any(fact.at < at <= end for at in troubled.get(order, ())) for order in mine)
        found.append(Case(len(mine), 100 * bad / len(mine)) if mine else None)
    return found


def _moments_of(orders: Iterable[int], since: datetime) -> dict[int, list[datetime]]:
    """When complaints were opened about these orders, or money went back."""
    found: dict[int, list[datetime]] = defaultdict(list)
    complaints: Any = Complaint.objects.filter(Among("order_id", orders), opened_at__gt=since)
    refunds: Any = Payment.objects.filter(
        Among("order_id", orders), kind=Payment.Kind.REFUND, state=Payment.State.SUCCEEDED, at__gt=since
    )
    for order, at in complaints.order_by().values_list("order_id", "opened_at"):
        found[order].append(at)
    for order, at in refunds.order_by().values_list("order_id", "at"):
        found[order].append(at)
    return found


def _alike(fact: Fact) -> float:
    """As a size, so that only reviews with as many stars are near."""
    return float(10 ** fact.payload["rating"])


def _replied_in_time(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where a review was replied to within REPLY_WITHIN of being written, else 0; like it are those as bad."""
    rows = Review.objects.filter(Among("pk", {fact.thing for fact in facts}))
    replied = {pk: (written, at) for pk, written, at in rows.values_list("pk", "created_at", "replied_at")}
    found: list[Case | None] = []
    for fact in facts:
        if fact.thing not in replied:
            found.append(None)
            continue
        written, at = replied[fact.thing]
        found.append(Case(_alike(fact), 100.0 * (at is not None and at - written <= REPLY_WITHIN)))
    return found


def _bettered(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where the author of a review made it better within the HORIZON days, else 0."""
    rows = Review.objects.filter(Among("pk", {fact.thing for fact in facts}))
    now = {pk: (rating, at) for pk, rating, at in rows.values_list("pk", "rating", "revised_at")}
    found: list[Case | None] = []
    for fact in facts:
        if fact.thing not in now:
            found.append(None)
            continue
        rating, at = now[fact.thing]
        is_better = at is not None and at <= fact.at + timedelta(days=HORIZON) and rating > fact.payload["rating"]
        found.append(Case(_alike(fact), 100.0 * is_better))
    return found


def _next_stars(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Stars of the next review that the same buyer wrote within the HORIZON days; none where they wrote no other."""
    rows = Review.objects.filter(Among("pk", {fact.thing for fact in facts}), customer__isnull=False)
    authors = dict(rows.values_list("pk", "customer_id"))
    later: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    theirs: Any = Review.objects.filter(
        Among("customer_id", set(authors.values())), created_at__gt=min(fact.at for fact in facts)
    )
    for customer, at, rating in theirs.order_by("created_at").values_list("customer_id", "created_at", "rating"):
        later[customer].append((at, rating))
    found: list[Case | None] = []
    for fact in facts:
        end = fact.at + timedelta(days=HORIZON)
        mine = [rating for at, rating in later.get(authors.get(fact.thing, 0), ()) if fact.at < at <= end]
        found.append(Case(_alike(fact), mine[0]) if mine else None)
    return found


@dataclass(frozen=True)
class Measure:
    """What is looked at after a kind of fact: `thing` names the id in its payload, "" for the shop as a whole.

    `label` says the figure with its unit and time. `same` names a figure of the facts, "rating": they are held against
    those alone that have it as one of those that ran.
    """

    label: Any
    thing: str
    read: Reader
    same: str = ""


SOLD = Measure(_("Units sold in the 30 days after, in percent of the 30 days before"), "product_id", _sold_after)
MEASURES: Mapping[str, tuple[Measure, ...]] = {
    StockOutExpected.kind: (Measure(_("Days sold out in the 30 days after"), "variant_id", _days_sold_out),),
    StockOutsExpected.kind: (
        Measure(_("Days sold out in the 30 days after, in percent, of the SKUs warned of"), "", _sold_out_of_warned),
    ),
    ShareFallExpected.kind: (
        Measure(_("Market share four weeks after, in points above the forecast"), "", _share_against_forecast),
    ),
    ComplaintDueSoon.kind: (
        Measure(_("Complaints answered before their time ran out, in percent"), "complaint_id", _answered_in_time),
    ),
    ProductFellBehind.kind: (SOLD,),
    ProductStartedGrowing.kind: (SOLD,),
    ProductPraised.kind: (
        SOLD,
        Measure(_("Units sold in the 28 days after, in percent of the forecast then"), "product_id", _against_forecast),
    ),
    ComplaintsBurst.kind: (
        Measure(_("Complaints about the goods in the 30 days after"), "product_id", _complaints_after),
        Measure(
            _("Complaints about the goods for 100 units sold in the 30 days after"),
            "product_id",
            _complaints_per_hundred,
        ),
    ),
    SurgeExpected.kind: (
        Measure(_("Days sold out in the two weeks after, in percent, of what sells"), "", _sold_out_in_surge),
    ),
    CarrierRanLate.kind: (
        Measure(
            _("Late orders with a complaint or a refund in the 30 days after, in percent"),
            "carrier_id",
            _trouble_of_late,
        ),
    ),
    ReviewSubmitted.kind: (
        Measure(_("Reviews with a reply within 24 hours, in percent"), "review_id", _replied_in_time, "rating"),
        Measure(_("Reviews made better by their author within 30 days, in percent"), "review_id", _bettered, "rating"),
        Measure(_("Stars of the same buyer’s next review within 30 days"), "review_id", _next_stars, "rating"),
    ),
}
