"""The same step for many orders, with one write and one fact. What cannot be done is told, not fatal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.events import Event
from ecommerce.orders.actions.handling import why_not_confirm, why_not_pack
from ecommerce.orders.actions.leaving import cancel_order
from ecommerce.orders.actions.moving import refuse
from ecommerce.orders.events import OrdersConfirmed, OrdersPacked, OrdersUnconfirmed, OrdersUnpacked
from ecommerce.orders.models import Order

MOST = 1000


@dataclass
class Together:
    """How it went: the ids of the orders that were done, why the others were not, and the fact that tells of it."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, Refused] = field(default_factory=dict)
    activity_id: int | None = None


def why_not_unconfirm(order: Order) -> Refused | None:
    """Why the confirmation cannot be taken back, or None."""
    if order.confirmed_at is None:
        return refuse("not_confirmed", _("Order %(number)s is not confirmed."), order)
    if order.state not in (Order.State.PLACED, Order.State.PAID):
        return refuse("order_went_on", _("Order %(number)s is %(state)s by now; it stays confirmed."), order)
    return None


def why_not_unpack(order: Order) -> Refused | None:
    """Why the order cannot go back to be packed, or None."""
    if order.state == Order.State.PAID:
        return refuse("not_packed", _("Order %(number)s is not packed."), order)
    if order.state != Order.State.PACKED:
        return refuse("order_went_on", _("Order %(number)s is %(state)s by now; it cannot be unpacked."), order)
    return None


@transaction.atomic
def confirm_orders(ids: Iterable[int], *, actor: Actor) -> Together:
    """The merchant has seen these orders and takes them."""
    return _move(ids, why_not_confirm, OrdersConfirmed, actor, confirmed=True)


@transaction.atomic
def unconfirm_orders(ids: Iterable[int], *, actor: Actor) -> Together:
    """Take the confirmation of these orders back, as long as nothing followed from it."""
    return _move(ids, why_not_unconfirm, OrdersUnconfirmed, actor, confirmed=False)


@transaction.atomic
def pack_orders(ids: Iterable[int], *, actor: Actor) -> Together:
    """These orders are packed and wait for the carrier."""
    return _move(ids, why_not_pack, OrdersPacked, actor, state=Order.State.PACKED)


@transaction.atomic
def unpack_orders(ids: Iterable[int], *, actor: Actor) -> Together:
    """These orders are to be packed again."""
    return _move(ids, why_not_unpack, OrdersUnpacked, actor, state=Order.State.PAID)


def cancel_orders(ids: Iterable[int], *, reason: str, actor: Actor) -> Together:
    """Cancel these orders, each by itself: stock comes back and buyers are told order by order."""
    result = Together()
    for order in Order.objects.filter(pk__in=_few(ids)).order_by("pk"):
        try:
            cancel_order(order, reason=reason, actor=actor)
        except Refused as refusal:
            result.refused[order.pk] = refusal
        else:
            result.done.append(order.pk)
    return result


def _few(ids: Iterable[int]) -> list[int]:
    few = sorted(set(ids))
    if len(few) > MOST:
        raise Refused("too_many", _("At most %(most)s orders at once. Narrow the list first.") % {"most": f"{MOST:,}"})
    if not few:
        raise Refused("nothing_chosen", _("Choose at least one order."))
    return few


def _move(
    ids: Iterable[int],
    why_not: Callable[[Order], Refused | None],
    fact: Callable[..., Event],
    actor: Actor,
    *,
    confirmed: bool | None = None,
    state: str = "",
) -> Together:
    """Lock these orders, sort out those that may not, and write the others at once."""
    result = Together()
    for order in Order.objects.select_for_update(of=("self",)).filter(pk__in=_few(ids)).order_by("pk"):
        if refusal := why_not(order):
            result.refused[order.pk] = refusal
        else:
            result.done.append(order.pk)
    if not result.done:
        return result
    now = timezone.now()
    rows = Order.objects.filter(pk__in=result.done)
    if confirmed is not None:
        rows.update(confirmed_at=now if confirmed else None, updated_at=now)
    else:
        rows.update(state=state, packed_at=now if state == Order.State.PACKED else None, updated_at=now)
    result.activity_id = record(fact(order_ids=result.done, count=len(result.done)), actor=actor).pk
    return result
