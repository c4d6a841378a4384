"""What a letter to a buyer or a supplier is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from ecommerce.buyers.links import COMPLAINT, RETURN, TRACK
from ecommerce.customers.models import Consent
from notifications.texts import examples
from notifications.texts.placeholders import COMMON, Context, Placeholder
from notifications.texts.rules import Broken, Value

FOLLOW = _("Follow your order")
# What the names in our subjects are called in the braces of a shop's own.
BRACES = {
    "number": "{order_number}",
    "case": "{return_number}",
    "complaint_number": "{complaint_number}",
    "shop": "{shop_name}",
}


@dataclass(frozen=True)
class Kind:
    """Something buyers are written. Its name never changes.

    `purpose` is the consent it falls under, "" for the answer to what the buyer asked for, which nobody declines.
    `is_needed` tells that it counts for no limit and is held back by none. `by_platform` is what the platform writes
    and not the shop.
    """

    name: str
    label: Any
    purpose: str = Consent.Purpose.ORDER
    is_needed: bool = False
    by_platform: bool = False


@dataclass(frozen=True, kw_only=True)
class Letter(Kind):
    """What the shop writes of itself, may switch off and may say in its own words; the name is that of our templates.

    `subject` and `words`, its first paragraph, are ours; they take %(number)s, %(shop)s and the texts of its values.
    `body` is what one begins with when writing one's own: near to what our template says. `needed` placeholders must
    stand in it, `common` ones are those of all letters about an order. `link` is the page its button leads to.
    `example` finds the newest order or buyer it fits, or the one of the order's number it is given, with the values.
    `frame` is the template of a shop's own words. One `for_suppliers` is about a purchase order.
    """

    when: Any
    subject: Any
    words: Any = ""
    body: Any
    example: Callable[[str], examples.Found]
    own: tuple[Placeholder, ...] = ()
    common: tuple[Placeholder, ...] = COMMON
    needed: tuple[str, ...] = ()
    link: str = TRACK
    verb: Any = FOLLOW
    frame: str = "notifications/texts/letter"
    for_suppliers: bool = False

    @property
    def own_subject(self) -> str:
        """What one begins with, in the active language."""
        return str(self.subject) % BRACES

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return (*self.common, *self.own)

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


# Answers to what a buyer asked for: nobody declines them and they count for no limit.
about_return = partial(Letter, purpose="", is_needed=True, link=RETURN, verb=_("See the return"))
about_complaint = partial(Letter, purpose="", is_needed=True, link=COMPLAINT)
