"""What a shop writes to its buyers about their orders, in their language and with the way to stop it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from accounts.merchants.models import Merchant
from ecommerce.buyers.links import MAIL, RETURN, REVIEW, TRACK, language_for, url_for
from ecommerce.customers.models import Consent
from ecommerce.customers.queries import has_consent
from ecommerce.orders.models import Order
from notifications.buyers.kinds import KINDS, Kind
from notifications.mail.actions import post
from notifications.mail.compose import compose
from notifications.mail.models import Mail

PAGES = {TRACK: "buyer-track", RETURN: "buyer-return", REVIEW: "buyer-review"}
# What counts where a buyer was never asked: news of one's own order is part of it, the rest takes a yes.
UNASKED = {Consent.Purpose.ORDER: True, Consent.Purpose.REVIEW: False, Consent.Purpose.MARKETING: False}


@dataclass(frozen=True)
class Written:
    """A letter as it goes out."""

    subject: str
    text: str
    html: str


def wants(order: Order, purpose: str) -> bool:
    """Whether the buyer of the order gets what is written for this purpose; "" is what nobody declines."""
    if not purpose:
        return True
    said = has_consent(order.customer, purpose) if order.customer else None
    return UNASKED[Consent.Purpose(purpose)] if said is None else said


def address_of(order: Order) -> str:
    """Where the buyer of the order gets mail, or ""."""
    return order.buyer_email or (order.customer.email if order.customer else "")


def write_to_buyer(order: Order, what: str, *, values: Mapping[str, Any], dedupe: str) -> Mail | None:
    """Write a buyer about their order, once per `dedupe`; None for one without an address or who wants no such mail.

    `what` is the name of one of KINDS.
    """
    kind, customer, merchant = KINDS[what], order.customer, order.merchant
    to = address_of(order)
    if not to or not wants(order, kind.purpose):
        return None
    choices = url_for("buyer-mail-choices", MAIL, customer) if customer else ""
    headers = {}
    if choices and kind.purpose:
        headers = {"List-Unsubscribe": f"<{choices}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if merchant.contact_email:
        headers["Reply-To"] = merchant.contact_email
    language = language_for(customer)
    letter = as_written(order, kind, values=values, language=language)
    return post(
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        purpose=Mail.Purpose.BUYER,
        sender=sender_of(merchant),
        headers=headers,
        dedupe=dedupe,
        language=language,
    )


def as_written(order: Order, kind: Kind, *, values: Mapping[str, Any], language: str) -> Written:
    """The letter in that language and in the time zone of the shop; nothing is sent."""
    merchant, customer = order.merchant, order.customer
    with translation.override(language), timezone.override(merchant.zone):
        texts = {name: value for name, value in values.items() if isinstance(value, str)}
        said = {**texts, "number": order.number, "shop": merchant.name}
        title = str(kind.subject) % said
        context = {
            **values,
            "order": order,
            "merchant": merchant,
            "title": title,
            "words": str(kind.words) % said,
            "verb": str(kind.verb),
            "action_url": url_for(PAGES[kind.link], kind.link, order),
            "choices_url": url_for("buyer-mail-choices", MAIL, customer) if customer else "",
        }
        text, html = compose(f"notifications/buyers/{kind.name}", context)
    return Written(f"{title} · {merchant.name}", text, html)


def sender_of(merchant: Merchant) -> str:
    """Our address under the shop's name; what has a meaning in an address is left out of the name."""
    name = "".join(" " if letter in '"<>,;:\\@\r\n' else letter for letter in merchant.name)
    return f'"{" ".join(name.split())}" <{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}>'
