"""What a letter whose words a shop may change is made of, and what may stand in every letter about an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money
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


def short_day(moment: Any) -> str:
    """The day of a moment where the shop is; "" for none."""
    return date_format(localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


def _items(order: Order) -> str:
    return "\n".join(f"{line.quantity} × {line.title}" for line in order.lines.all())


COMMON = (
    Placeholder("order_number", _("Number of the order"), lambda c: str(c["order"].number)),
    Placeholder("order_date", _("Day on which the order was placed"), lambda c: short_day(c["order"].placed_at)),
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


@dataclass(frozen=True)
class Letter:
    """`subject` and `body` are what one begins with when writing one's own: near to what our template says.

    Every letter has the `common` placeholders, which are COMMON for one about an order; `needed` ones must stand in
    it. `sample` gives the values of a real order beside the order itself, None for one of which such a letter was
    never written.
    """

    name: str
    label: Any
    when: Any
    subject: Any
    body: Any
    own: tuple[Placeholder, ...] = ()
    needed: tuple[str, ...] = ()
    sample: Callable[[Order], Context | None] = lambda order: {}
    common: tuple[Placeholder, ...] | None = None

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return (*(COMMON if self.common is None else self.common), *self.own)

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
