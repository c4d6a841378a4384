"""The letters whose words a shop may change, by their names, and what may stand in each.

A new letter to buyers is one entry of LETTERS under the name that write_to_buyer is called with. What its values hold
beside the order becomes a placeholder by an entry of `own`.
"""

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
from ecommerce.fulfilment.models import Shipment
from ecommerce.orders.models import Order
from notifications.texts.rules import Broken, Link, Value

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Placeholder:
    """`value` makes it from what the letter's template gets, in the active language; "" where there is nothing."""

    name: str
    label: Any
    value: Callable[[Context], Value]
    is_link: bool = False


@dataclass(frozen=True)
class Letter:
    """`subject` and `body` are what one begins with when writing one's own: near to what our template says.

    `needed` placeholders must stand in it. `sample` gives the values of a real order beside the order itself, None for
    one of which such a letter was never written.
    """

    name: str
    label: Any
    when: Any
    subject: Any
    body: Any
    own: tuple[Placeholder, ...] = ()
    needed: tuple[str, ...] = ()
    sample: Callable[[Order], Context | None] = lambda order: {}

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return (*COMMON, *self.own)

    @property
    def names(self) -> list[str]:
        return [placeholder.name for placeholder in self.placeholders]

    @property
    def links(self) -> list[str]:
        return [placeholder.name for placeholder in self.placeholders if placeholder.is_link]

    def values(self, context: Context, *names: str) -> dict[str, Value]:
        """The values of these placeholders. Raises Broken for one that the letter or its context has not got."""
        known = {placeholder.name: placeholder for placeholder in self.placeholders}
        found: dict[str, Value] = {}
        for name in names:
            if name not in known:
                raise Broken(name)
            try:
                found[name] = known[name].value(context)
            except (LookupError, AttributeError, TypeError) as error:
                raise Broken(name) from error
        return found


def _date(moment: Any) -> str:
    return date_format(localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


def _items(order: Order) -> str:
    return "\n".join(f"{line.quantity} × {line.title}" for line in order.lines.all())


def _parcel_items(context: Context) -> str:
    return "\n".join(f"{line.quantity} × {line.order_line.title}" for line in context["lines"])


COMMON = (
    Placeholder("order_number", _("Number of the order"), lambda c: str(c["order"].number)),
    Placeholder("order_date", _("Day on which the order was placed"), lambda c: _date(c["order"].placed_at)),
    Placeholder("order_total", _("Total of the order"), lambda c: money(c["order"].total, c["order"].currency)),
    Placeholder("order_items", _("What was ordered, one line each"), lambda c: _items(c["order"])),
    Placeholder(
        "order_link",
        _("Link to the buyer's page of the order"),
        lambda c: Link(c["action_url"], gettext("Follow your order")),
        is_link=True,
    ),
    Placeholder("buyer_name", _("Name of the buyer"), lambda c: str(c["order"].buyer_name)),
    Placeholder("shop_name", _("Name of the shop"), lambda c: str(c["merchant"].name)),
)


def _parcel_of(order: Order) -> Context | None:
    parcel = Shipment.objects.filter(order=order).prefetch_related("lines__order_line").order_by("-pk").first()
    return {"parcel": parcel, "lines": list(parcel.lines.all()), "is_whole": True} if parcel else None


def _refund_of(order: Order) -> Context | None:
    amount = order.refunded_total
    return {"amount": amount, "currency": order.currency} if amount else None


LETTERS = {
    letter.name: letter
    for letter in (
        Letter(
            "shipped",
            _("Parcel on its way"),
            _("When a parcel of the order leaves."),
            _("Your order {order_number} is on its way"),
            _(
                "Hello {buyer_name},\n\nwe have handed your parcel over:\n{parcel_items}\n\n"
                "Tracking number: {carrier} {tracking_number}\nExpected to arrive: {expected_day}\n\n{order_link}"
            ),
            own=(
                Placeholder("parcel_items", _("What is in the parcel, one line each"), _parcel_items),
                Placeholder("carrier", _("Carrier"), lambda c: str(c["parcel"].carrier)),
                Placeholder("tracking_number", _("Tracking number"), lambda c: str(c["parcel"].tracking_number)),
                Placeholder("expected_day", _("Day it was promised for"), lambda c: _date(c["parcel"].promised_at)),
            ),
            needed=("order_number",),
            sample=_parcel_of,
        ),
        Letter(
            "delivered",
            _("Order has arrived"),
            _("When the carrier reports that everything was delivered."),
            _("Your order {order_number} has arrived"),
            _(
                "Hello {buyer_name},\n\nthe carrier reports that everything has been delivered. If something is "
                "missing or broken, tell us here:\n{order_link}"
            ),
            needed=("order_number",),
        ),
        Letter(
            "refunded",
            _("Refund"),
            _("When money goes back to the buyer."),
            _("Your refund for order {order_number}"),
            _(
                "Hello {buyer_name},\n\n{amount} goes back to you the way you paid. Banks take up to ten days to show "
                "it.\n\n{order_link}"
            ),
            own=(Placeholder("amount", _("Amount that goes back"), lambda c: money(c["amount"], c["currency"])),),
            needed=("order_number", "amount"),
            sample=_refund_of,
        ),
    )
}


def sample_context(letter: Letter, order: Order) -> Context | None:
    """What the letter's template would get for a real order; None where no such letter fits it."""
    values = letter.sample(order)
    if values is None:
        return None
    return {**values, "order": order, "merchant": order.merchant, "action_url": tracking_url(order), "stop_url": ""}
