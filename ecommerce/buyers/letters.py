"""What buyers are written about their reviews, complaints and returns."""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from core.mail import Letter
from core.templatetags.sc import money
from ecommerce.buyers.links import COMPLAINT, RETURN, REVIEW, path_for
from ecommerce.complaints.models import Complaint
from ecommerce.orders.models import Order
from ecommerce.returns.models import Return
from ecommerce.reviews.models import Review
from ecommerce.reviews.words import spoken


def edit_asked(review: Review, order: Order) -> Letter:
    """A moderator asked the author to change the review."""
    product = review.product.title if review.product else _("your order")
    return Letter(
        _("Change your review of %(product)s") % {"product": product},
        [
            _("Hello,"),
            _("Your review of %(product)s cannot be published as it is. The reason:") % {"product": product},
            *spoken(review.moderation_reason),
            _("Follow the link to change it. Once somebody has looked at it, it is published."),
        ],
        _("Change your review"),
        path_for("buyer-review", REVIEW, order),
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
    return Letter(subject, lines, _("Read the answer"), path_for("buyer-complaint", COMPLAINT, order))


def message_added(complaint: Complaint, order: Order) -> Letter:
    return Letter(
        _("A message about your complaint %(number)s") % _words(complaint),
        [_("Hello,"), _("There is a new message about your complaint %(number)s: “%(subject)s”") % _words(complaint)],
        _("Read the message"),
        path_for("buyer-complaint", COMPLAINT, order),
    )


def escalated(complaint: Complaint, order: Order) -> Letter:
    due = formats.date_format(timezone.localtime(complaint.due_at), "DATETIME_FORMAT")
    return Letter(
        _("The platform looks at your complaint %(number)s") % _words(complaint),
        [
            _("Hello,"),
            _("The platform has taken up your complaint %(number)s: “%(subject)s”") % _words(complaint),
            _("It decides by %(due)s. You can add what it should know.") % {"due": due},
        ],
        _("See the complaint"),
        path_for("buyer-complaint", COMPLAINT, order),
    )


def decided(complaint: Complaint, order: Order, refund: Decimal | None) -> Letter:
    lines = [
        _("Hello,"),
        _("The platform has decided your complaint %(number)s: “%(subject)s”") % _words(complaint),
        _("The decision: %(decision)s.") % {"decision": complaint.get_decision_display()},
        complaint.decision_reason,
    ]
    if refund:
        lines.append(_("%(amount)s is refunded to you.") % {"amount": money(refund, order.currency)})
    subject = _("Your complaint %(number)s is decided") % _words(complaint)
    return Letter(subject, lines, _("See the decision"), path_for("buyer-complaint", COMPLAINT, order))


def return_received(case: Return) -> Letter:
    """The goods are with the shop."""
    due = formats.date_format(timezone.localtime(case.due_at), "DATETIME_FORMAT") if case.due_at else ""
    said = [_("The goods of your return %(number)s of order %(order)s have arrived at %(shop)s.")]
    if due:
        said.append(_("The shop settles the return by %(due)s.") % {"due": due})
    return _about_return(case, _("Return %(number)s has arrived at %(shop)s"), *said)


def return_settled(case: Return) -> Letter:
    """How the return ended: the money, another item, the same one repaired, or why nothing."""
    first = _("Your return %(number)s of order %(order)s is settled.")
    return _about_return(case, _("Return %(number)s is settled"), first, *settlement_of(case), case.outcome_reason)


def settlement_of(case: Return) -> list[str]:
    """How the return ended, in sentences of the active language."""
    said = []
    given_back = _("%(amount)s is refunded to you.") % {"amount": money(case.refund_amount or 0, case.order.currency)}
    if case.outcome == Return.Outcome.REFUND:
        said.append(given_back)
    elif case.outcome == Return.Outcome.EXCHANGE:
        said.append(_("The shop sends you another item."))
        if case.refund_amount:
            said.append(given_back)
    elif case.outcome == Return.Outcome.REPAIR:
        said.append(_("It is repaired and on its way back to you."))
    else:
        said.append(_("The shop has it and gives nothing back."))
    return said


def return_repairing(case: Return) -> Letter:
    """The goods are being repaired."""
    said = [
        _("%(shop)s repairs the goods of your return %(number)s of order %(order)s and sends them back to you."),
        case.outcome_reason,
    ]
    return _about_return(case, _("Return %(number)s is in repair"), *said)


def _about_return(case: Return, subject: str, *lines: str) -> Letter:
    order = case.order
    values = {"shop": order.merchant.name, "number": case.number, "order": order.number}
    # the first line is a sentence with names in it, the others are said as they are
    first, *others = lines
    said = [_("Hello,"), first % values, *filter(None, others)]
    return Letter(subject % values, said, _("See the return"), path_for("buyer-return", RETURN, order))


def _words(complaint: Complaint) -> dict[str, str]:
    return {"shop": complaint.merchant.name, "number": complaint.number, "subject": complaint.subject}
