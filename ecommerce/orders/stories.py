"""What features above orders have to tell on an order's timeline: facts about things that belong to it.

They say so themselves, because an order does not know what its goods come back as.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.activity.models import Activity
from core.events import sentence_of
from core.statements import Shaped
from ecommerce.orders.models import Order, RiskFlag

ICONS = {
    "orders.placed": "shopping-cart", "orders.paid": "credit-card", "orders.payment_failed": "alert-triangle",
    "orders.ran_short": "alert-triangle", "orders.noted": "message", "orders.confirmed": "check",
    "orders.completed": "check", "orders.packed": "package", "orders.held": "hand-stop",
    "orders.released": "player-play", "orders.cancelled": "ban", "orders.refunded": "receipt-refund",
    "orders.edited": "edit", "orders.invoiced": "file-invoice", "orders.flagged": "alert-triangle",
    "orders.risk_settled": "check", "orders.split": "arrows-split", "orders.split_off": "arrows-split",
    "orders.duplicated": "copy", "orders.copied": "copy", "orders.replaced": "arrow-back-up",
    "orders.placed_instead": "arrow-back-up", "orders.delivered": "home-check", "fulfilment.lost": "alert-triangle",
    "fulfilment.shipped": "truck", "fulfilment.moved": "truck", "fulfilment.delivered": "home-check",
    "letters.told": "mail",
}  # fmt: skip
USUAL_ICON = "point"
GOALS = {"orders.delivered", "orders.completed", "fulfilment.delivered"}


@dataclass(frozen=True)
class Moment:
    """One entry of an order's timeline. `who` is "" for what came from outside or happened by itself.

    Where it is about something that belongs to the order, such as a return, `about` is its name and `url` its page.
    What stands in no log is `said` in words of its own, with a `note`.
    """

    at: datetime
    kind: str
    who: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    about: str = ""
    url: str = ""
    said: str = ""

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, USUAL_ICON)

    @property
    def is_goal(self) -> bool:
        """Whether the buyer has what was sent."""
        return self.kind in GOALS

    @property
    def amount(self) -> Decimal | None:
        return Decimal(self.facts["amount"]) if self.facts.get("amount") else None

    @property
    def total(self) -> Decimal | None:
        """What the order came to after it."""
        return Decimal(self.facts["total"]) if self.facts.get("total") else None

    @property
    def difference(self) -> bool:
        """Whether the order cost another amount afterwards."""
        return bool(Decimal(self.facts.get("difference") or 0))

    @property
    def buyer_changed(self) -> bool:
        return any(
            name.startswith(("buyer_", "ship_")) for name in self.facts.get("fields", []) if name != "shipping_fee"
        )

    @property
    def risks(self) -> str:
        """The kinds of risk it speaks of."""
        names = dict(RiskFlag.Kind.choices)
        return ", ".join(str(names.get(kind, kind)) for kind in self.facts.get("kinds", []))

    @property
    def sentence(self) -> str:
        """What happened, in words of its own or those of the activity log."""
        return self.said or sentence_of(self.kind, self.facts)


May = Callable[[str], bool]


@dataclass(frozen=True)
class Story:
    """`facts(pk)` are rows about what belongs to the order of that id; who may read them has the permission `word`.

    `tell(order, row, may)` is what a row says to somebody with these rights.
    """

    name: str
    word: str
    facts: Shaped
    tell: Callable[[Order, Any, May], Moment]


def from_log(page: str, key: Callable[[Activity], Any]) -> Callable[[Order, Activity, May], Moment]:
    """How entries of the log are told: `page` names the address of the thing that an entry is about, `key(entry)` its
    argument there.
    """

    def tell(order: Order, entry: Activity, may: May) -> Moment:
        url = reverse(page, args=[order.merchant.slug, key(entry)])
        return Moment(entry.at, entry.kind, who_did(entry), entry.payload, "", entry.subject_label, url)

    return tell


def who_did(entry: Activity) -> str:
    """Who did it, "" for what came from outside or happened by itself."""
    return entry.actor_label if entry.actor_kind in ("user", "token") else ""


_stories: dict[str, Story] = {}


def declare(story: Story) -> Story:
    """Have a story told on the timelines of orders."""
    if story.name in _stories:
        raise RuntimeError(f"two stories are called {story.name}")
    _stories[story.name] = story
    return story


def stories_for(may: May) -> list[Story]:
    """Those that somebody with these rights may read."""
    return [story for story in _stories.values() if may(story.word)]


def facts_about_things(things: QuerySet[Any]) -> QuerySet[Activity]:
    """Everything that happened to these things, oldest first."""
    about = Activity.objects.filter(subject_type=things.model._meta.label_lower, subject_id__in=things.values("pk"))
    return about.order_by("pk")
