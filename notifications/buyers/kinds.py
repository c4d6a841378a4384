"""The letters a shop writes to its buyers. A letter's name is the name of its templates and never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ecommerce.buyers.links import MAIL, RETURN, REVIEW, TRACK
from ecommerce.customers.models import Consent

FOLLOW = _("Follow your order")
INVITATION = "review_invitation"
ORDER, REVIEWS, OFFERS = Consent.Purpose.ORDER, Consent.Purpose.REVIEW, Consent.Purpose.MARKETING
WALLET = _("See my points and coupons")


@dataclass(frozen=True)
class Kind:
    """One letter. `subject` and `words`, its first paragraph, take %(number)s, %(shop)s and the texts of its values.

    `purpose` is the consent it falls under, "" for the answer to what the buyer asked for, which nobody declines.
    `is_needed` tells that it counts for no limit and is held back by none. `link` is the page its button leads to.
    `by_platform` is what the platform writes and not the shop.
    """

    name: str
    label: Any
    subject: Any
    words: Any
    purpose: str = ORDER
    is_needed: bool = False
    link: str = TRACK
    verb: Any = FOLLOW
    by_platform: bool = False


ALL = (
    Kind(
        "order_confirmed",
        _("Order confirmed"),
        _("Your order %(number)s is confirmed"),
        _("Thank you for your order. %(shop)s has it and gets it ready; you hear from us again when it leaves."),
        is_needed=True,
    ),
    Kind("shipped", _("Parcel shipped"), _("Your order %(number)s is on its way"), ""),
    Kind(
        "out_for_delivery",
        _("Out for delivery"),
        _("Your order %(number)s is out for delivery"),
        _("The carrier is on the way to you. It helps if somebody is there to take the parcel."),
    ),
    Kind(
        "delivered",
        _("Order delivered"),
        _("Your order %(number)s has arrived"),
        _(
            "The carrier reports that everything has been delivered. If something is missing or broken, tell the shop "
            "on the page of your order."
        ),
    ),
    Kind(
        INVITATION,
        _("Invitation to review"),
        _("How do you like what you ordered?"),
        _("Your order %(number)s has arrived. Tell others how you like it; it takes a minute."),
        purpose=REVIEWS,
        link=REVIEW,
        verb=_("Write a review"),
    ),
    Kind(
        "delayed",
        _("Parcel late, with an apology"),
        _("Your order %(number)s is late"),
        _("We are sorry: a parcel of your order takes longer than we promised, and we know that you are waiting."),
    ),
    Kind(
        "return_approved",
        _("Return approved"),
        _("Your return %(case)s is approved"),
        _("%(shop)s takes these items of your order %(number)s back:"),
        purpose="",
        is_needed=True,
        link=RETURN,
        verb=_("See the return"),
    ),
    Kind(
        "return_refused",
        _("Return refused"),
        _("Your return %(case)s is refused"),
        _("%(shop)s does not take the items of your return %(case)s of order %(number)s back. The reason:"),
        purpose="",
        is_needed=True,
        link=RETURN,
        verb=_("See the return"),
    ),
    Kind(
        "exchange_sent",
        _("Exchange shipped"),
        _("The exchange for your return %(case)s is on its way"),
        _("In exchange for what you sent back from order %(origin)s, %(shop)s has handed this over to the carrier:"),
    ),
    Kind("refunded", _("Refund paid"), _("Your refund for order %(number)s"), "", is_needed=True),
    Kind(
        "points_earned",
        _("Points earned"),
        _("Points for your order %(number)s"),
        _("Your order %(number)s is completed and brought you points."),
        purpose=OFFERS,
        link=MAIL,
        verb=WALLET,
    ),
    Kind(
        "points_ending",
        _("Points about to expire"),
        _("Some of your points expire soon"),
        _("Use your points before they expire: exchange them for a coupon."),
        purpose=OFFERS,
        link=MAIL,
        verb=WALLET,
    ),
    Kind(
        "coupon_given",
        _("Coupon for the buyer"),
        _("A coupon from %(shop)s for you"),
        _("Here is a coupon for your next order. Give its code when you order."),
        purpose=OFFERS,
        link=MAIL,
        verb=WALLET,
    ),
    Kind(
        "coupon_ending",
        _("Coupon about to expire"),
        _("Your coupon expires soon"),
        _("You have a coupon that you did not use yet."),
        purpose=OFFERS,
        link=MAIL,
        verb=WALLET,
    ),
)


def _answer(name: str, label: Any, *, by_platform: bool = False) -> Kind:
    return Kind(name, label, "", "", purpose="", is_needed=True, by_platform=by_platform)


# Answers within a return, a complaint or a review, said by ecommerce.buyers.letters: a shop cannot switch them off.
ANSWERS = (
    _answer("return_received", _("Return received")),
    _answer("return_repairing", _("Return in repair")),
    _answer("return_settled", _("Return settled")),
    _answer("complaint_answered", _("Complaint answered")),
    _answer("complaint_message", _("Message about a complaint")),
    _answer("complaint_escalated", _("Complaint taken to the platform"), by_platform=True),
    _answer("complaint_decided", _("Complaint decided"), by_platform=True),
    _answer("review_edit", _("Change of a review asked for"), by_platform=True),
)
KINDS = {kind.name: kind for kind in (*ALL, *ANSWERS)}
