"""Ready playbooks that a shop can take and make its own. A new one is one more entry of SHIPPED."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.forecasts.events import SurgeExpected
from analytics.markets.events import ShareFallExpected
from analytics.restock.events import StockOutExpected, StockOutsExpected
from core.events import Event
from ecommerce.complaints.events import ComplaintDueSoon
from ecommerce.fulfilment.events import ParcelCasesFound
from ecommerce.reviews.events import ReviewSubmitted
from notifications.playbooks.figures import Trigger
from notifications.playbooks.rules import AT_LEAST, AT_MOST, IS, Condition
from notifications.playbooks.triggers import BY_KIND

HOUR, DAY = 60, 24 * 60  # minutes


@dataclass(frozen=True)
class Step:
    """A step of steps/ by its name, with its settings. Texts among them may be translatable."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Shipped:
    """A playbook as it ships. `name` never changes; `purpose` says what it is for.

    `cool_down` is minutes, for each thing the fact is about where `per_thing`; `on` switches it on as it is saved.
    """

    name: str
    label: Any
    purpose: Any
    event: type[Event]
    steps: Sequence[Step]
    conditions: Sequence[Condition] = ()
    cool_down: int = DAY
    per_thing: bool = True
    limit: int = 20
    on: bool = False

    @property
    def trigger(self) -> Trigger:
        return BY_KIND[self.event.kind]

    def plain_steps(self) -> list[tuple[str, dict[str, Any]]]:
        """The steps with their texts in the active language."""
        return [
            (step.name, {key: value if isinstance(value, int) else str(value) for key, value in step.settings.items()})
            for step in self.steps
        ]


def tell(who: str, title: Any, text: Any = "") -> Step:
    return Step("tell", {"who": who, "title": title, "text": text})


def task(who: str, hours: int, title: Any, text: Any = "") -> Step:
    return Step("task", {"who": who, "hours": hours, "title": title, "text": text})


SHIPPED: tuple[Shipped, ...] = (
    Shipped(
        "surge",
        _("Get ready for a surge"),
        _("Drafts purchase orders before a surge of sales, and tells fulfilment and support to plan more people."),
        SurgeExpected,
        (
            Step("purchase", {"what": "all", "more": 0}),
            tell(
                "role:fulfilment",
                _("Plan more people for packing: sales {percent} above what is usual"),
                _("Expected over two weeks: {low} to {high}; usual are {usual}."),
            ),
            tell(
                "role:support",
                _("Plan more people for buyers: sales {percent} above what is usual"),
                _("More orders bring more questions. Expected over two weeks: {low} to {high}; usual are {usual}."),
            ),
        ),
        (Condition("percent", AT_LEAST, "20"),),
        cool_down=7 * DAY,
        limit=1,
    ),
    Shipped(
        "stock-out",
        _("Order before it is sold out"),
        _("Drafts a purchase order for a SKU that will be sold out soon, and gives somebody the task to send it."),
        StockOutExpected,
        (
            Step("purchase", {"what": "fact", "more": 0}),
            task(
                "role:manager",
                24,
                _("Look at the purchase order for {sku} and send it"),
                _("{title}: {available} units left, sold out in about {days} days."),
            ),
        ),
        cool_down=7 * DAY,
    ),
    Shipped(
        "stock-outs",
        _("Order when several products will be sold out"),
        _("The same for a night in which several products are found at once."),
        StockOutsExpected,
        (
            Step("purchase", {"what": "fact", "more": 0}),
            task("role:manager", 24, _("Look at the purchase orders for {count} products and send them")),
        ),
        limit=5,
    ),
    Shipped(
        "share-fall",
        _("Answer a fall of market share"),
        _("Tells marketing when a share is likely to fall, and asks for a plan against it."),
        ShareFallExpected,
        (
            tell(
                "role:marketing",
                _("The share in {category} is likely to fall by {fall} points"),
                _("Today {last}, in four weeks {middle}. See what a price or a promotion would change, and adopt the"
                  " best answer as the plan."),
            ),
        ),
        (Condition("fall", AT_LEAST, "1"),),
        cool_down=7 * DAY,
    ),
    Shipped(
        "parcels-late",
        _("Late parcels of one carrier"),
        _("Tells support when many parcels of one carrier are past their promised day, before buyers ask."),
        ParcelCasesFound,
        (
            tell(
                "role:support",
                _("{open} parcels of {carrier} need attention"),
                _("Most frequent reason: {reason}. Write to the buyers before they ask."),
            ),
        ),
        (Condition("open", AT_LEAST, "5"), Condition("reason", IS, "overdue")),
    ),
    Shipped(
        "bad-review",
        _("Reply to a bad review"),
        _("Gives support the task to reply to a review of one or two stars within a day."),
        ReviewSubmitted,
        (task("role:support", 24, _("Reply to a review of {rating} stars"), _("An honest reply is read by all.")),),
        (Condition("rating", AT_MOST, "2"),),
        cool_down=0,
        limit=50,
    ),
    Shipped(
        "complaint-due",
        _("Escalate a complaint near its limit"),
        _("Gives the manager a complaint that nobody has answered and that is due soon."),
        ComplaintDueSoon,
        (
            task(
                "role:manager",
                4,
                _("Complaint {number} is due soon and nobody has answered"),
                _("{topic}. After its time the platform takes it over."),
            ),
        ),
        cool_down=0,
        limit=50,
    ),
)  # fmt: skip


def shipped(name: str) -> Shipped | None:
    return next((one for one in SHIPPED if one.name == name), None)
