"""Planned orders into the database: new ones inserted, changed ones brought up to date, equal ones left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.activity.log import record_each
from accounts.merchants.models import Merchant
from core.actors import SYSTEM, Actor
from core.bulk import bulk_insert
from ecommerce.imports.inserting import Parts, buyer_key, buyers_of, insert_orders, order_values, variants_of
from ecommerce.imports.planning import OrderPlan
from ecommerce.orders.actions.moving import recount_customers
from ecommerce.orders.events import OrderNoted
from ecommerce.orders.models import Order, OrderNote

# How far along an order is; a file never takes an order back to an earlier state than it has here.
RANK = {
    "placed": 0, "on_hold": 0, "paid": 1, "packed": 2, "partly_shipped": 3, "shipped": 4, "delivered": 5,
    "completed": 6, "cancelled": 6,
}  # fmt: skip


@dataclass
class Outcome:
    """What became of a chunk; `days` are the merchant's days whose figures change.

    `to_assess` are the ids of orders of which the file says something about their risk.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    days: set[date] = field(default_factory=set)
    to_assess: list[int] = field(default_factory=list)


def write_plans(
    plans: Sequence[OrderPlan], *, channel: str, currency: str, zone: ZoneInfo, actor: Actor = SYSTEM
) -> Outcome:
    """Write a chunk in the caller's transaction. They are past orders: no stock moves, no buyer is told, and coupons
    they name are noted on them and redeemed by none.

    An order is known by its channel and number; its digest tells whether the file says anything new.
    """
    outcome = Outcome()
    numbers = [plan.number for plan in plans]
    known = dict(
        Order.objects.filter(channel=channel, external_id__in=numbers).values_list("external_id", "import_digest")
    )
    taken = set(Order.objects.filter(number__in=numbers).exclude(channel=channel).values_list("number", flat=True))
    new = [plan for plan in plans if plan.number not in known]
    changed = [plan for plan in plans if plan.number in known and known[plan.number] != plan.digest]
    variants = variants_of([line for plan in [*new, *changed] for line in plan.lines])
    buyers = buyers_of([*new, *changed])
    insert_orders(new, channel=channel, currency=currency, taken=taken, buyers=buyers, variants=variants)
    touched = {buyers[key] for plan in new if (key := buyer_key(plan))}
    if changed:
        stated = {plan.number: plan for plan in changed}
        for order in Order.objects.filter(channel=channel, external_id__in=list(stated)):
            _days(outcome, order.placed_at, zone)
            _update(order, stated[order.external_id], variants)
            touched.add(order.customer_id)
    for plan in [*new, *changed]:
        for moment in (plan.placed_at, plan.cancelled_at, plan.completed_at if plan.refunded else None):
            _days(outcome, moment, zone)
    told = [p.number for p in [*new, *changed] if p.texts.get("card_check") or p.texts.get("ip_country")]
    if told:
        rows = Order.objects.filter(channel=channel, external_id__in=told).order_by("pk")
        outcome.to_assess = list(rows.values_list("pk", flat=True))
    _note_coupons([*new, *changed], channel=channel, actor=actor)
    outcome.created, outcome.updated = len(new), len(changed)
    outcome.unchanged = len(plans) - len(new) - len(changed)
    recount_customers(touched)
    return outcome


def _note_coupons(plans: Sequence[OrderPlan], *, channel: str, actor: Actor) -> None:
    told = {plan.number: code for plan in plans if (code := plan.texts.get("coupon_code"))}
    if not told:
        return
    with translation.override(Merchant.objects.in_scope().language):
        said = {
            number: _("Coupon used, as the imported file says: %(code)s") % {"code": code}
            for number, code in told.items()
        }
    orders = list(Order.objects.filter(channel=channel, external_id__in=list(said)).order_by("pk"))
    known = set(OrderNote.objects.filter(order__in=orders).values_list("order_id", "text"))
    notes = bulk_insert(
        OrderNote(order=order, text=said[order.external_id], author_label=actor.label[:150])
        for order in orders
        if (order.pk, said[order.external_id]) not in known
    )
    noted = [
        (OrderNoted(order_id=note.order.pk, number=note.order.number, note_id=note.pk), note.order) for note in notes
    ]
    record_each(noted, actor=actor)


def _days(outcome: Outcome, moment: Any, zone: ZoneInfo) -> None:
    if moment is not None:
        outcome.days.add(moment.astimezone(zone).date())


def _update(order: Order, plan: OrderPlan, variants: dict[str, int]) -> None:
    """Bring an order up to date. Its lines are replaced while nothing of it has shipped here."""
    values = order_values(plan)
    if RANK[plan.state] >= RANK[order.state]:
        values["state"] = plan.state
    for name in ("card_check", "ip_country"):  # a file without the column does not take back what the channel said
        values[name] = values[name] or getattr(order, name)
    values["refunded_total"] = max(order.refunded_total, plan.refunded)
    values["paid_total"] = max(values["paid_total"], values["refunded_total"])
    for name, value in values.items():
        setattr(order, name, value)
    order.save()
    parts = Parts()
    if not order.shipments.exists():
        order.lines.all().delete()
        parts.add_lines(order.pk, plan, variants)
        parts.add_parcel(order.pk, plan)
    order.payments.filter(reference="import").delete()
    parts.add_payments(order.pk, plan)
    parts.insert()
