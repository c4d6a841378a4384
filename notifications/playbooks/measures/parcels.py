"""What became of parcels with a problem after somebody was told of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Q

from accounts.merchants.models import Merchant
from ecommerce.fulfilment.models import ParcelCase
from notifications.playbooks.measures.cases import Case, Facts
from notifications.playbooks.measures.service import moments_of_trouble

ARRIVE_WITHIN: Final = timedelta(days=7)
TOLD_BEFORE: Final = timedelta(minutes=10)  # the fact is written that much after its parcels are marked at most


class Parcel(NamedTuple):
    pk: int
    order: int
    delivered: Any


def _told(facts: Facts) -> list[dict[int, Parcel]]:
    """The parcels each fact tells of, by their id: those marked last before it of its carrier, in one query."""
    named = Q()
    for fact in facts:
        carrier = fact.payload["carrier_id"] or None
        named |= Q(shipment__carried_by=carrier, told_at__gt=fact.at - TOLD_BEFORE, told_at__lte=fact.at)
    columns = ("told_at", "shipment__carried_by_id", "shipment_id", "shipment__order_id", "shipment__delivered_at")
    rows = list(ParcelCase.objects.filter(named).order_by().values_list(*columns))
    found = []
    for fact in facts:
        mine = [
            row
            for row in rows
            if (row[1] or 0) == fact.payload["carrier_id"] and fact.at - TOLD_BEFORE < row[0] <= fact.at
        ]
        last = max((row[0] for row in mine), default=None)
        found.append({row[2]: Parcel(*row[2:]) for row in mine if row[0] == last})
    return found


def arrived(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the parcels with a problem the percent that was delivered within ARRIVE_WITHIN; as large as they are many."""
    found: list[Case | None] = []
    for fact, parcels in zip(facts, _told(facts), strict=True):
        there = sum(fact.led_to(one.delivered, within=ARRIVE_WITHIN) for one in parcels.values())
        found.append(Case(len(parcels), 100 * there / len(parcels)) if parcels else None)
    return found


def trouble(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Of the orders of the parcels with a problem the percent with a complaint or a refund within the HORIZON days."""
    told = _told(facts)
    orders = {one.order for parcels in told for one in parcels.values()}
    troubled = moments_of_trouble(orders, min(fact.at for fact in facts))
    found: list[Case | None] = []
    for fact, parcels in zip(facts, told, strict=True):
        mine = {one.order for one in parcels.values()}
        bad = sum(any(fact.led_to(at) for at in troubled.get(order, ())) for order in mine)
        found.append(Case(len(parcels), 100 * bad / len(mine)) if mine else None)
    return found
