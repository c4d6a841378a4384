"""What a shop writes to its buyers about their orders, in their language and with the way to stop it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ecommerce.buyers.links import MAIL, language_for, tracking_url, url_for
from ecommerce.customers.models import Consent
from ecommerce.customers.queries import has_consent
from ecommerce.orders.models import Order
from notifications.mail.actions import post
from notifications.mail.compose import compose
from notifications.mail.models import Mail
from notifications.texts.letterhead import reply_to_of, sender_of
from notifications.texts.own import own_letter

SUBJECTS = {
    "shipped": lambda values: _("Your order %(number)s is on its way") % values,
    "delivered": lambda values: _("Your order %(number)s has arrived") % values,
    "refunded": lambda values: _("Your refund for order %(number)s") % values,
}


def write_to_buyer(order: Order, what: str, *, values: Mapping[str, Any], dedupe: str) -> Mail | None:
    """Write a buyer about their order, once per `dedupe`; None for one without an address or who wants no such mail.

    `what` is "shipped", "delivered" or "refunded". A buyer who was never asked is told: it is about their own order.
    """
    customer, merchant = order.customer, order.merchant
    to = order.buyer_email or (customer.email if customer else "")
    if not to or (customer and has_consent(customer, Consent.Purpose.ORDER) is False):
        return None
    stop = url_for("buyer-mail-choices", MAIL, customer) if customer else ""
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop else {}
    if reply_to := reply_to_of(merchant):
        headers["Reply-To"] = reply_to
    with translation.override(language_for(customer)), timezone.override(merchant.zone):
        title = SUBJECTS[what]({"number": order.number})
        context = {
            **values,
            "order": order,
            "merchant": merchant,
            "title": title,
            "action_url": tracking_url(order),
            "stop_url": stop,
        }
        own = own_letter(what, context)
        text, html = (own.text, own.html) if own else compose(f"notifications/buyers/{what}", context)
        return post(
            to=to,
            subject=own.subject if own else f"{title} · {merchant.name}",
            text=text,
            html=html,
            purpose=Mail.Purpose.BUYER,
            sender=sender_of(merchant),
            headers=headers,
            dedupe=dedupe,
        )
