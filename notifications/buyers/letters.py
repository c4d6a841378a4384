"""What a shop writes to its buyers about their orders, in their language and with the way to stop it."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from ecommerce.buyers.links import MAIL, language_for, tracking_url, url_for
from ecommerce.customers.models import Consent
from ecommerce.customers.queries import has_consent
from ecommerce.orders.models import Order
from notifications.mail.actions import post
from notifications.mail.compose import compose
from notifications.mail.models import Mail

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
    if merchant.contact_email:
        headers["Reply-To"] = merchant.contact_email
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
        text, html = compose(f"notifications/buyers/{what}", context)
        return post(
            to=to,
            subject=f"{title} · {merchant.name}",
            text=text,
            html=html,
            purpose=Mail.Purpose.BUYER,
            sender=sender_of(merchant),
            headers=headers,
            dedupe=dedupe,
        )


def sender_of(merchant: Merchant) -> str:
    """Our address under the shop's name; what has a meaning in an address is left out of the name."""
    name = "".join(" " if letter in '"<>,;:\\@\r\n' else letter for letter in merchant.name)
    return f'"{" ".join(name.split())}" <{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}>'
