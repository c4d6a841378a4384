"""Parcels that a person must look at: found, told of in one notice a carrier, handled, closed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.models import User
from core.actors import SYSTEM, Actor
from core.errors import Refused
from ecommerce.fulfilment.actions.delays import find_delays
from ecommerce.fulfilment.events import ParcelCaseClosed, ParcelCaseHandled, ParcelCasesFound
from ecommerce.fulfilment.models import Carrier, ParcelCase, Shipment
from ecommerce.fulfilment.queries import long_gaps, under_watch
from ecommerce.fulfilment.rules import REASON_OF_KIND, STEPS_OF_REASON

Reason = ParcelCase.Reason
BATCH = 1000
LONGEST_SNOOZE = timedelta(days=30)


def cases_after(shipment: Shipment, *, kind: str, at: datetime) -> None:
    """What a report means for the cases of its parcel, within the transaction of the report.

    `kind` is "" where a later report has overtaken it. Arriving closes everything; moving ends a standstill. Of one
    that was given up only its return asks for a person: its goods have to be taken in.
    """
    open_cases = ParcelCase.objects.filter(shipment=shipment).open()
    if shipment.has_arrived:
        _close_by_itself(open_cases.exclude(reason=Reason.RETURNED))
    elif kind:
        _close_by_itself(open_cases.filter(reason=Reason.NO_MOVEMENT))
    reason = REASON_OF_KIND.get(kind)
    is_open = not shipment.is_settled or (shipment.may_turn_up and reason == Reason.RETURNED)
    if reason and is_open:
        ParcelCase.objects.get_or_create(shipment=shipment, reason=reason, closed_at=None)


def _close_by_itself(rows: Any) -> int:
    count: int = rows.update(closed_at=timezone.now(), closed_by="", updated_at=timezone.now())
    return count


def watch_parcels(now: datetime | None = None) -> dict[str, int]:
    """Open cases for parcels that stand still or are overdue, and announce new cases: one fact for each carrier.

    Before that, carriers of which far more parcels are late than usual (actions/delays.py). A case that a person closed
    is not opened again for the same standstill or the same promise. Safe to run twice.
    """
    now = now or timezone.now()
    still = 0
    gaps = long_gaps(now)
    for carrier_id, gap in gaps.items():
        rows = under_watch(now).annotate(moved=Coalesce("moved_at", "shipped_at"))
        still += _open(rows.filter(carried_by_id=carrier_id, moved__lt=now - gap), Reason.NO_MOVEMENT, "moved")
    overdue = _open(under_watch(now).filter(promised_at__lt=now), Reason.OVERDUE, "promised_at")
    find_delays(now)
    return {"still": still, "overdue": overdue, "told": _announce(now)}


def _open(rows: Any, reason: str, since: str) -> int:
    """Open a case for each parcel that has none of this reason from after `since`."""
    had = ParcelCase.objects.filter(shipment=OuterRef("pk"), reason=reason, opened_at__gte=OuterRef(since))
    opened = 0
    while ids := list(rows.filter(~Exists(had)).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        cases = [ParcelCase(shipment_id=pk, reason=reason) for pk in ids]
        ParcelCase.objects.bulk_create(cases, ignore_conflicts=True)
        opened += len(ids)
        if len(ids) < BATCH:
            break
    return opened


@transaction.atomic
def _announce(now: datetime) -> int:
    """Tell of cases that nobody was told of: one fact for each carrier, however many parcels it is about."""
    new = ParcelCase.objects.open().filter(told_at=None).select_for_update(of=("self",))
    rows = list(new.order_by().values_list("pk", "shipment__carried_by_id", "reason"))
    if not rows:
        return 0
    ParcelCase.objects.filter(pk__in=[pk for pk, *_rest in rows]).update(told_at=now)
    found: dict[int | None, Counter[str]] = {}
    for _pk, carried_by, reason in rows:
        found.setdefault(carried_by, Counter())[reason] += 1
    names: dict[int, str] = dict(Carrier.objects.filter(pk__in=[pk for pk in found if pk]).values_list("pk", "name"))
    for carrier_id, reasons in found.items():
        waiting = ParcelCase.objects.waiting(now=now).filter(shipment__carried_by_id=carrier_id).count()
        fact = ParcelCasesFound(
            carrier_id=carrier_id or 0,
            carrier=names.get(carrier_id or 0, ""),
            found=reasons.total(),
            open=waiting,
            reason=reasons.most_common(1)[0][0],
        )
        record(fact, actor=SYSTEM)
    return len(found)


def _locked(case: ParcelCase) -> ParcelCase:
    rows = ParcelCase.objects.select_for_update(of=("self",)).select_related("shipment__order__merchant")
    case = rows.get(pk=case.pk)
    if case.closed_at is not None:
        raise Refused("case_closed", _("This case is closed already."), status=409)
    return case


def _facts(case: ParcelCase) -> dict[str, Any]:
    parcel = case.shipment
    return {
        "order_id": parcel.order_id,
        "number": parcel.order.number,
        "shipment_id": parcel.pk,
        "customer_id": parcel.order.customer_id,
        "case_id": case.pk,
        "reason": case.reason,
    }


@transaction.atomic
def handle_case(
    case: ParcelCase,
    *,
    step: str = "",
    note: str = "",
    assigned_to: User | None = None,
    snoozed_until: datetime | None = None,
    actor: Actor,
) -> ParcelCase:
    """Say what is done about a case, who does it, and until when it may rest.

    Refuses a step that does not fit the reason, and a rest that is over or longer than LONGEST_SNOOZE.
    """
    case, now = _locked(case), timezone.now()
    if step and step not in STEPS_OF_REASON[case.reason]:
        sentence = _("This step does not fit the case.")
        raise Refused("step_unfit", sentence, step=sentence)
    if snoozed_until is not None and not now < snoozed_until <= now + LONGEST_SNOOZE:
        sentence = _("A case can rest for 30 days at most.")
        raise Refused("snooze_out_of_range", sentence, snoozed_until=sentence)
    old = (case.step, case.assigned_to_id)
    case.step, case.note, case.assigned_to, case.snoozed_until = step, note.strip()[:500], assigned_to, snoozed_until
    case.save()
    record(
        ParcelCaseHandled(**_facts(case), step=step),
        actor=actor,
        subject=case.shipment.order,
        changes={"step": (old[0], case.step), "assigned_to": (old[1], case.assigned_to_id)},
    )
    return case


def end_cases(shipment: Shipment, *, actor: Actor) -> None:
    """What is decided about the goods of a parcel ends all that is open about it."""
    for case in ParcelCase.objects.open().filter(shipment=shipment).select_related("shipment__order"):
        case.closed_at, case.closed_by, case.snoozed_until = timezone.now(), actor.label[:150], None
        case.save()
        record(ParcelCaseClosed(**_facts(case)), actor=actor, subject=shipment.order)


@transaction.atomic
def close_case(case: ParcelCase, *, actor: Actor) -> ParcelCase:
    """Nothing is left to do about it. It comes back only for a new reason."""
    case = _locked(case)
    case.closed_at, case.closed_by, case.snoozed_until = timezone.now(), actor.label[:150], None
    case.save()
    record(ParcelCaseClosed(**_facts(case)), actor=actor, subject=case.shipment.order)
    return case
