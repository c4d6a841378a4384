"""Facts about parcels on their way: one notice a day for each carrier, and one alone while a carrier fails."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from core.events import handles, moved_from
from ecommerce.fulfilment.events import CarrierRanLate, ParcelCasesFound
from ecommerce.fulfilment.models import CarrierDelay, ParcelCase
from ecommerce.fulfilment.queries import overdue_cases
from notifications.inbox.actions import settle, tell

LATE = (ParcelCase.Reason.OVERDUE, ParcelCase.Reason.NO_MOVEMENT)
OLDER = 7  # delays of a carrier before, whose notices the newest replaces


@handles(CarrierRanLate)
def carrier_late(event: CarrierRanLate, activity: Activity) -> None:
    """One notice for all its late parcels, in the place of those that told of them one look after the other."""
    delay = CarrierDelay.objects.select_related("carrier").get(carrier=event.carrier_id, day=event.day)
    _tell_of(delay, event.parcels, activity)
    key = _key(event.carrier_id, delay.day)
    settle("parcel-cases", key=key)
    before = CarrierDelay.objects.filter(carrier=event.carrier_id, day__lt=delay.day).order_by("-day")
    for day in before.values_list("day", flat=True)[:OLDER]:
        settle("carrier-late", key=_key(event.carrier_id, day))


@moved_from("notifications.inbox.handlers.orders.parcels_need_a_person")
@handles(ParcelCasesFound)
def parcels_need_a_person(event: ParcelCasesFound, activity: Activity) -> None:
    """One notice a day for each carrier, which grows with the parcels it is about.

    On a day on which the carrier fails, parcels that are late or stand still count there, and only others are told so.
    """
    day = Merchant.objects.get(pk=activity.merchant_id).day_of(activity.at)
    key, count, reason = _key(event.carrier_id, day), event.open, event.reason
    delay = CarrierDelay.objects.select_related("carrier").filter(carrier=event.carrier_id, day=day).first()
    if delay is not None:
        _tell_of(delay, overdue_cases([event.carrier_id]).get(event.carrier_id, 0), activity)
        others = ParcelCase.objects.open().filter(shipment__carried_by=event.carrier_id).exclude(reason__in=LATE)
        reasons = dict(others.order_by().values_list("reason").annotate(Count("pk")))
        if not reasons:
            return
        key, count, reason = f"{key}:other", sum(reasons.values()), max(reasons, key=lambda name: reasons[name])
    params = {"carrier_id": event.carrier_id, "carrier": event.carrier, "count": count, "reason": reason}
    tell("parcel-cases", key=key, params=params, activity=activity, grows="count")


def _key(carrier_id: int, day: date) -> str:
    return f"{carrier_id}:{day.isoformat()}"


def _tell_of(delay: CarrierDelay, parcels: int, activity: Activity) -> None:
    params: dict[str, Any] = {
        "carrier_id": delay.carrier_id,
        "carrier": delay.carrier.name,
        "parcels": parcels,
        "late": delay.late,
        "due": delay.due,
        "usual": round(100 * delay.usual),
    }
    tell("carrier-late", key=_key(delay.carrier_id, delay.day), params=params, activity=activity, grows="parcels")
