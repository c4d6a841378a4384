"""The warehouses that facts about orders, parcels and returns concern: one query a fact, however many orders it counts.

What is held in no warehouse leaves from the default one, as it does when it is shipped.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.merchants.models import Merchant
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.inventory.models import StockMove, Warehouse
from ecommerce.orders.models import Order, OrderLine
from ecommerce.returns.models import ReturnLine
from notifications.inbox.sentences import Params
from notifications.routing.rules import About, Ids


def of_orders_due(params: Params) -> About:
    """Where what must leave today lies, over all orders that must."""
    merchant = Merchant.objects.in_scope()
    due = Order.objects.due(until=merchant.day_bounds(merchant.today())[1])
    return About(warehouses=_shipping_from(due), gathers=True)


def of_late_orders(params: Params) -> About:
    """Where what should have left lies, over all late orders."""
    return About(warehouses=_shipping_from(Order.objects.late(now=timezone.now())), gathers=True)


def of_order(params: Params) -> About:
    """Where units of an order are held, or were until it was called off; nowhere for one that was never paid."""
    lines = OrderLine.objects.filter(order__number=params["number"]).order_by()
    held = lines.filter(Q(warehouse__isnull=False) | Q(reserved_quantity__gt=0))
    return About(warehouses=_or_default(held.values_list("warehouse", flat=True).distinct()))


def of_short_order(params: Params) -> About:
    """Where what an order lacks is kept, or was, and where the rest of it is held."""
    lines = OrderLine.objects.filter(order__number=params["number"]).order_by()
    lacking = lines.filter(reserved_quantity__lt=F("quantity") - F("shipped_quantity") - F("cancelled_quantity"))
    rows: Any = lines.values_list("warehouse").union(lacking.values_list("variant__stock_levels__warehouse"))
    return About(warehouses=frozenset(pk for (pk,) in rows if pk is not None))


def of_parcel_cases(params: Params) -> About:
    """Where the parcels that wait for a person were sent from; told apart from late ones, the others alone."""
    cases = ParcelCase.objects.waiting(now=timezone.now()).filter(shipment__carried_by=params["carrier_id"] or None)
    if params.get("others"):
        cases = cases.exclude(reason__in=ParcelCase.LATE)
    return _sent_from(cases)


def of_late_parcels(params: Params) -> About:
    """Where a carrier's overdue parcels were sent from."""
    cases = ParcelCase.objects.waiting(now=timezone.now()).filter(shipment__carried_by=params["carrier_id"])
    return _sent_from(cases.filter(reason=ParcelCase.Reason.OVERDUE))


def of_received_return(params: Params) -> About:
    """What came back, and where it was booked in; what touched no stock names no warehouse."""
    lines = ReturnLine.objects.filter(case__number=params["number"]).order_by()
    moves = StockMove.objects.filter(reference=params["number"], reason=StockMove.Reason.RETURN).order_by()
    rows = list(
        lines.values_list("order_line__variant", Value(False, output_field=BooleanField())).union(
            moves.values_list("warehouse", Value(True, output_field=BooleanField()))
        )
    )
    return About(
        variants=frozenset(pk for pk, is_place in rows if pk is not None and not is_place),
        warehouses=frozenset(pk for pk, is_place in rows if is_place),
    )


def _shipping_from(orders: QuerySet[Order]) -> Ids:
    lines = OrderLine.objects.filter(order__in=orders.order_by()).order_by()
    left = lines.filter(quantity__gt=F("shipped_quantity") + F("cancelled_quantity"))
    held = Case(When(reserved_quantity__gt=0, then=F("warehouse")), default=None)
    return _or_default(left.annotate(place=held).values_list("place", flat=True).distinct())


def _sent_from(cases: QuerySet[ParcelCase]) -> About:
    places = cases.order_by().values_list("shipment__warehouse", flat=True).distinct()
    return About(warehouses=_or_default(places), gathers=True)


def _or_default(places: Any) -> Ids:
    """These warehouses, the default one in the place of none."""
    found = set(places)
    if None in found:
        found.remove(None)
        found |= set(Warehouse.objects.filter(is_default=True).values_list("pk", flat=True))
    return frozenset(found)
