"""The letters whose words a shop may change, by their names, and what may stand in each.

A new letter to buyers is one entry of LETTERS under the name that write_to_buyer is called with. What its values hold
beside the order becomes a placeholder by an entry of `own`.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money
from ecommerce.buyers.links import COMPLAINT, RETURN, REVIEW, tracking_url, url_for
from ecommerce.fulfilment.models import Shipment
from ecommerce.orders.models import Order
from ecommerce.returns.models import Return
from notifications.texts.points import POINTS_LETTERS
from notifications.texts.rules import Link
from notifications.texts.shapes import Context, Letter, Placeholder, short_day


def _parcel_items(context: Context) -> str:
    return "\n".join(f"{line.quantity} × {line.order_line.title}" for line in context["lines"])


PARCEL = (
    Placeholder("parcel_items", _("What is in the parcel, one line each"), _parcel_items),
    Placeholder("carrier", _("Carrier"), lambda c: str(c["parcel"].carrier)),
    Placeholder("tracking_number", _("Tracking number"), lambda c: str(c["parcel"].tracking_number)),
    Placeholder("expected_day", _("Day it was promised for"), lambda c: short_day(c["parcel"].promised_at)),
)
RETURN_CASE = (
    Placeholder("return_number", _("Number of the return"), lambda c: str(c["case"])),
    Placeholder("return_items", _("What comes back, one line each"), _parcel_items),
    Placeholder(
        "return_link",
        _("Link to the buyer's page of the return"),
        lambda c: Link(c["action_url"], gettext("See the return")),
        is_link=True,
    ),
)


def _review_link(label: Any, key: str) -> Placeholder:
    """`key` is the value with the address; a letter without one says nothing in its place."""
    return Placeholder(
        "review_link", label, lambda c: Link(c[key], gettext("Write a review")) if c[key] else "", is_link=True
    )


def _parcel_of(order: Order) -> Context | None:
    parcel = Shipment.objects.filter(order=order).prefetch_related("lines__order_line").order_by("-pk").first()
    return {"parcel": parcel, "lines": list(parcel.lines.all()), "is_whole": True} if parcel else None


def _refund_of(order: Order) -> Context | None:
    amount = order.refunded_total
    return {"amount": amount, "currency": order.currency} if amount else None


def _trouble_of(order: Order) -> Context | None:
    values = _parcel_of(order)
    return {**values, "reason": "", "expected_at": values["parcel"].expected_at} if values else None


def _return_of(order: Order) -> Context | None:
    case = Return.objects.filter(order=order).prefetch_related("lines__order_line").order_by("-pk").first()
    if case is None:
        return None
    return {
        "case": case.number,
        "refusal": case.refusal,
        "lines": list(case.lines.all()),
        "send_to": order.merchant.postal_address,
        "complaint_url": url_for("buyer-complaint", COMPLAINT, order),
        "action_url": url_for("buyer-return", RETURN, order),
    }


def _exchange_of(order: Order) -> Context | None:
    parcel = _parcel_of(order)
    case = Return.objects.select_related("order").filter(replacement=order).first()
    return {**parcel, "case": case.number, "origin": case.order.number} if parcel and case is not None else None


LETTERS = {
    letter.name: letter
    for letter in (
        Letter(
            "order_confirmed",
            _("Order confirmed"),
            _("When an order is paid."),
            _("Your order {order_number} is confirmed"),
            _(
                "Hello {buyer_name},\n\nthank you for your order. We have it and get it ready; you hear from us again "
                "when it leaves.\n\n{order_items}\nTotal: {order_total}\n\n{order_link}"
            ),
            needed=("order_number",),
        ),
        Letter(
            "shipped",
            _("Parcel on its way"),
            _("When a parcel of the order leaves."),
            _("Your order {order_number} is on its way"),
            _(
                "Hello {buyer_name},\n\nwe have handed your parcel over:\n{parcel_items}\n\n"
                "Tracking number: {carrier} {tracking_number}\nExpected to arrive: {expected_day}\n\n{order_link}"
            ),
            own=PARCEL,
            needed=("order_number",),
            sample=_parcel_of,
        ),
        Letter(
            "out_for_delivery",
            _("Out for delivery"),
            _("When the carrier is on the way to the buyer."),
            _("Your order {order_number} is out for delivery"),
            _(
                "Hello {buyer_name},\n\nthe carrier is on the way to you. It helps if somebody is there to take the "
                "parcel:\n{parcel_items}\n\n{order_link}"
            ),
            own=PARCEL,
            needed=("order_number",),
            sample=_parcel_of,
        ),
        Letter(
            "delivered",
            _("Order has arrived"),
            _("When the carrier reports that everything was delivered."),
            _("Your order {order_number} has arrived"),
            _(
                "Hello {buyer_name},\n\nthe carrier reports that everything has been delivered. If something is "
                "missing or broken, tell us here:\n{order_link}"
            ),
            own=(_review_link(_("Link to write a review; nothing where none is asked for"), "review_url"),),
            needed=("order_number",),
            sample=lambda order: {"review_url": url_for("buyer-review", REVIEW, order)},
        ),
        Letter(
            "review_invitation",
            _("Invitation to review"),
            _("After the arrival, to buyers who want nothing but invitations."),
            _("How do you like what you ordered?"),
            _(
                "Hello {buyer_name},\n\nyour order {order_number} has arrived. Tell others how you like it; it takes "
                "a minute.\n\n{review_link}"
            ),
            own=(_review_link(_("Link to write a review"), "action_url"),),
            needed=("review_link",),
            sample=lambda order: {"action_url": url_for("buyer-review", REVIEW, order)},
        ),
        Letter(
            "delayed",
            _("Parcel late, with an apology"),
            _("When a parcel is late or its carrier reports trouble; once for each parcel."),
            _("Your order {order_number} is late"),
            _(
                "Hello {buyer_name},\n\nwe are sorry: a parcel of your order takes longer than we promised, and we "
                "know that you are waiting.\n\n{parcel_items}\nExpected now: {expected_now}\n\n{order_link}"
            ),
            own=(
                *PARCEL,
                Placeholder(
                    "expected_now", _("Day it is expected now, if that is known"), lambda c: short_day(c["expected_at"])
                ),
            ),
            needed=("order_number",),
            sample=_trouble_of,
        ),
        Letter(
            "return_approved",
            _("Return approved"),
            _("When you agree to take something back."),
            _("Your return {return_number} is approved"),
            _(
                "Hello {buyer_name},\n\nwe take these items of your order {order_number} back:\n{return_items}\n\n"
                "Pack them well, write the number {return_number} on the parcel and send it to:\n{send_to}\n\n"
                "{return_link}"
            ),
            own=(
                *RETURN_CASE,
                Placeholder("send_to", _("Your address for returns"), lambda c: str(c["send_to"])),
            ),
            needed=("return_number",),
            sample=_return_of,
        ),
        Letter(
            "return_refused",
            _("Return refused"),
            _("When you do not take something back."),
            _("Your return {return_number} is refused"),
            _(
                "Hello {buyer_name},\n\nwe do not take the items of your return {return_number} of order "
                "{order_number} back. The reason:\n{reason}\n\nIf you do not agree: {complaint_link}"
            ),
            own=(
                *RETURN_CASE,
                Placeholder("reason", _("The reason you gave"), lambda c: str(c["refusal"])),
                Placeholder(
                    "complaint_link",
                    _("Link with which the buyer complains"),
                    lambda c: Link(c["complaint_url"], gettext("Complain")),
                    is_link=True,
                ),
            ),
            needed=("return_number", "reason"),
            sample=_return_of,
        ),
        Letter(
            "exchange_sent",
            _("Exchange shipped"),
            _("When what the buyer gets in exchange leaves."),
            _("The exchange for your return {return_number} is on its way"),
            _(
                "Hello {buyer_name},\n\nin exchange for what you sent back from order {old_order} we have handed this "
                "over to the carrier:\n{parcel_items}\n\nTracking number: {carrier} {tracking_number}\n\n"
                "{order_link}"
            ),
            own=(
                *PARCEL,
                Placeholder("return_number", _("Number of the return"), lambda c: str(c["case"])),
                Placeholder("old_order", _("Number of the order it came from"), lambda c: str(c["origin"])),
            ),
            needed=("return_number",),
            sample=_exchange_of,
        ),
        Letter(
            "refunded",
            _("Refund"),
            _("When money goes back to the buyer."),
            _("Your refund for order {order_number}"),
            _(
                "Hello {buyer_name},\n\n{amount} goes back to you the way you paid. Banks take up to ten days to show "
                "it.\n\n{order_link}"
            ),
            own=(Placeholder("amount", _("Amount that goes back"), lambda c: money(c["amount"], c["currency"])),),
            needed=("order_number", "amount"),
            sample=_refund_of,
        ),
        *POINTS_LETTERS,
    )
}


def sample_context(letter: Letter, order: Order) -> Context | None:
    """What the letter's template would get for a real order; None where no such letter fits it."""
    values = letter.sample(order)
    if values is None:
        return None
    frame = {"merchant": order.merchant, "customer": order.customer, "action_url": tracking_url(order), "stop_url": ""}
    return {"order": order, **frame, **values}
