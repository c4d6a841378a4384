"""Answers within a return or a complaint, which a shop cannot switch off but may say in its own words.

What we say stands in ecommerce.buyers.letters. A new answer is one entry here, and its values in texts.telling.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money
from ecommerce.buyers.letters import settlement_of
from notifications.texts import examples
from notifications.texts.placeholders import RETURN_CASE, Placeholder, date_of
from notifications.texts.rules import Link
from notifications.texts.shapes import about_complaint, about_return

COMPLAINT_CASE = (
    Placeholder("complaint_number", _("Number of the complaint"), lambda c: str(c["complaint"].number)),
    Placeholder("complaint_subject", _("What the buyer called the complaint"), lambda c: str(c["complaint"].subject)),
    Placeholder(
        "complaint_link",
        _("Link to the buyer's page of the complaint"),
        lambda c: Link(c["action_url"], gettext("See the complaint")),
        is_link=True,
    ),
)
REASON = Placeholder("reason", _("What you wrote about it, if anything"), lambda c: str(c["handled"].outcome_reason))

ANSWERS = {
    letter.name: letter
    for letter in (
        about_return(
            "return_received",
            _("Return received"),
            when=_("When the goods of a return have arrived and were looked at."),
            subject=_("Return %(case)s has arrived at %(shop)s"),
            body=_(
                "Hello {buyer_name},\n\nThe goods of your return {return_number} of order {order_number} have arrived:"
                "\n{return_items}\n\nWe settle the return by this day: {settled_by}\n\n{return_link}"
            ),
            example=examples.return_received,
            own=(
                *RETURN_CASE,
                Placeholder(
                    "settled_by",
                    _("Day by which you settle it, if there is one"),
                    lambda c: date_of(c["handled"].due_at),
                ),
            ),
            needed=("return_number",),
        ),
        about_return(
            "return_repairing",
            _("Return in repair"),
            when=_("When you repair what came back."),
            subject=_("Return %(case)s is in repair"),
            body=_(
                "Hello {buyer_name},\n\nWe repair the goods of your return {return_number} of order {order_number} and "
                "send them back to you.\n\n{reason}\n\n{return_link}"
            ),
            example=examples.return_repairing,
            own=(*RETURN_CASE, REASON),
            needed=("return_number",),
        ),
        about_return(
            "return_settled",
            _("Return settled"),
            when=_("When a return ends: with a refund, an exchange, a repair, or nothing."),
            subject=_("Return %(case)s is settled"),
            body=_(
                "Hello {buyer_name},\n\nYour return {return_number} of order {order_number} is settled.\n\n"
                "{settlement}\n\n{reason}\n\n{return_link}"
            ),
            example=examples.return_settled,
            own=(
                *RETURN_CASE,
                Placeholder(
                    "settlement", _("How it ends, in our sentences"), lambda c: "\n".join(settlement_of(c["handled"]))
                ),
                Placeholder(
                    "refund",
                    _("Amount that goes back; nothing where there is none"),
                    lambda c: (
                        money(c["handled"].refund_amount, c["order"].currency) if c["handled"].refund_amount else ""
                    ),
                ),
                REASON,
            ),
            needed=("return_number", "settlement"),
        ),
        about_complaint(
            "complaint_answered",
            _("Complaint answered"),
            verb=_("Read the answer"),
            when=_("When you answer a complaint, with an offer or without."),
            subject=_("%(shop)s has answered your complaint"),
            body=_(
                "Hello {buyer_name},\n\nWe have answered your complaint {complaint_number}: {complaint_subject}\n\n"
                "We offer you this amount back: {offer}\n\nIf this does not settle it, you can write back or ask the "
                "platform to decide.\n\n{complaint_link}"
            ),
            example=examples.complaint_answered,
            own=(
                *COMPLAINT_CASE,
                Placeholder(
                    "offer",
                    _("Amount you offer back; nothing where you offer none"),
                    lambda c: money(c["offer"], c["order"].currency) if c["offer"] else "",
                ),
            ),
            needed=("complaint_number", "complaint_link"),
        ),
        about_complaint(
            "complaint_message",
            _("Message about a complaint"),
            verb=_("Read the message"),
            when=_("When there is one more message about a complaint."),
            subject=_("A message about your complaint %(complaint_number)s"),
            body=_(
                "Hello {buyer_name},\n\nThere is a new message about your complaint {complaint_number}: "
                "{complaint_subject}\n\n{complaint_link}"
            ),
            example=examples.complaint_message,
            own=COMPLAINT_CASE,
            needed=("complaint_number", "complaint_link"),
        ),
    )
}
