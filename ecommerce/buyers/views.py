"""The pages of buyers, behind signed links."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from ecommerce.buyers.links import (
    COMPLAINT,
    MAIL,
    RETURN,
    REVIEW,
    TRACK,
    BuyerRequest,
    buyer_view,
    language_for,
    path_for,
)
from ecommerce.buyers.queries import order_of_buyer
from ecommerce.orders.models import Order
from ecommerce.returns.queries import has_reached


@buyer_view(TRACK)
@require_safe
def track(request: BuyerRequest) -> HttpResponse:
    """Where the order is: its state, its parcels and what their carriers reported."""
    order = order_of_buyer(request.link.object_id)
    if order is None:
        raise Http404
    context = {
        "order": order,
        "step": _step_of(order.state),
        "review_path": path_for("buyer-review", REVIEW, order) if order.delivered_at else "",
        "return_path": path_for("buyer-return", RETURN, order) if _may_return(order) else "",
        "came_back": order.state == Order.State.SHIPPED and _came_back(order),
        "complaint_path": path_for("buyer-complaint", COMPLAINT, order),
        "mail_path": path_for("buyer-mail-choices", MAIL, order.customer) if order.customer else "",
    }
    with translation.override(language_for(order.customer, request)):
        return render(request, "ecommerce/buyers/track.html", context)


def _may_return(order: Order) -> bool:
    """Whether something of it arrived, or must be taken to have."""
    now = timezone.now()
    return order.delivered_at is not None or any(has_reached(parcel, order, now) for parcel in order.shipments.all())


def _came_back(order: Order) -> bool:
    """Whether all parcels of it came back to the shop and none of them left again."""
    parcels = [parcel for parcel in order.shipments.all() if parcel.sent_again_as_id is None]
    return bool(parcels) and all(parcel.state == parcel.State.RETURNED for parcel in parcels)


def _step_of(state: str) -> int:
    """How far the order is on the way placed - paid - sent - arrived: 1 to 4; 0 where it does not go on."""
    steps = {"placed": 1, "paid": 2, "packed": 2, "on_hold": 2, "partly_shipped": 3, "shipped": 3, "cancelled": 0}
    return steps.get(state, 4)
