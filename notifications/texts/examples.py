"""Real orders of the shop that letters could be about, sold or bought, and what the letters would say of them.

Each finds the newest that fits, or the order of the number it is given; None where there is none.
"""

from __future__ import annotations

from typing import Any

from ecommerce.complaints.models import Complaint
from ecommerce.coupons.models import Coupon
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import ParcelCase, Shipment
from ecommerce.loyalty.models import PointsEntry
from ecommerce.orders.models import Order
from ecommerce.purchasing.models import PurchaseOrder
from ecommerce.returns.models import Return
from notifications.texts import telling

Found = tuple[Order | Customer | PurchaseOrder, telling.Values] | None


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


def confirmed(number: str) -> Found:
    order = _order(number)
    return (order, telling.of_order(order)) if order else None


def shipped(number: str) -> Found:
    parcel = _parcel(number)
    return (parcel.order, telling.of_parcel(parcel)) if parcel else None


def delayed(number: str) -> Found:
    parcel = _parcel(number, promised_at__isnull=False) or _parcel(number)
    return (parcel.order, telling.of_trouble(parcel, ParcelCase.Reason.OVERDUE)) if parcel else None


def _arrived(number: str) -> Order | None:
    """One that was delivered, or in a shop of which nothing has arrived yet any other."""
    return _order(number, delivered_at__isnull=False) or _order(number)


def delivered(number: str) -> Found:
    order = _arrived(number)
    return (order, telling.of_arrival(order, invites=True)) if order else None


def invited(number: str) -> Found:
    order = _arrived(number)
    return (order, {}) if order else None


def exchanged(number: str) -> Found:
    parcel = _parcel(number, order__in_exchange_for__isnull=False)
    return (parcel.order, telling.of_exchange(parcel, parcel.order.in_exchange_for)) if parcel else None


def refunded(number: str) -> Found:
    order = _order(number, refunded_total__gt=0)
    return (order, telling.of_refund(order.refunded_total, order.currency)) if order else None


def _return(number: str, **given: Any) -> Found:
    rows = Return.objects.select_related("merchant", "order__customer", "order__merchant").filter(**given)
    case: Return | None = _newest(rows.order_by("-requested_at", "-pk"), number, "order__number")
    return (case.order, telling.of_handling(case)) if case else None


def return_received(number: str) -> Found:
    return _return(number, received_at__isnull=False) or _return(number)


def return_repairing(number: str) -> Found:
    return _return(number, state=Return.State.REPAIRING) or _return(number)


def return_settled(number: str) -> Found:
    return _return(number, state=Return.State.SETTLED) or _return(number)


def _complaint(number: str, **given: Any) -> Found:
    rows = Complaint.objects.select_related("merchant", "order__customer", "order__merchant")
    rows = rows.filter(order__isnull=False, **given).order_by("-opened_at", "-pk")
    case: Complaint | None = _newest(rows, number, "order__number")
    return (case.order, telling.of_complaint(case, case.refund_offered)) if case and case.order else None


def complaint_answered(number: str) -> Found:
    return _complaint(number, answered_at__isnull=False) or _complaint(number)


def complaint_message(number: str) -> Found:
    return _complaint(number)


def purchase(number: str) -> Found:
    """The newest purchase order, or the one of that number."""
    rows = PurchaseOrder.objects.select_related("supplier", "merchant").prefetch_related("lines")
    order: PurchaseOrder | None = _newest(rows.order_by("-created_at", "-pk"), number, "number")
    return (order, {}) if order else None


def return_approved(number: str) -> Found:
    return _return(number)


def return_refused(number: str) -> Found:
    return _return(number, state=Return.State.REFUSED)


def points_earned(number: str) -> Found:
    rows = PointsEntry.objects.filter(kind=PointsEntry.Kind.EARNED).select_related("order__customer", "order__merchant")
    entry = _newest(rows.order_by("-pk"), number, "order__number")
    return (entry.order, telling.of_points(entry)) if entry else None


def points_ending(number: str) -> Found:
    rows = PointsEntry.objects.filter(points__gt=0, expires_on__isnull=False).select_related("customer__merchant")
    entry = _newest(rows.order_by("-pk"), number, "customer__orders__number")
    return (entry.customer, telling.of_ending(entry.points, entry.expires_on, entry.balance)) if entry else None


def coupon(number: str) -> Found:
    rows = Coupon.objects.filter(customer__isnull=False, valid_until__isnull=False).select_related("customer__merchant")
    coupon = _newest(rows.order_by("-pk"), number, "customer__orders__number")
    return (coupon.customer, telling.of_coupon(coupon)) if coupon else None
