"""Carriers that fail: one fact a day instead of one for each parcel."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import SYSTEM
from ecommerce.fulfilment.events import CarrierRanLate
from ecommerce.fulfilment.models import Carrier, CarrierDelay
from ecommerce.fulfilment.queries import overdue_cases, punctuality_before, punctuality_now
from ecommerce.fulfilment.rules import FEWEST_LATE, chance_of_late, runs_late, whole


@transaction.atomic
def find_delays(now: datetime) -> int:
    """Announce carriers of which far more parcels are late than their own past explains; returns how many are new.

    One query where nothing is late, a fixed number where something is, however many parcels there are.
    """
    late = {pk: one for pk, one in punctuality_now(now).items() if one.late >= FEWEST_LATE}
    if not late:
        return 0
    merchant = Merchant.objects.in_scope()
    day = merchant.day_of(now)
    known = set(CarrierDelay.objects.filter(day=day, carrier__in=late).values_list("carrier_id", flat=True))
    days = punctuality_before(sorted(late.keys() - known), now, merchant.zone) if late.keys() - known else {}
    failing = {pk: late[pk] for pk in sorted(days) if runs_late(late[pk], days[pk])}
    if not failing:
        return 0
    carriers, waiting, new = Carrier.objects.in_bulk(failing), overdue_cases(failing), 0
    for pk, one in failing.items():
        usual = whole(days[pk]).share
        values = {"late": one.late, "due": one.due, "usual": usual, "found_at": now}
        _row, is_new = CarrierDelay.objects.get_or_create(carrier=carriers[pk], day=day, defaults=values)
        if not is_new:
            continue
        new += 1
        fact = CarrierRanLate(
            carrier_id=pk,
            carrier=carriers[pk].name,
            day=day.isoformat(),
            parcels=waiting.get(pk, 0),
            late=one.late,
            due=one.due,
            share_percent=round(100 * one.share),
            usual_percent=round(100 * usual),
            chance=chance_of_late(one, days[pk]),
        )
        record(fact, actor=SYSTEM, subject=carriers[pk])
    return new
