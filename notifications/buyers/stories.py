"""What the timeline of an order tells of the letters to its buyer: each one, where it went, and what became of it."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.statements import Shaped
from ecommerce.customers.rules import masked_email
from ecommerce.orders.models import Order
from ecommerce.orders.stories import May, Moment, Story, declare
from notifications.buyers.models import BuyerNotice
from notifications.mail.models import Delivery, Mail

LETTER = gettext_lazy("Letter to the buyer, sent:")
SAID: dict[str, Any] = {
    Mail.State.QUEUED: gettext_lazy("Letter to the buyer, not sent yet:"),
    Mail.State.SENDING: gettext_lazy("Letter to the buyer, being sent:"),
    Mail.State.SENT: LETTER,
    Mail.State.MAYBE_SENT: gettext_lazy("Letter to the buyer, perhaps sent:"),
    Mail.State.FAILED: gettext_lazy("Letter to the buyer, not delivered:"),
    Mail.State.SUPPRESSED: gettext_lazy("Letter to the buyer, not sent because the address takes no mail:"),
    Mail.State.NEEDLESS: gettext_lazy("Letter to the buyer, not sent because it was no longer needed:"),
}
REPORTED: dict[str, Any] = {
    Delivery.Outcome.BOUNCED: gettext_lazy("Letter to the buyer, came back:"),
    Delivery.Outcome.COMPLAINED: gettext_lazy("Letter to the buyer, reported as spam:"),
    Delivery.Outcome.NO_MAILBOX: gettext_lazy("Letter to the buyer, refused because the address takes no mail:"),
}


def _of_order(pk: int | None) -> QuerySet[BuyerNotice]:
    """The letters about an order, with their mail and, as `came_of_it`, the newest that is known of its sending."""
    newest = Delivery.objects.filter(mail=OuterRef("mail")).order_by("-pk").values("outcome")[:1]
    rows = BuyerNotice.objects.filter(order=pk).only("letter", "outcome", "at", "mail").order_by("pk")
    found: QuerySet[BuyerNotice] = rows.annotate(
        sent_to=F("mail__to"),
        mail_state=F("mail__state"),
        sent_at=F("mail__sent_at"),
        came_of_it=Subquery(newest),
    )
    return found


def _tell(order: Order, row: Any, may: May) -> Moment:
    about = str(row.label)
    if row.outcome != BuyerNotice.Outcome.WRITTEN:
        why = str(row.get_outcome_display())
        return Moment(row.at, "letters.told", note=why, about=about, said=_("Letter to the buyer, not written:"))
    if row.mail_id is None:  # its mail is older than mails are kept
        return Moment(row.at, "letters.told", about=about, said=str(LETTER))
    said = SAID[row.mail_state]
    if row.mail_state == Mail.State.FAILED:
        said = REPORTED.get(row.came_of_it, said)
    url = reverse("mail-detail", args=[order.merchant.slug, row.mail_id]) if may("mail.view") else ""
    where = f"{masked_email(row.sent_to)} ({_kind_of(row.sent_to, order)})"
    return Moment(row.sent_at or row.at, "letters.told", note=where, about=about, url=url, said=str(said))


def _kind_of(address: str, order: Order) -> str:
    """Whose address it is."""
    if address.lower() == order.buyer_email.lower():
        return _("address given with the order")
    if order.customer is not None and address.lower() == order.customer.email.lower():
        return _("address of the customer")
    return _("another address")


declare(Story("letters", "orders.view", Shaped(_of_order), _tell))
