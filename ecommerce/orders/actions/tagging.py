"""Words that a merchant puts on orders, on one or on many."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tags import clean_tag
from ecommerce.orders.events import OrdersTagged, OrdersUntagged, OrderTagged, OrderUntagged
from ecommerce.orders.models import Order, OrderQuerySet, OrderTag

MOST_TAGS = 30


@transaction.atomic
def tag_order(order: Order, tag: str, *, actor: Actor) -> None:
    """Put a word on an order; the same word twice is one. Refuses the 31st."""
    name = clean_tag(tag)
    if order.tags.count() >= MOST_TAGS and not order.tags.filter(name=name).exists():
        raise _too_many(order.number)
    if OrderTag.objects.get_or_create(order=order, name=name)[1]:
        _touch([order.pk])
        record(OrderTagged(order_id=order.pk, number=order.number, tag=name), actor=actor, subject=order)


@transaction.atomic
def untag_order(order: Order, tag: str, *, actor: Actor) -> None:
    """Take a word off an order."""
    if OrderTag.objects.filter(order=order, name=tag).delete()[0]:
        _touch([order.pk])
        record(OrderUntagged(order_id=order.pk, number=order.number, tag=tag), actor=actor, subject=order)


@transaction.atomic
def tag_orders(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Put a word on these orders. By order why it was not put on, or None; and the id of the fact that tells of it."""
    name = clean_tag(tag)
    found = dict(_locked(ids).values_list("pk", "number"))
    has = set(OrderTag.objects.filter(order__in=found, name=name).values_list("order_id", flat=True))
    counted = OrderTag.objects.filter(order__in=found).order_by().values("order").annotate(n=Count("pk"))
    full = {row["order"] for row in counted if row["n"] >= MOST_TAGS}
    results: dict[int, Refused | None] = {}
    for pk, number in found.items():
        if pk in has:
            sentence = _("Order %(number)s has the tag already.") % {"number": number}
            results[pk] = Refused("tagged_already", sentence)
        else:
            results[pk] = _too_many(number) if pk in full else None
    good = [pk for pk, refusal in results.items() if refusal is None]
    if not good:
        return results, None
    OrderTag.objects.bulk_create([OrderTag(order_id=pk, name=name) for pk in good])
    _touch(good)
    return results, record(OrdersTagged(order_ids=good, count=len(good), tag=name), actor=actor).pk


@transaction.atomic
def untag_orders(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Take a word off these orders; answers as tag_orders()."""
    found = dict(_locked(ids).values_list("pk", "number"))
    has = set(OrderTag.objects.filter(order__in=found, name=tag).values_list("order_id", flat=True))
    missing = _("Order %(number)s does not have the tag.")
    results = {
        pk: None if pk in has else Refused("not_tagged", missing % {"number": number}) for pk, number in found.items()
    }
    if not has:
        return results, None
    OrderTag.objects.filter(order__in=has, name=tag).delete()
    _touch(sorted(has))
    return results, record(OrdersUntagged(order_ids=sorted(has), count=len(has), tag=tag), actor=actor).pk


def _locked(ids: list[int]) -> OrderQuerySet:
    rows: OrderQuerySet = Order.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return rows


def _touch(ids: list[int]) -> None:
    Order.objects.filter(pk__in=ids).update(updated_at=timezone.now())


def _too_many(number: str) -> Refused:
    return Refused("too_many_tags", _("Order %(number)s has 30 tags already. Take one off first.") % {"number": number})
