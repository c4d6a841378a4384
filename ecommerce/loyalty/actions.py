"""Points that are earned, taken back, granted, exchanged and run out. Each cause has one entry, however often told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused
from core.money import LARGEST, cents
from core.tenancy import current_tenant_id
from ecommerce.coupons.actions import Terms, issue_coupon
from ecommerce.coupons.models import Coupon
from ecommerce.customers.models import Customer
from ecommerce.loyalty import rules
from ecommerce.loyalty.events import (
    PointsChangedByHand,
    PointsEarned,
    PointsExchanged,
    PointsExpired,
    PointsRulesChanged,
    PointsTakenBack,
)
from ecommerce.loyalty.models import PointsEntry, PointsRules
from ecommerce.loyalty.queries import holders, newest_of, points_rules, steps_of
from ecommerce.orders.models import Order, Payment

Kind = PointsEntry.Kind
FIELDS = ("is_on", "per_unit", "months", "exchange_points", "exchange_amount", "exchange_days")
REASON_LENGTH = 200


@dataclass(frozen=True)
class Change:
    """An entry to be written. With `is_capped` it takes no more than is there; without, too much is refused."""

    customer_id: int
    kind: str
    points: int
    cause: str
    is_capped: bool = False
    order: Order | None = None
    coupon: Coupon | None = None
    expires_on: date | None = None
    reason: str = ""


def _hold(customer_ids: Sequence[int]) -> None:
    """Take the buyers in hand, in one order, so that their ledgers are written one after the other."""
    rows = Customer.objects.select_for_update(of=("self",)).filter(pk__in=customer_ids).order_by("pk")
    list(rows.values_list("pk"))


def _write(changes: Sequence[Change], *, actor: Actor) -> list[PointsEntry]:
    """Write what was not written before, for buyers in hand; returns the new entries.

    Refuses to take more points than there are, and what somebody else writes at the same moment.
    """
    written = set(PointsEntry.objects.filter(cause__in=[one.cause for one in changes]).values_list("cause", flat=True))
    newest = newest_of({one.customer_id for one in changes})
    made, now = [], timezone.now()
    for one in changes:
        if one.cause in written:
            continue
        written.add(one.cause)
        sequence, balance = newest[one.customer_id]
        points = max(one.points, -balance) if one.is_capped else one.points
        if balance + points < 0:
            sentence = ngettext("There is %(count)d point only.", "There are %(count)d points only.", balance)
            raise Refused("points_short", sentence % {"count": balance}, points=sentence % {"count": balance})
        if balance + points > rules.MOST_POINTS * 100:
            sentence = _("That is more points than a customer can have.")
            raise Refused("points_too_many", sentence, points=sentence)
        newest[one.customer_id] = (sequence + 1, balance + points)
        made.append(
            PointsEntry(
                customer_id=one.customer_id,
                sequence=sequence + 1,
                kind=one.kind,
                points=points,
                balance=balance + points,
                expires_on=one.expires_on if points > 0 else None,
                order=one.order,
                coupon=one.coupon,
                reason=one.reason,
                actor_label=actor.label[:150],
                cause=one.cause,
                at=now,
            )
        )
    try:
        with transaction.atomic():
            return PointsEntry.objects.bulk_create(made)
    except IntegrityError as clash:
        sentence = _("Somebody else changes these points at this moment. Try again.")
        raise Refused("changed_meanwhile", sentence, status=409) from clash


@transaction.atomic
def earn_points(order_ids: Sequence[int], *, actor: Actor) -> list[PointsEntry]:
    """Give the buyers of completed orders their points, by what was paid, once for each order.

    What went back before is taken off again in entries of its own. Nothing comes of orders that cost nothing, that go
    out in exchange, or whose buyer is not known, and nothing at all while the shop gives no points.
    """
    terms = points_rules()
    if not terms.is_on:
        return []
    rows = Order.objects.filter(pk__in=order_ids, state=Order.State.COMPLETED, customer__isnull=False, replaces=None)
    orders = list(rows.exclude(paid_total=0).order_by("pk"))
    _hold(sorted({order.customer_id for order in orders if order.customer_id is not None}))
    until = rules.last_day(Merchant.objects.in_scope().today(), terms.months)
    changes = []
    for order in orders:
        points = rules.points_for(order.paid_total, terms.per_unit)
        if not points or order.refunded_total >= order.paid_total or order.customer_id is None:
            continue
        cause = earning(order.pk)
        changes.append(Change(order.customer_id, Kind.EARNED, points, cause, order=order, expires_on=until))
        changes.extend(_backs(order, points))
    entries = _write(changes, actor=actor)
    earned = [entry for entry in entries if entry.kind == Kind.EARNED]
    if earned:
        fact = PointsEarned(
            entry_ids=[entry.pk for entry in earned],
            count=len(earned),
            points=sum(entry.points for entry in entries),
        )
        record(fact, actor=actor)
    return earned


def earning(order_id: int) -> str:
    """The cause of the points an order brought."""
    return f"earned:order:{order_id}"


def _backs(order: Order, earned: int) -> list[Change]:
    """What goes back for each refund of an order that brought `earned` points."""
    assert order.customer_id is not None
    before, changes = rules.ZERO, []
    refunds = order.payments.filter(kind=Payment.Kind.REFUND, state=Payment.State.SUCCEEDED).order_by("pk")
    for payment in refunds:
        points = rules.points_back(earned, order.paid_total, before, payment.amount)
        before += payment.amount
        cause = f"back:payment:{payment.pk}"
        changes.append(Change(order.customer_id, Kind.TAKEN_BACK, -points, cause, is_capped=True, order=order))
    return changes


@transaction.atomic
def take_back_points(order_id: int, *, actor: Actor) -> list[PointsEntry]:
    """Take points back for what was refunded of an order, once for each refund and no more than are there.

    Nothing where the order brought none so far; earn_points() minds its earlier refunds itself.
    """
    order = Order.objects.filter(pk=order_id, customer__isnull=False).first()
    if order is None or order.customer_id is None:
        return []
    _hold([order.customer_id])
    earned = PointsEntry.objects.filter(cause=earning(order.pk)).first()
    if earned is None:
        return []
    entries = _write(_backs(order, earned.points), actor=actor)
    points = -sum(entry.points for entry in entries)
    if points:
        fact = PointsTakenBack(customer_id=order.customer_id, number=order.number, points=points)
        record(fact, actor=actor, subject=order)
    return entries


@transaction.atomic
def change_points(customer: Customer, *, points: int, reason: str, key: str, actor: Actor) -> PointsEntry:
    """Grant points, or with a number below zero take some off, with the reason; the same `key` again is the same entry.

    Refuses to take more than there are.
    """
    reason = " ".join(reason.split())
    if not points or abs(points) > rules.MOST_POINTS:
        sentence = _("Enter a number of points, at most %(most)s; below zero to take some off.")
        sentence %= {"most": f"{rules.MOST_POINTS:,}"}
        raise Refused("points_out_of_range", sentence, points=sentence)
    if not reason:
        sentence = _("Say why the points change.")
        raise Refused("reason_missing", sentence, reason=sentence)
    if len(reason) > REASON_LENGTH:
        sentence = _("At most %(count)d characters.") % {"count": REASON_LENGTH}
        raise Refused("reason_too_long", sentence, reason=sentence)
    _hold([customer.pk])
    cause = f"hand:{customer.pk}:{key[:60]}"
    until = rules.last_day(Merchant.objects.in_scope().today(), points_rules().months)
    change = Change(customer.pk, Kind.BY_HAND, points, cause, expires_on=until, reason=reason)
    entries = _write([change], actor=actor)
    if not entries:
        return PointsEntry.objects.get(cause=cause)
    entry = entries[0]
    fact = PointsChangedByHand(customer_id=customer.pk, points=points, balance=entry.balance, reason=reason)
    record(fact, actor=actor, subject=customer)
    return entry


@transaction.atomic
def exchange_points(customer: Customer, *, key: str, actor: Actor) -> Coupon:
    """Turn points into a coupon by the shop's terms; the same `key` again is the same coupon.

    Refuses where the shop gives no points, or there are too few.
    """
    terms, today = points_rules(), Merchant.objects.in_scope().today()
    if not terms.is_on:
        raise Refused("points_off", _("This shop gives no points."))
    _hold([customer.pk])
    cause = f"spent:{customer.pk}:{key[:60]}"
    before = PointsEntry.objects.select_related("coupon__merchant").filter(cause=cause).first()
    if before is not None and before.coupon is not None:
        return before.coupon
    coupon = issue_coupon(
        Terms(amount=terms.exchange_amount, valid_until=today + timedelta(days=terms.exchange_days)),
        customer=customer,
        origin=Coupon.Origin.POINTS,
        actor=actor,
    )
    _write([Change(customer.pk, Kind.SPENT, -terms.exchange_points, cause, coupon=coupon)], actor=actor)
    fact = PointsExchanged(customer_id=customer.pk, points=terms.exchange_points, coupon_id=coupon.pk, code=coupon.code)
    record(fact, actor=actor, subject=customer)
    return coupon


def expire_points(day: date, *, actor: Actor) -> int:
    """Take off the points whose last day is before `day`; returns how many. Done twice it is done once."""
    return sum(
        _expire(ids, day, actor=actor) for ids in holders(ending_from=None, ending_until=day - timedelta(days=1))
    )


@transaction.atomic
def _expire(customer_ids: list[int], day: date, *, actor: Actor) -> int:
    due = {pk for pk, steps in steps_of(customer_ids).items() if rules.over_by(steps, day)}
    if not due:
        return 0
    _hold(sorted(due))
    over = {pk: rules.over_by(steps, day) for pk, steps in steps_of(due).items()}
    changes = [
        Change(pk, Kind.EXPIRED, -points, f"expired:{pk}:{day.isoformat()}") for pk, points in over.items() if points
    ]
    entries = _write(changes, actor=actor)
    points = -sum(entry.points for entry in entries)
    if entries:
        ids = [entry.pk for entry in entries]
        record(PointsExpired(entry_ids=ids, count=len(entries), points=points), actor=actor)
    return points


@transaction.atomic
def change_points_rules(*, actor: Actor, **fields: Any) -> PointsRules:
    """Say what points are given for and what they are worth. Entries that stand keep their last day.

    Refuses figures out of range, at the field at fault; says nothing when all is as it was.
    """
    unknown = fields.keys() - set(FIELDS)
    assert not unknown, unknown
    _check(fields)
    stored, _is_new = PointsRules.objects.get_or_create(merchant_id=current_tenant_id())
    stored = PointsRules.objects.select_for_update(of=("self",)).get(pk=stored.pk)
    changes = {name: (getattr(stored, name), value) for name, value in fields.items() if getattr(stored, name) != value}
    if changes:
        for name, (_old, value) in changes.items():
            setattr(stored, name, value)
        stored.save()
        record(PointsRulesChanged(), actor=actor, subject=stored, changes=changes)
    return stored


def _check(fields: dict[str, Any]) -> None:
    def within(name: str, lowest: int, highest: int) -> None:
        value = fields.get(name)
        if value is not None and not lowest <= value <= highest:
            sentence = _("Give a number from %(lowest)s to %(highest)s.")
            sentence %= {"lowest": f"{lowest:,}", "highest": f"{highest:,}"}
            raise Refused("points_rules", sentence, status=422, **{name: sentence})

    within("months", 1, rules.MOST_MONTHS)
    within("exchange_points", 1, rules.MOST_POINTS)
    within("exchange_days", 1, rules.MOST_DAYS)
    per_unit = fields.get("per_unit")
    if per_unit is not None and not (per_unit == cents(per_unit) and Decimal("0.01") <= per_unit <= 10_000):
        sentence = _("Give a number from 0.01 to 10,000, with two decimals at most.")
        raise Refused("points_rules", sentence, per_unit=sentence)
    amount = fields.get("exchange_amount")
    if amount is not None and not (amount == cents(amount) and 0 < amount <= LARGEST):
        sentence = _("Enter an amount above 0.")
        raise Refused("points_rules", sentence, exchange_amount=sentence)
