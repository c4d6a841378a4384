"""The letters of a shop to its buyers, by their names: what we say in each, and what a shop may say in its place.

A new letter is one entry of LETTERS, and its templates notifications/buyers/<name>.html and .txt. What its values
(texts.telling) hold beside the order becomes a placeholder by an entry of `own`.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money
from ecommerce.buyers.links import REVIEW
from ecommerce.customers.models import Consent
from notifications.texts import examples
from notifications.texts.placeholders import PARCEL, RETURN_CASE, Placeholder, date_of, review_link
from notifications.texts.points import POINTS_LETTERS
from notifications.texts.rules import Link
from notifications.texts.shapes import Letter, about_return

INVITATION = "review_invitation"

LETTERS = {
    letter.name: letter
    for letter in (
        Letter(
            "order_confirmed",
            _("Order confirmed"),
            is_needed=True,
            when=_("When an order is paid."),
            subject=_("Your order %(number)s is confirmed"),
            words=_(
                "Thank you for your order. %(shop)s has it and gets it ready; you hear from us again when it leaves."
            ),
            body=_(
                "Hello {buyer_name},\n\nThank you for your order. We have it and get it ready; you hear from us again "
                "when it leaves.\n\n{order_items}\nTotal: {order_total}\n\n{order_link}"
            ),
            example=examples.confirmed,
            needed=("order_number",),
        ),
        Letter(
            "shipped",
            _("Parcel shipped"),
            when=_("When a parcel of the order leaves."),
            subject=_("Your order %(number)s is on its way"),
            body=_(
                "Hello {buyer_name},\n\nWe have handed your parcel over:\n{parcel_items}\n\n"
                "Tracking number: {carrier} {tracking_number}\nExpected to arrive: {expected_day}\n\n{order_link}"
            ),
            example=examples.shipped,
            own=PARCEL,
            needed=("order_number",),
        ),
        Letter(
            "out_for_delivery",
            _("Out for delivery"),
            when=_("When the carrier is on the way to the buyer."),
            subject=_("Your order %(number)s is out for delivery"),
            words=_("The carrier is on the way to you. It helps if somebody is there to take the parcel."),
            body=_(
                "Hello {buyer_name},\n\nThe carrier is on the way to you. It helps if somebody is there to take the "
                "parcel:\n{parcel_items}\n\n{order_link}"
            ),
            example=examples.shipped,
            own=PARCEL,
            needed=("order_number",),
        ),
        Letter(
            "delivered",
            _("Order delivered"),
            when=_("When the carrier reports that everything was delivered."),
            subject=_("Your order %(number)s has arrived"),
            words=_(
                "The carrier reports that everything has been delivered. If something is missing or broken, tell "
                "the shop on the page of your order."
            ),
            body=_(
                "Hello {buyer_name},\n\nThe carrier reports that everything has been delivered. If something is "
                "missing or broken, tell us here:\n{order_link}"
            ),
            example=examples.delivered,
            own=(review_link(_("Link to write a review; nothing where none is asked for"), "review_url"),),
            needed=("order_number",),
        ),
        Letter(
            INVITATION,
            _("Invitation to review"),
            purpose=Consent.Purpose.REVIEW,
            link=REVIEW,
            verb=_("Write a review"),
            when=_("After the arrival, to buyers who want nothing but invitations."),
            subject=_("How do you like what you ordered?"),
            words=_("Your order %(number)s has arrived. Tell others how you like it; it takes a minute."),
            body=_(
                "Hello {buyer_name},\n\nYour order {order_number} has arrived. Tell others how you like it; it takes "
                "a minute.\n\n{review_link}"
            ),
            example=examples.invited,
            own=(review_link(_("Link to write a review"), "action_url"),),
            needed=("review_link",),
        ),
        Letter(
            "delayed",
            _("Parcel late, with an apology"),
            when=_("When a parcel is late or its carrier reports trouble; once for each parcel."),
            subject=_("Your order %(number)s is late"),
            words=_(
                "We are sorry: a parcel of your order takes longer than we promised, and we know that you are waiting."
            ),
            body=_(
                "Hello {buyer_name},\n\nWe are sorry: a parcel of your order takes longer than we promised, and we "
                "know that you are waiting.\n\n{parcel_items}\nExpected now: {expected_now}\n\n{order_link}"
            ),
            example=examples.delayed,
            own=(
                *PARCEL,
                Placeholder(
                    "expected_now", _("Day it is expected now, if that is known"), lambda c: date_of(c["expected_at"])
                ),
            ),
            needed=("order_number",),
        ),
        about_return(
            "return_approved",
            _("Return approved"),
            when=_("When you agree to take something back."),
            subject=_("Your return %(case)s is approved"),
            words=_("%(shop)s takes these items of your order %(number)s back:"),
            body=_(
                "Hello {buyer_name},\n\nWe take these items of your order {order_number} back:\n{return_items}\n\n"
                "Pack them well, write the number {return_number} on the parcel and send it to:\n{send_to}\n\n"
                "{return_link}"
            ),
            example=examples.return_approved,
            own=(
                *RETURN_CASE,
                Placeholder("send_to", _("Your address for returns"), lambda c: str(c["send_to"])),
            ),
            needed=("return_number",),
        ),
        about_return(
            "return_refused",
            _("Return refused"),
            when=_("When you do not take something back."),
            subject=_("Your return %(case)s is refused"),
            words=_("%(shop)s does not take the items of your return %(case)s of order %(number)s back. The reason:"),
            body=_(
                "Hello {buyer_name},\n\nWe do not take the items of your return {return_number} of order "
                "{order_number} back. The reason:\n{reason}\n\nIf you do not agree: {complaint_link}"
            ),
            example=examples.return_refused,
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
        ),
        Letter(
            "exchange_sent",
            _("Exchange shipped"),
            when=_("When what the buyer gets in exchange leaves."),
            subject=_("The exchange for your return %(case)s is on its way"),
            words=_(
                "In exchange for what you sent back from order %(origin)s, %(shop)s has handed this over to the "
                "carrier:"
            ),
            body=_(
                "Hello {buyer_name},\n\nIn exchange for what you sent back from order {old_order} we have handed this "
                "over to the carrier:\n{parcel_items}\n\nTracking number: {carrier} {tracking_number}\n\n"
                "{order_link}"
            ),
            example=examples.exchanged,
            own=(
                *PARCEL,
                Placeholder("return_number", _("Number of the return"), lambda c: str(c["case"])),
                Placeholder("old_order", _("Number of the order it came from"), lambda c: str(c["origin"])),
            ),
            needed=("return_number",),
        ),
        Letter(
            "refunded",
            _("Refund paid"),
            is_needed=True,
            when=_("When money goes back to the buyer."),
            subject=_("Your refund for order %(number)s"),
            body=_(
                "Hello {buyer_name},\n\n{amount} goes back to you the way you paid. Banks take up to ten days to show "
                "it.\n\n{order_link}"
            ),
            example=examples.refunded,
            own=(Placeholder("amount", _("Amount that goes back"), lambda c: money(c["amount"], c["currency"])),),
            needed=("order_number", "amount"),
        ),
        *POINTS_LETTERS,
    )
}
