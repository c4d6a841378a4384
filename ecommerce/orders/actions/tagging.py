"""Words that a merchant puts on orders, on one or on many."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tags import Tagging, clean_tag
from ecommerce.orders.events import OrdersTagged, OrdersUntagged, OrderTagged, OrderUntagged
from ecommerce.orders.models import Order, OrderTag

TAGS = Tagging(
    Order,
    OrderTag,
    "order",
    "number",
    already=lambda number: _("Order %(number)s has the tag already.") % {"number": number},
    missing=lambda number: _("Order %(number)s does not have the tag.") % {"number": number},
    full=lambda number: _("Order %(number)s has 30 tags already. Take one off first.") % {"number": number},
)


@transaction.atomic
def tag_order(order: Order, tag: str, *, actor: Actor) -> None:
    """Put a word on an order; the same word twice is one. Refuses the 31st."""
    name = clean_tag(tag)
    if TAGS.put(order, name):
        record(OrderTagged(order_id=order.pk, number=order.number, tag=name), actor=actor, subject=order)


@transaction.atomic
def untag_order(order: Order, tag: str, *, actor: Actor) -> None:
    """Take a word off an order."""
    if TAGS.take(order, tag):
        record(OrderUntagged(order_id=order.pk, number=order.number, tag=tag), actor=actor, subject=order)


@transaction.atomic
def tag_orders(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Put a word on these orders. By order why it was not put on, or None; and the id of the fact that tells of it."""
    name = clean_tag(tag)
    results, good = TAGS.put_on(ids, name)
    if not good:
        return results, None
    return results, record(OrdersTagged(order_ids=good, count=len(good), tag=name), actor=actor).pk


@transaction.atomic
def untag_orders(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Take a word off these orders; answers as tag_orders()."""
    results, good = TAGS.take_off(ids, tag)
    if not good:
        return results, None
    return results, record(OrdersUntagged(order_ids=good, count=len(good), tag=tag), actor=actor).pk
