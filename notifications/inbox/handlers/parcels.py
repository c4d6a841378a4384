"""Facts about parcels on their way: one notice a day for each carrier, and one alone while a carrier fails."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from core.events import handles, moved_from
from ecommerce.fulfilment.events import CarrierRanLate, ParcelCasesFound
from ecommerce.fulfilment.models import CarrierDelay, ParcelCase
from ecommerce.fulfilment.queries import overdue_cases
from notifications.inbox.actions import settle_each, tell

OLDER = 14  # days back whose notices of a carrier the newest replaces: as long as one of them may stand


@handles(CarrierRanLate)
def carrier_late(event: CarrierRanLate, activity: Activity) -> None:
    """One notice for all its late parcels, in the place of those that told of them one look or day after the other."""
    delay = CarrierDelay.objects.select_related("carrier").get(carrier=event.carrier_id, day=event.day)
    _tell_of(delay, event.parcels, activity)
    before = _keys_before(event.carrier_id, delay.day)
    settle_each("carrier-late", keys=before)
    settle_each("parcel-cases", keys=[_key(event.carrier_id, delay.day), *before])
    _tell_of_others(delay, activity)


@moved_from("notifications.inbox.handlers.orders.parcels_need_a_person")
@handles(ParcelCasesFound)
def parcels_need_a_person(event: ParcelCasesFound, activity: Activity) -> None:
    """One notice a day for each carrier, which grows with the parcels it is about, in the place of the days before.

    On a day on which the carrier fails, parcels that are late or stand still count there, and only others are told so.
    """
    day = Merchant.objects.get(pk=activity.merchant_id).day_of(activity.at)
    delay = CarrierDelay.objects.select_related("carrier").filter(carrier=event.carrier_id, day=day).first()
    if delay is not None:
        _tell_of(delay, overdue_cases([event.carrier_id]).get(event.carrier_id, 0), activity)
        _tell_of_others(delay, activity)
        return
    params = {
        "carrier_id": event.carrier_id, "carrier": event.carrier, "count": event.open, "reason": event.reason,
    }  # fmt: skip
    tell("parcel-cases", key=_key(event.carrier_id, day), params=params, activity=activity, grows="count")
    settle_each("parcel-cases", keys=_keys_before(event.carrier_id, day))


def _key(carrier_id: int, day: date) -> str:
    return f"{carrier_id}:{day.isoformat()}"


def _key_of_others(carrier_id: int, day: date) -> str:
    return f"{_key(carrier_id, day)}:other"


def _keys_before(carrier_id: int, day: date) -> list[str]:
    days = [day - timedelta(days=back) for back in range(1, OLDER + 1)]
    return [make(carrier_id, one) for one in days for make in (_key, _key_of_others)]


def _tell_of_others(delay: CarrierDelay, activity: Activity) -> None:
    """The carrier's parcels with a problem that is not lateness, if there are any."""
    waiting = ParcelCase.objects.waiting(now=timezone.now())
    others = waiting.filter(shipment__carried_by=delay.carrier_id).exclude(reason__in=ParcelCase.LATE)
    reasons = dict(others.order_by().values_list("reason").annotate(Count("pk")))
    if not reasons:
        return
    params = {
        "carrier_id": delay.carrier_id,
        "carrier": delay.carrier.name,
        "count": sum(reasons.values()),
        "reason": max(reasons, key=lambda name: reasons[name]),
        "others": True,
    }
    tell(
        "parcel-cases", key=_key_of_others(delay.carrier_id, delay.day), params=params, activity=activity, grows="count"
    )


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
