"""What the letters say of orders, parcels, returns, points and coupons: the values of their templates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from core.templatetags.sc import number
from ecommerce.buyers.links import COMPLAINT, REVIEW, url_for
from ecommerce.complaints.models import Complaint
from ecommerce.coupons.models import Coupon
from ecommerce.fulfilment.models import Shipment
from ecommerce.loyalty.models import PointsEntry
from ecommerce.orders.models import Order
from ecommerce.returns.models import Return

Values = dict[str, Any]


def of_order(order: Order) -> Values:
    """What was ordered and what it comes to; what was called off is left out."""
    kept = [(line, line.quantity - line.cancelled_quantity) for line in order.lines.order_by("position", "pk")]
    return {"lines": [(line.title, units, line.total) for line, units in kept if units > 0]}


def of_parcel(parcel: Shipment, *, is_whole: bool = True) -> Values:
    """What is in it, who carries it and when it should come."""
    lines = parcel.lines.select_related("order_line").order_by("order_line__position", "pk")
    return {"parcel": parcel, "lines": list(lines), "is_whole": is_whole}


def of_trouble(parcel: Shipment, reason: str) -> Values:
    """Why it is late: a reason of ParcelCase, which the letter puts into a sentence, and what is expected now."""
    promised, expected = parcel.promised_at, parcel.expected_at
    is_later = expected is not None and (promised is None or expected > promised)
    return {**of_parcel(parcel), "reason": reason, "expected_at": expected if is_later else None}


def of_exchange(parcel: Shipment, case: Return) -> Values:
    return {**of_parcel(parcel), "case": case.number, "origin": case.order.number}


def of_return(case: Return) -> Values:
    """The return, what it is about, and where the goods go."""
    return {
        "case": case.number,
        "refusal": case.refusal,
        "lines": list(case.lines.select_related("order_line")),
        "send_to": case.merchant.postal_address,
        "complaint_url": url_for("buyer-complaint", COMPLAINT, case.order),
    }


def of_handling(case: Return) -> Values:
    """A return that has arrived, or was repaired or settled; `handled` is said in the language of the letter."""
    return {**of_return(case), "handled": case}


def of_complaint(complaint: Complaint, offer: Decimal | None = None) -> Values:
    """The complaint, and what the shop offers back with its answer."""
    return {"complaint": complaint, "complaint_number": complaint.number, "offer": offer}


def of_arrival(order: Order, *, invites: bool) -> Values:
    return {"review_url": url_for("buyer-review", REVIEW, order) if invites else ""}


def of_points(entry: PointsEntry) -> Values:
    """What an order brought, and what the buyer had then."""
    return {"points": number(entry.points), "balance": number(entry.balance)}


def of_ending(points: int, on: date, balance: int) -> Values:
    """How many points end soon, and on which day the first of them do."""
    return {"points": number(points), "balance": number(balance), "on": on}


def of_coupon(coupon: Coupon) -> Values:
    return {"coupon": coupon}


def of_refund(amount: Decimal, currency: str) -> Values:
    return {"amount": amount, "currency": currency}
