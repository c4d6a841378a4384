"""What the templates of a letter get, and the placeholders of a shop's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from ecommerce.buyers.links import COMPLAINT, MAIL, RETURN, REVIEW, TRACK, url_for
from ecommerce.customers.models import Customer
from ecommerce.orders.models import Order
from ecommerce.purchasing.models import PurchaseOrder
from notifications.texts.shapes import Kind, Letter

PAGES = {TRACK: "buyer-track", RETURN: "buyer-return", REVIEW: "buyer-review", COMPLAINT: "buyer-complaint"}


def customer_of(about: Order | Customer) -> Customer | None:
    """The buyer whom a letter about an order, or about nothing but the buyer, is for; None where none is known."""
    return about if isinstance(about, Customer) else about.customer


def context_of(
    about: Order | Customer | PurchaseOrder, kind: Kind, values: Mapping[str, Any], *, is_preview: bool = False
) -> dict[str, Any]:
    """In the active language and time zone. A preview has the links by which a buyer chooses lead nowhere.

    Values with a `letter` say themselves what ours says: title and words of the kind are left empty.
    """
    if isinstance(about, PurchaseOrder):
        return {**values, "order": about, "merchant": about.merchant, "brand": about.merchant.name}
    merchant, customer = about.merchant, customer_of(about)
    order = about if isinstance(about, Order) else None
    context = {
        **values,
        "order": order,
        "customer": customer,
        "merchant": merchant,
        "brand": "Storecast" if kind.by_platform else merchant.name,
        **_ways_out(customer, kind.purpose, is_preview=is_preview),
    }
    if isinstance(kind, Letter):
        texts = {name: value for name, value in values.items() if isinstance(value, str)}
        said = {**texts, "number": order.number if order else "", "shop": merchant.name}
        is_said = "letter" in values
        context |= {
            "title": "" if is_said else str(kind.subject) % said,
            "words": "" if is_said else str(kind.words) % said,
            "verb": str(kind.verb),
            "action_url": context["choices_url"] if kind.link == MAIL else url_for(PAGES[kind.link], kind.link, about),
        }
    return context


def stop_url(customer: Customer | None, purpose: str) -> str:
    """Where the buyer stops what is written for this purpose and nothing else; "" for what nobody declines."""
    choices = url_for("buyer-mail-choices", MAIL, customer) if customer and purpose else ""
    return f"{choices}stop/{purpose}/" if choices else ""


def _ways_out(customer: Customer | None, purpose: str, *, is_preview: bool) -> dict[str, str]:
    """Where the buyer chooses, for the foot of a letter."""
    if is_preview:
        nowhere = f"{settings.BASE_URL}/b/…/mail/"
        return {"choices_url": nowhere, "stop_url": f"{nowhere}stop/{purpose}/" if purpose else ""}
    choices = url_for("buyer-mail-choices", MAIL, customer) if customer else ""
    return {"choices_url": choices, "stop_url": stop_url(customer, purpose)}
