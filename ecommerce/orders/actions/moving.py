"""What the actions on orders share: taking an order in hand, writing it once, stock held for it, customers' totals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, DecimalField, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused
from core.tenancy import every_tenant
from ecommerce.customers.models import Customer
from ecommerce.inventory.actions import choose_places, release, reserve
from ecommerce.inventory.bundles import hold_levels
from ecommerce.inventory.queries import counted_variants, serving_places
from ecommerce.orders import rules
from ecommerce.orders.models import Order, OrderLine
from ecommerce.orders.rules import ZERO


def locked(order: Order) -> Order:
    """The order as it is now; on PostgreSQL nobody else changes it until the transaction ends."""
    return Order.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=order.pk)


def write(order: Order, **fields: Any) -> None:
    """Write these fields if nobody has written the order since it was read. Raises Refused("changed_meanwhile")."""
    seen, now = order.updated_at, timezone.now()
    if not Order.objects.filter(pk=order.pk, updated_at=seen).update(updated_at=now, **fields):
        raise Refused(
            "changed_meanwhile",
            _("Somebody else changed order %(number)s a moment ago. Look at it again.") % {"number": order.number},
            status=409,
        )
    for name, value in {"updated_at": now, **fields}.items():
        setattr(order, name, value)


def refuse(code: str, sentence: str, order: Order, **fields: str) -> Refused:
    """A refusal whose sentence may name the order's %(number)s and %(state)s."""
    words = {"number": order.number, "state": str(order.get_state_display()).lower()}
    return Refused(code, sentence % words, status=422, **fields)


def days_of(order: Order, *moments: datetime) -> list[str]:
    """The merchant's days of the order's placing and of `moments`, as ISO dates, each once."""
    merchant = order.merchant
    return sorted({merchant.day_of(moment).isoformat() for moment in (order.placed_at, *moments)})


def deadline(merchant: Merchant, since: datetime) -> datetime:
    """Until when the merchant promised to ship what is ready since then."""
    return rules.ship_by(since, merchant.ship_within_hours, merchant.working_time, merchant.cut_off)


def lines_to_stock(order: Order) -> list[OrderLine]:
    """The order's lines that stock knows of, in the one order in which stock is touched."""
    lines = order.lines.filter(variant__isnull=False).select_related("variant")
    return list(lines.order_by("variant_id", "pk"))


def reserve_for(order: Order, *, actor: Actor) -> int:
    """Hold stock for all that is to be shipped, as far as it goes. Returns how many units are short.

    Each line is held in one warehouse; where others of the order are held already comes first.
    """
    short = 0
    lines = lines_to_stock(order)
    used = [line.warehouse_id for line in lines if line.reserved_quantity and line.warehouse_id is not None]
    places = serving_places()
    places.sort(key=lambda place: -used.count(place))
    hold_levels((line.variant for line in lines), several=len(places) > 1)
    counted = counted_variants(line.variant_id for line in lines if line.variant_id is not None)
    wanting = [
        (line, line.variant, line.to_ship - line.reserved_quantity)
        for line in lines
        if line.variant is not None and line.variant_id in counted and line.to_ship > line.reserved_quantity
    ]
    [allot] = choose_places([[(variant, wanted) for _line, variant, wanted in wanting]], places)
    for (line, variant, wanted), place in zip(wanting, allot, strict=True):
        place = line.warehouse_id if line.reserved_quantity else place
        held = reserve(variant, wanted, reference=order.number, actor=actor, place=place)
        if held:
            OrderLine.objects.filter(pk=line.pk).update(
                reserved_quantity=F("reserved_quantity") + held, warehouse_id=place
            )
        short += wanted - held
    return short


def give_back(line: OrderLine, units: int, *, reference: str, actor: Actor) -> None:
    """Free up to `units` of the stock held for a line."""
    units = min(units, line.reserved_quantity)
    if units <= 0 or line.variant is None:
        return
    release(line.variant, units, reference=reference, actor=actor, place=line.warehouse_id)
    OrderLine.objects.filter(pk=line.pk).update(reserved_quantity=F("reserved_quantity") - units)
    line.reserved_quantity -= units


def recount_customers(ids: Iterable[int | None]) -> None:
    """Bring the totals of these customers in line with their orders.

    Cancelled orders do not count as orders; spend is what was paid less what was refunded.
    """
    wanted = sorted({pk for pk in ids if pk is not None})
    for start in range(0, len(wanted), 2000):
        _recount(wanted[start : start + 2000])


def _recount(ids: list[int]) -> None:
    # The rows are locked first: a count made before another transaction's order became visible must not win.
    list(Customer.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk"))
    with every_tenant("the customers are the merchant's; without a second condition there is one index to choose"):
        theirs = Order.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    money = DecimalField(max_digits=14, decimal_places=2)
    alive = ~Q(state=Order.State.CANCELLED)
    Customer.objects.filter(pk__in=ids).update(
        order_count=Coalesce(Subquery(theirs.annotate(n=Count("pk", filter=alive)).values("n")), 0),
        spend=Coalesce(
            Subquery(theirs.annotate(n=Sum(F("paid_total") - F("refunded_total"))).values("n"), output_field=money),
            ZERO,
            output_field=money,
        ),
        last_order_at=Subquery(theirs.annotate(n=Max("placed_at")).values("n")),
        updated_at=timezone.now(),
    )
