"""Looking at orders for what is unusual, keeping what was found, and a person's word that it is fine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.orders import risks
from ecommerce.orders.actions.handling import hold_order, release_order
from ecommerce.orders.actions.moving import locked, refuse
from ecommerce.orders.events import OrderFlagged, RiskRulesChanged, RiskSettled
from ecommerce.orders.models import Order, RiskFlag, RiskRules
from ecommerce.orders.risks import Finding

RECENT = timedelta(days=14)  # older orders are not looked at: nothing can be stopped any more
USUAL_DAYS, USUAL_ORDERS = timedelta(days=90), 2000
REFUND_DAYS = timedelta(days=180)
SAME = {"customer": "customer_id", "email": "buyer_email", "phone": "buyer_phone", "address": "ship_to"}


def rules_of_shop() -> RiskRules:
    """The merchant's own rules, or those that every shop starts with (all kinds, never on hold); not saved."""
    return RiskRules.objects.first() or RiskRules(kinds=list(RiskFlag.Kind.values))


@transaction.atomic
def change_risk_rules(*, actor: Actor, **values: Any) -> RiskRules:
    """Change how careful the shop is. Refuses figures that make no sense, naming the field."""
    RiskRules.objects.get_or_create(defaults={"kinds": list(RiskFlag.Kind.values)})
    rules: RiskRules = RiskRules.objects.select_for_update().get()
    changes = {name: (getattr(rules, name), value) for name, value in values.items() if getattr(rules, name) != value}
    for name, (_old, new) in changes.items():
        setattr(rules, name, new)
    try:
        rules.clean_fields(exclude={"merchant", "kinds"})
    except ValidationError as invalid:
        name, sentences = next(iter(invalid.message_dict.items()))
        raise Refused("invalid", sentences[0], status=422, **{name: sentences[0]}) from None
    if changes:
        rules.save(update_fields=list(changes))
        record(RiskRulesChanged(), actor=actor, changes=changes)
    return rules


def assess_orders(ids: Iterable[int], *, actor: Actor) -> int:
    """Look at these orders again, as far as they are young and not over. Returns how many have an open flag now.

    Safe to call again: what was found before is brought up to date, what is gone is closed, and what a person has
    looked at stays settled as long as the reasons are the same.
    """
    rules, now = rules_of_shop(), timezone.now()
    over = (Order.State.CANCELLED, Order.State.COMPLETED, Order.State.DELIVERED)
    young = Order.objects.select_related("merchant").filter(pk__in=list(ids), placed_at__gte=now - RECENT)
    orders = list(young.exclude(state__in=over).order_by("pk"))
    if not orders or not rules.kinds:
        return 0
    found = _findings(orders, rules)
    return sum(_keep(order, found[order.pk], rules, actor=actor) for order in orders)


def _findings(orders: list[Order], rules: RiskRules) -> dict[int, list[Finding]]:
    """By order id; four queries however many orders."""
    usual = _usual() if "value" in rules.kinds else None
    near = _near(orders, rules) if "velocity" in rules.kinds else {}
    refunds = _refunds(orders) if "refunds" in rules.kinds else {}
    found = {}
    for order in orders:
        refunded, had = refunds.get(order.customer_id or 0, (0, 0))
        all_of_it = [
            risks.address_finding(
                name=order.buyer_name,
                street=order.ship_to,
                city=order.ship_city,
                country=order.ship_country,
                phone=order.buyer_phone,
                ip_country=order.ip_country,
            ),
            risks.velocity_finding(near.get(order.pk, {}), most=rules.many_orders, hours=rules.many_hours),
            risks.value_finding(order.total, usual, factor=rules.value_factor),
            risks.refunds_finding(refunded, had, most=rules.many_refunds),
            risks.card_finding(order.card_check),
        ]
        found[order.pk] = [one for one in all_of_it if one is not None and one.kind in rules.kinds]
    return found


def _usual() -> Decimal | None:
    since = timezone.now() - USUAL_DAYS
    rows = Order.objects.filter(placed_at__gte=since).exclude(state=Order.State.CANCELLED).order_by("-placed_at", "-pk")
    return risks.usual_total(list(rows.values_list("total", flat=True)[:USUAL_ORDERS]))


def _near(orders: list[Order], rules: RiskRules) -> dict[int, dict[str, int]]:
    """By order id: how many orders share its buyer, e-mail, phone, address, in the hours up to it."""
    window = timedelta(hours=rules.many_hours)
    alike = Q(pk__in=[])
    for column in SAME.values():
        values = {value for order in orders if (value := getattr(order, column))}
        alike |= Q(**{f"{column}__in": values})
    first, last = min(order.placed_at for order in orders), max(order.placed_at for order in orders)
    rows = Order.objects.filter(alike, placed_at__gt=first - window, placed_at__lte=last)
    rows = rows.exclude(state=Order.State.CANCELLED)
    others = list(rows.values("placed_at", *SAME.values())[:10_000])
    counts: dict[int, dict[str, int]] = {}
    for order in orders:
        tally: Counter[str] = Counter()
        for other in others:
            if order.placed_at - window < other["placed_at"] <= order.placed_at:
                tally.update(
                    name
                    for name, column in SAME.items()
                    if (value := getattr(order, column)) and other[column] == value
                )
        counts[order.pk] = dict(tally)
    return counts


def _refunds(orders: list[Order]) -> dict[int, tuple[int, int]]:
    """By customer id: how many of their orders of half a year were refunded, and how many there were."""
    theirs = Order.objects.filter(
        customer__in={order.customer_id for order in orders if order.customer_id},
        placed_at__gte=timezone.now() - REFUND_DAYS,
    )
    rows = (
        theirs.order_by().values("customer").annotate(n=Count("pk"), back=Count("pk", filter=Q(refunded_total__gt=0)))
    )
    return {row["customer"]: (row["back"], row["n"]) for row in rows}


@transaction.atomic
def _keep(order: Order, found: list[Finding], rules: RiskRules, *, actor: Actor) -> bool:
    """Bring the flags of one order in line with what was found; tell what is new; hold it where the shop wants that."""
    order, now = locked(order), timezone.now()
    known = {flag.kind: flag for flag in order.risk_flags.all()}
    fresh = []
    for finding in found:
        flag, codes = known.pop(finding.kind, None), list(finding.codes)
        if flag is None:
            RiskFlag.objects.create(order=order, kind=finding.kind, codes=codes, figures=finding.figures)
            fresh.append(finding)
        elif flag.codes != codes or (flag.settled_at and not flag.settled_by):
            RiskFlag.objects.filter(pk=flag.pk).update(
                codes=codes, figures=finding.figures, settled_at=None, settled_by="", raised_at=now
            )
            fresh.append(finding)
        elif flag.is_open and flag.figures != finding.figures:
            RiskFlag.objects.filter(pk=flag.pk).update(figures=finding.figures)
    RiskFlag.objects.filter(pk__in=[flag.pk for flag in known.values() if flag.is_open]).update(settled_at=now)
    open_flags = order.risk_flags.filter(settled_at=None)
    if fresh:
        record(
            OrderFlagged(
                order_id=order.pk, number=order.number, kinds=[one.kind for one in fresh],
                codes=[code for one in fresh for code in one.codes],
            ),
            actor=actor,
            subject=order,
        )  # fmt: skip
        if rules.hold_from and open_flags.count() >= rules.hold_from and order.may_be_held:
            with translation.override(order.merchant.language):
                words = ", ".join(str(flag.get_kind_display()) for flag in open_flags)
                hold_order(order, reason=_("Risk: %(reasons)s") % {"reasons": words}, actor=actor)
            open_flags.update(held=True)
    return open_flags.exists()


@transaction.atomic
def settle_risks(order: Order, *, actor: Actor) -> Order:
    """A person has looked at the open flags and finds the order fine; one that was held for them goes on."""
    order = locked(order)
    flags = list(order.risk_flags.filter(settled_at=None))
    if not flags:
        raise refuse("no_open_flag", _("Nothing is open to look at on order %(number)s."), order)
    RiskFlag.objects.filter(pk__in=[flag.pk for flag in flags]).update(
        settled_at=timezone.now(), settled_by=actor.label[:150] or str(actor.kind)
    )
    record(
        RiskSettled(order_id=order.pk, number=order.number, kinds=[flag.kind for flag in flags]),
        actor=actor,
        subject=order,
    )
    if order.may_be_released and any(flag.held for flag in flags):
        order = release_order(order, actor=actor)
    return order
