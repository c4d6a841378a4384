"""Letters as they would look for a real order of the shop; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecommerce.coupons.models import Coupon
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import ParcelCase, Shipment
from ecommerce.loyalty.models import PointsEntry
from ecommerce.orders.models import Order
from ecommerce.returns.models import Return
from notifications.buyers import telling
from notifications.buyers.kinds import INVITATION

Found = tuple[Order | Customer, telling.Values] | None


def example_of(what: str, number: str = "") -> Found:
    """The newest order or buyer the letter fits, or the one of that order's number, with what the letter says.

    None where there is none. `what` is the name of one of the letters a shop may switch off.
    """
    return EXAMPLES[what](number)


def _newest(rows: Any, number: str, path: str) -> Any:
    """The newest of the rows, of the order of that number if one is given."""
    return rows.filter(**{path: number}).first() if number else rows.first()


def _order(number: str, **given: Any) -> Order | None:
    rows = Order.objects.select_related("customer", "merchant").filter(**given).order_by("-placed_at", "-pk")
    found: Order | None = _newest(rows, number, "number")
    return found


def _parcel(number: str, **given: Any) -> Shipment | None:
    rows = Shipment.objects.select_related("order__customer", "order__merchant").filter(**given)
    found: Shipment | None = _newest(rows.order_by("-shipped_at", "-pk"), number, "order__number")
    return found


def _confirmed(number: str) -> Found:
    order = _order(number)
    return (order, telling.of_order(order)) if order else None


def _shipped(number: str) -> Found:
    parcel = _parcel(number)
    return (parcel.order, telling.of_parcel(parcel)) if parcel else None


def _delayed(number: str) -> Found:
    parcel = _parcel(number, promised_at__isnull=False) or _parcel(number)
    return (parcel.order, telling.of_trouble(parcel, ParcelCase.Reason.OVERDUE)) if parcel else None


def _delivered(number: str) -> Found:
    order = _order(number, delivered_at__isnull=False)
    return (order, telling.of_arrival(order, invites=True)) if order else None


def _invitation(number: str) -> Found:
    order = _order(number, delivered_at__isnull=False)
    return (order, {}) if order else None


def _exchange(number: str) -> Found:
    parcel = _parcel(number, order__in_exchange_for__isnull=False)
    return (parcel.order, telling.of_exchange(parcel, parcel.order.in_exchange_for)) if parcel else None


def _refunded(number: str) -> Found:
    order = _order(number, refunded_total__gt=0)
    return (order, telling.of_refund(order.refunded_total, order.currency)) if order else None


def _return(number: str, **given: Any) -> Found:
    rows = Return.objects.select_related("merchant", "order__customer", "order__merchant").filter(**given)
    case: Return | None = _newest(rows.order_by("-requested_at", "-pk"), number, "order__number")
    return (case.order, telling.of_return(case)) if case else None


def _earned(number: str) -> Found:
    rows = PointsEntry.objects.filter(kind=PointsEntry.Kind.EARNED).select_related("order__customer", "order__merchant")
    entry = _newest(rows.order_by("-pk"), number, "order__number")
    return (entry.order, telling.of_points(entry)) if entry else None


def _ending(number: str) -> Found:
    rows = PointsEntry.objects.filter(points__gt=0, expires_on__isnull=False).select_related("customer__merchant")
    entry = _newest(rows.order_by("-pk"), number, "customer__orders__number")
    return (entry.customer, telling.of_ending(entry.points, entry.expires_on, entry.balance)) if entry else None


def _coupon(number: str) -> Found:
    rows = Coupon.objects.filter(customer__isnull=False, valid_until__isnull=False).select_related("customer__merchant")
    coupon = _newest(rows.order_by("-pk"), number, "customer__orders__number")
    return (coupon.customer, telling.of_coupon(coupon)) if coupon else None


EXAMPLES: dict[str, Callable[[str], Found]] = {
    "order_confirmed": _confirmed,
    "shipped": _shipped,
    "out_for_delivery": _shipped,
    "delivered": _delivered,
    INVITATION: _invitation,
    "delayed": _delayed,
    "return_approved": lambda number: _return(number),
    "return_refused": lambda number: _return(number, state=Return.State.REFUSED),
    "exchange_sent": _exchange,
    "refunded": _refunded,
    "points_earned": _earned,
    "points_ending": _ending,
    "coupon_given": _coupon,
    "coupon_ending": _coupon,
}
