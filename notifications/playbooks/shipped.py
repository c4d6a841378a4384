"""Ready playbooks that a shop can take and make its own. A new one is one more entry of SHIPPED."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.calendar.events import FestivalAhead
from analytics.episodes.events import ComplaintsBurst, ProductPraised
from analytics.forecasts.events import SurgeExpected
from analytics.lifecycle.events import ProductFellBehind
from analytics.markets.events import ShareFallExpected
from analytics.restock.events import StockOutExpected, StockOutsExpected
from core.events import Event
from ecommerce.complaints.events import ComplaintDueSoon
from ecommerce.fulfilment.events import CarrierRanLate
from ecommerce.reviews.events import ReviewSubmitted
from ecommerce.reviews.models import Review
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

    `cool_down` is minutes, for each thing the fact is about where `per_thing`. `on` switches it on as it is saved, and
    a new shop has it from its approval: only what tells people and gives tasks, and neither spends nor changes.
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
        _("Drafts a promotion against a fall of share, has its effect simulated, and tells marketing, who may adopt it"
          " as the plan or try another."),
        ShareFallExpected,
        (
            Step("plan", {"discount": 15, "part": 50, "days": 28}),
            tell(
                "role:marketing",
                _("The share in {category} is likely to fall by {fall} points"),
                _("Today {last}, in four weeks {middle}. {outcome}"),
            ),
        ),
        (Condition("fall", AT_LEAST, "1"),),
        cool_down=7 * DAY,
    ),
    Shipped(
        "parcels-late",
        _("Late parcels of one carrier"),
        _("Tells support when far more parcels of one carrier are late than usual, and has the buyers told before they"
          " ask. One run a day for each carrier, however many parcels are late."),
        CarrierRanLate,
        (
            tell(
                "role:support",
                _("{parcels} parcels of {carrier} are late"),
                _("{late} of the {due} parcels due within 24 hours; usual are {usual_percent}. Expect questions."),
            ),
            task(
                "role:support",
                4,
                _("Write to the buyers of {parcels} late parcels of {carrier} before they ask"),
                _("The list of parcel problems shows them. Ask {carrier} when they will move."),
            ),
        ),
        on=True,
    ),
    Shipped(
        "bad-review",
        _("Reply to a bad review"),
        _("Gives support the task to reply to a published review of one or two stars within a day."),
        ReviewSubmitted,
        (
            task(
                "role:support",
                24,
                _("Reply to a review with {rating} of 5 stars"),
                _("An honest reply is read by all."),
            ),
        ),
        (Condition("rating", AT_MOST, "2"), Condition("state", IS, Review.State.PUBLISHED.value)),
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
        on=True,
    ),
    Shipped(
        "falling-behind",
        _("Clear a product that falls behind"),
        _("Drafts a clearance, with its forecast, for a product that declines or is at its end while there is stock of"
          " it, and has marketing look at it."),
        ProductFellBehind,
        (
            Step("clear", {"discount": 30, "days": 14}),
            task(
                "role:marketing",
                3 * 24,
                _("Plan the clearance of {title}"),
                _("{units} units in 90 days, {units_before} in the 90 before. {available} are in stock and last {cover}"
                  " days. {outcome} Adopt it or plan another promotion, and mark the product as ageing."),
            ),
        ),
        (Condition("available", AT_LEAST, "1"),),
        cool_down=30 * DAY,
    ),
    Shipped(
        "praised-rising",
        _("Back a product that is praised and rising"),
        _("Drafts a purchase order of a fifth more than the forecast says, and tells marketing to show the product."),
        ProductPraised,
        (
            Step("purchase", {"what": "fact", "more": 20}),
            tell(
                "role:marketing",
                _("Show {title} more: {rating} stars from {reviews} reviews"),
                _("Its forecast for 28 days is {forecast_percent} above the last 28. {available} units are in stock."),
            ),
        ),
        cool_down=30 * DAY,
    ),
    Shipped(
        "complaints-burst",
        _("Hold and inspect what is complained about"),
        _("Takes a product with a burst of complaints off sale, and has its stock inspected before more is sent."),
        ComplaintsBurst,
        (
            Step("hold", {}),
            task(
                "role:fulfilment",
                24,
                _("Inspect the stock of {title}"),
                _("{cases} complaints and returns for defects in seven days, {expected} were to be expected. SKU:"
                  " {sku}. Send none before it is looked at."),
            ),
        ),
        cool_down=7 * DAY,
        limit=5,
    ),
    Shipped(
        "festival-ahead",
        _("Prepare for a festival"),
        _("Gives out the list of preparations 30 days before a festival: stock, offers and people."),
        FestivalAhead,
        (
            task(
                "role:manager",
                5 * 24,
                _("{key} on {day}: order what will be needed"),
                _("Expected effect on sales: {effect_percent}. Look at the demand forecast; deliveries take time."),
            ),
            task(
                "role:marketing",
                10 * 24,
                _("{key} on {day}: plan offers and pages"),
                _("Try promotions in a scenario first, and enter them in the calendar."),
            ),
            task(
                "role:fulfilment",
                14 * 24,
                _("{key} on {day}: plan people and packing material"),
                _("Ask the carriers about their last day before it."),
            ),
        ),
        cool_down=0,
        limit=3,
    ),
)  # fmt: skip


def shipped(name: str) -> Shipped | None:
    return next((one for one in SHIPPED if one.name == name), None)
