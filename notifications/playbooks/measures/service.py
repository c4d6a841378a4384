"""How buyers were served after a fact: answers to complaints and reviews, and trouble with late parcels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q

from accounts.merchants.models import Merchant
from core.among import Among
from ecommerce.complaints.models import Complaint
from ecommerce.fulfilment.models import Shipment
from ecommerce.orders.models import Payment
from ecommerce.reviews.models import Review
from notifications.playbooks.measures.cases import HORIZON, Case, Facts

REPLY_WITHIN: Final = timedelta(hours=24)
DUE_WITHIN: Final = timedelta(hours=24)  # parcels that a look at a carrier counts


def answered_in_time(facts: Facts, merchant: Merchant) -> list[Case | None]:
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


def hours_until_answered(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Hours until a complaint was answered, or was over without an answer; those of the HORIZON where neither came.

    As large as the refund that was asked for.
    """
    rows = Complaint.objects.filter(Among("pk", {fact.thing for fact in facts}))
    moments = rows.values_list("pk", "answered_at", "decided_at", "closed_at")
    first = {pk: min((one for one in found if one is not None), default=None) for pk, *found in moments}
    return [
        Case(float(fact.payload.get("refund_asked") or 0), 24 * fact.days_until(first[fact.thing]))
        if fact.thing in first
        else None
        for fact in facts
    ]


def taken_to_platform(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where a complaint was passed to the platform within the HORIZON days, else 0; as large as the refund asked
    for.
    """
    rows = Complaint.objects.filter(Among("pk", {fact.thing for fact in facts}))
    passed = dict(rows.values_list("pk", "escalated_at"))
    return [
        Case(float(fact.payload.get("refund_asked") or 0), 100.0 * fact.led_to(passed[fact.thing]))
        if fact.thing in passed
        else None
        for fact in facts
    ]


def decided_for_shop(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where the platform decided for the shop within the HORIZON days, 0 where it did for the buyer, in part too;
    none where it had not decided by then.
    """
    rows = Complaint.objects.filter(Among("pk", {fact.thing for fact in facts}))
    decided = {pk: (at, decision) for pk, at, decision in rows.values_list("pk", "decided_at", "decision")}
    found: list[Case | None] = []
    for fact in facts:
        at, decision = decided.get(fact.thing, (None, ""))
        is_ours = decision == Complaint.Decision.FOR_MERCHANT
        found.append(Case(1.0, 100.0 * is_ours) if fact.led_to(at) else None)
    return found


def trouble_of_late(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the orders whose parcels were late when a carrier failed, the percent with a complaint or refund after it."""
    named = Q()
    for fact in facts:
        named |= Q(carried_by_id=fact.thing, promised_at__gt=fact.at - DUE_WITHIN, promised_at__lte=fact.at)
    late = Shipment.objects.filter(named).filter(Q(delivered_at=None) | Q(delivered_at__gt=F("promised_at")))
    parcels = list(late.order_by().values_list("carried_by_id", "promised_at", "order_id"))
    orders = {order for _carrier, _promised, order in parcels}
    troubled = moments_of_trouble(orders, min(fact.at for fact in facts))
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


def moments_of_trouble(orders: Iterable[int], since: datetime) -> dict[int, list[datetime]]:
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


def replied_in_time(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """100 where a review was replied to within REPLY_WITHIN of being written, else 0."""
    rows = Review.objects.filter(Among("pk", {fact.thing for fact in facts}))
    replied = {pk: (written, at) for pk, written, at in rows.values_list("pk", "created_at", "replied_at")}
    found: list[Case | None] = []
    for fact in facts:
        if fact.thing not in replied:
            found.append(None)
            continue
        written, at = replied[fact.thing]
        found.append(Case(1.0, 100.0 * (at is not None and at - written <= REPLY_WITHIN)))
    return found


def bettered(facts: Facts, merchant: Merchant) -> list[Case | None]:
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
        found.append(Case(1.0, 100.0 * is_better))
    return found


def next_stars(facts: Facts, merchant: Merchant) -> list[Case | None]:
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
        found.append(Case(1.0, mine[0]) if mine else None)
    return found
