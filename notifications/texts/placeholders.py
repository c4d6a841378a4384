"""What may stand in braces in the words a shop writes, and where its value comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money
from ecommerce.buyers.links import tracking_url
from ecommerce.orders.models import Order
from notifications.texts.rules import Link, Value

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Placeholder:
    """`value` makes it from what the letter's template gets, in the active language; "" where there is nothing."""

    name: str
    label: Any
    value: Callable[[Context], Value]
    is_link: bool = False


def date_of(moment: Any) -> str:
    return date_format(localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


def _items(order: Order) -> str:
    return "\n".join(f"{line.quantity} × {line.title}" for line in order.lines.all())


def _parcel_items(context: Context) -> str:
    return "\n".join(f"{line.quantity} × {line.order_line.title}" for line in context["lines"])


COMMON = (
    Placeholder("order_number", _("Number of the order"), lambda c: str(c["order"].number)),
    Placeholder("order_date", _("Day on which the order was placed"), lambda c: date_of(c["order"].placed_at)),
    Placeholder("order_total", _("Total of the order"), lambda c: money(c["order"].total, c["order"].currency)),
    Placeholder("order_items", _("What was ordered, one line each"), lambda c: _items(c["order"])),
    Placeholder(
        "order_link",
        _("Link to the buyer's page of the order"),
        lambda c: Link(tracking_url(c["order"]), gettext("Follow your order")),
        is_link=True,
    ),
    Placeholder("buyer_name", _("Name of the buyer"), lambda c: str(c["order"].buyer_name)),
    Placeholder("shop_name", _("Name of the shop"), lambda c: str(c["merchant"].name)),
)

PARCEL = (
    Placeholder("parcel_items", _("What is in the parcel, one line each"), _parcel_items),
    Placeholder("carrier", _("Carrier"), lambda c: str(c["parcel"].carrier)),
    Placeholder("tracking_number", _("Tracking number"), lambda c: str(c["parcel"].tracking_number)),
    Placeholder("expected_day", _("Day it was promised for"), lambda c: date_of(c["parcel"].promised_at)),
)
RETURN_CASE = (
    Placeholder("return_number", _("Number of the return"), lambda c: str(c["case"])),
    Placeholder("return_items", _("What comes back, one line each"), _parcel_items),
    Placeholder(
        "return_link",
        _("Link to the buyer's page of the return"),
        lambda c: Link(c["action_url"], gettext("See the return")),
        is_link=True,
    ),
)


def review_link(label: Any, key: str) -> Placeholder:
    """`key` is the value with the address; a letter without one says nothing in its place."""
    return Placeholder(
        "review_link", label, lambda c: Link(c[key], gettext("Write a review")) if c[key] else "", is_link=True
    )
