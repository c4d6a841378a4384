"""What buyers are written about their reviews and complaints."""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from core.mail import Letter
from core.templatetags.sc import money
from ecommerce.buyers.links import COMPLAINT, REVIEW, path_for
from ecommerce.complaints.models import Complaint
from ecommerce.orders.models import Order
from ecommerce.reviews.models import Review
from ecommerce.reviews.words import spoken


def edit_asked(review: Review, order: Order) -> Letter:
    """A moderator asked the author to change the review."""
    product = review.product.title if review.product else _("your order")
    return Letter(
        _("Change your review of %(product)s") % {"product": product},
        [
            _("Hello,"),
            _("your review of %(product)s cannot be published as it is. The reason:") % {"product": product},
            *spoken(review.moderation_reason),
            _("Follow the link to change it. Once somebody has looked at it, it is published."),
        ],
        _("Change your review"),
        path_for("buyer-review", REVIEW, order),
        _why(order),
    )


def answered(complaint: Complaint, order: Order, offer: Decimal | None) -> Letter:
    """The shop answered the complaint, perhaps with an offer."""
    lines = [
        _("Hello,"),
        _("%(shop)s has answered your complaint %(number)s: “%(subject)s”") % _words(complaint),
    ]
    if offer:
        amount = money(offer, order.currency)
        lines.append(_("The shop offers you %(amount)s back. You can accept it on the page.") % {"amount": amount})
    lines.append(_("If this does not settle it, you can write back or ask the platform to decide."))
    subject = _("%(shop)s has answered your complaint") % _words(complaint)
    return Letter(subject, lines, _("Read the answer"), path_for("buyer-complaint", COMPLAINT, order), _why(order))


def message_added(complaint: Complaint, order: Order) -> Letter:
    return Letter(
        _("A message about your complaint %(number)s") % _words(complaint),
        [_("Hello,"), _("there is a new message about your complaint %(number)s: “%(subject)s”") % _words(complaint)],
        _("Read the message"),
        path_for("buyer-complaint", COMPLAINT, order),
        _why(order),
    )


def escalated(complaint: Complaint, order: Order) -> Letter:
    due = formats.date_format(timezone.localtime(complaint.due_at), "DATETIME_FORMAT")
    return Letter(
        _("The platform looks at your complaint %(number)s") % _words(complaint),
        [
            _("Hello,"),
            _("the platform has taken up your complaint %(number)s: “%(subject)s”") % _words(complaint),
            _("It decides by %(due)s. You can add what it should know.") % {"due": due},
        ],
        _("See the complaint"),
        path_for("buyer-complaint", COMPLAINT, order),
        _why(order),
    )


def decided(complaint: Complaint, order: Order, refund: Decimal | None) -> Letter:
    lines = [
        _("Hello,"),
        _("the platform has decided your complaint %(number)s: “%(subject)s”") % _words(complaint),
        _("The decision: %(decision)s.") % {"decision": complaint.get_decision_display()},
        complaint.decision_reason,
    ]
    if refund:
        lines.append(_("%(amount)s is refunded to you.") % {"amount": money(refund, order.currency)})
    subject = _("Your complaint %(number)s is decided") % _words(complaint)
    return Letter(subject, lines, _("See the decision"), path_for("buyer-complaint", COMPLAINT, order), _why(order))


def _words(complaint: Complaint) -> dict[str, str]:
    return {"shop": complaint.merchant.name, "number": complaint.number, "subject": complaint.subject}


def _why(order: Order) -> str:
    return _("You get this because you ordered from %(shop)s (order %(number)s).") % {
        "shop": order.merchant.name,
        "number": order.number,
    }
