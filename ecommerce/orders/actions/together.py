"""The same step for many orders. What cannot be done is told, not fatal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.orders.actions.handling import why_not_confirm, why_not_pack
from ecommerce.orders.actions.leaving import cancel_order
from ecommerce.orders.events import OrdersConfirmed, OrdersPacked
from ecommerce.orders.models import Order

MOST = 1000


@dataclass
class Together:
    """How it went: the numbers of the orders that were done, and (number, sentence) of those that were not."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def confirm_orders(ids: Iterable[int], *, actor: Actor) -> Together:
    """Confirm these orders with one write and one fact."""
    result, good = _sort(ids, why_not_confirm)
    if good:
        now = timezone.now()
        Order.objects.filter(pk__in=good).update(confirmed_at=now, updated_at=now)
        record(OrdersConfirmed(order_ids=good, count=len(good)), actor=actor)
    return result


@transaction.atomic
def pack_orders(ids: Iterable[int], *, actor: Actor) -> Together:
    """Mark these orders as packed with one write and one fact."""
    result, good = _sort(ids, why_not_pack)
    if good:
        now = timezone.now()
        ready = Order.objects.filter(pk__in=good, state=Order.State.PAID)
        ready.update(state=Order.State.PACKED, packed_at=now, updated_at=now)
        record(OrdersPacked(order_ids=good, count=len(good)), actor=actor)
    return result


def cancel_orders(ids: Iterable[int], *, reason: str, actor: Actor) -> Together:
    """Cancel these orders, each by itself: stock comes back and buyers are told order by order."""
    result = Together()
    for order in Order.objects.filter(pk__in=_few(ids)).order_by("pk"):
        try:
            cancel_order(order, reason=reason, actor=actor)
        except Refused as refusal:
            result.refused.append((order.number, refusal.message))
        else:
            result.done.append(order.number)
    return result


def _few(ids: Iterable[int]) -> list[int]:
    few = sorted(set(ids))
    if len(few) > MOST:
        raise Refused("too_many", _("At most %(most)s orders at once. Narrow the list first.") % {"most": f"{MOST:,}"})
    if not few:
        raise Refused("nothing_chosen", _("Choose at least one order."))
    return few


def _sort(ids: Iterable[int], why_not: Callable[[Order], Refused | None]) -> tuple[Together, list[int]]:
    result, good = Together(), []
    for order in Order.objects.select_for_update(of=("self",)).filter(pk__in=_few(ids)).order_by("pk"):
        if refusal := why_not(order):
            result.refused.append((order.number, refusal.message))
        else:
            result.done.append(order.number)
            good.append(order.pk)
    return result, good
