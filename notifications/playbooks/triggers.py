"""The facts on which a playbook may run, with the figures each offers. A new fact is one more entry of TRIGGERS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.forecasts.events import DropExpected, SurgeExpected
from analytics.markets.events import ShareFallExpected
from analytics.markets.models import Measure
from analytics.promotions.events import PromotionReported
from analytics.restock.events import StockOutExpected, StockOutsExpected
from analytics.scenarios.events import PromiseJudged
from ecommerce.complaints.events import ComplaintDueSoon, ComplaintEscalated, ComplaintOpened
from ecommerce.complaints.models import Complaint
from ecommerce.fulfilment.events import ParcelCasesFound
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.orders.events import OrderPlaced, OrderRanShort, OrdersPlaced, PaymentFailed
from ecommerce.orders.models import Channel
from ecommerce.purchasing.events import GoodsReceived, SupplierPriceSet
from ecommerce.returns.events import ReturnOverdue, ReturnRated, ReturnRequested
from ecommerce.reviews.events import ReviewPublished, ReviewSubmitted
from ecommerce.reviews.models import Review
from notifications.inbox.kinds import Target
from notifications.inbox.kinds.base import to
from notifications.playbooks.figures import Figure, Later, Payload, Trigger, Type, days_until, share
from notifications.playbooks.nightly_triggers import NIGHTLY

PRODUCT, VARIANT, CARRIER = _("each product"), _("each SKU"), _("each carrier")
CUSTOMER, MARKET, SUPPLIER = _("each customer"), _("each market"), _("each supplier")


def _above_usual(payload: Payload, at: datetime) -> Any:
    usual = Decimal(str(payload["usual"]))
    return 100 * (Decimal(str(payload["middle"])) - usual) / usual


def _below_usual(payload: Payload, at: datetime) -> Any:
    return -_above_usual(payload, at)


def _fall(payload: Payload, at: datetime) -> Any:
    return 100 * (Decimal(str(payload["last"])) - Decimal(str(payload["middle"])))


def _of_promise(payload: Payload, at: datetime) -> str:
    if payload["came"] > payload["high"]:
        return "above"
    return "below" if payload["came"] < payload["low"] else "within"


def _as_held(payload: Payload) -> Payload:
    return {"state": Review.State.HELD.value, "rating": payload.get("rating_before") or payload["rating"]}


def _to_market(payload: Payload) -> Target:
    return Target("market-share", query=f"market={payload['market_id']}&measure={payload['measure']}")


def _to_cases(payload: Payload) -> Target:
    return Target("parcel-case-list", query=f"carrier={payload['carrier_id']}")


OUTLOOK = (
    Figure("low", _("low end of what is expected")),
    Figure("middle", _("sales expected")),
    Figure("high", _("high end of what is expected")),
    Figure("usual", _("usual sales of two weeks")),
)
COMPLAINT = (
    Figure("number", _("complaint"), Type.TEXT),
    Figure("topic", _("topic"), Type.CHOICE, choices=Complaint.Topic.choices),
)
ABOUT_PRODUCT: dict[str, Any] = {"key": "product_id", "key_label": PRODUCT}
COMPLAINT_THINGS = ("product_id", "order_id", "customer_id")
ORDER = Figure("number", _("order"), Type.TEXT)
RETURN = (Figure("number", _("return"), Type.TEXT), Figure("units", _("units")))

TRIGGERS: tuple[Trigger, ...] = (
    Trigger(
        SurgeExpected,
        (Figure("percent", _("above what is usual"), Type.PERCENT, _above_usual), *OUTLOOK),
        to("forecast-sales"),
    ),
    Trigger(
        DropExpected,
        (Figure("percent", _("below what is usual"), Type.PERCENT, _below_usual), *OUTLOOK),
        to("forecast-sales"),
    ),
    Trigger(
        StockOutExpected,
        (
            Figure("sku", _("SKU"), Type.TEXT),
            Figure("title", _("product"), Type.TEXT),
            Figure("available", _("units available")),
            Figure("per_day", _("units sold a day")),
            Figure("days", _("days until it is sold out"), read=days_until("out_middle")),
        ),
        to("stock-detail", "variant_id"),
        key="variant_id",
        key_label=VARIANT,
        things=("variant_id",),
    ),
    Trigger(
        StockOutsExpected,
        (
            Figure("count", _("products concerned")),
            Figure("sku", _("SKU that goes first"), Type.TEXT),
            Figure("days", _("days until the first is sold out"), read=days_until("out_middle")),
        ),
        to("stock-list", query="tab=low"),
        things=("first_warning_id",),
    ),
    Trigger(
        ShareFallExpected,
        (
            Figure("category", _("category"), Type.TEXT),
            Figure("measure", _("share of"), Type.CHOICE, choices=Measure.choices),
            Figure("fall", _("points it is likely to fall"), read=_fall),
            Figure("last", _("share today"), Type.PERCENT, share("last")),
            Figure("middle", _("share in four weeks"), Type.PERCENT, share("middle")),
            Figure("chance", _("chance of it"), Type.PERCENT, share("chance")),
        ),
        _to_market,
        key="market_id",
        key_label=MARKET,
        things=("market_id",),
    ),
    Trigger(
        PromiseJudged,
        (
            Figure("name", _("plan"), Type.TEXT),
            Figure("category", _("category"), Type.TEXT),
            Figure("share", _("share it came to"), Type.PERCENT, share("share")),
            Figure("inside", _("kept its promise"), Type.FLAG),
        ),
        to("scenario-detail", "scenario_id"),
    ),
    Trigger(
        PromotionReported,
        (
            Figure("title", _("promotion"), Type.TEXT),
            Figure("came", _("units sold")),
            Figure(
                "outcome",
                _("held against the promise"),
                Type.CHOICE,
                _of_promise,
                (("above", _("more than promised")), ("within", _("as promised")), ("below", _("less than promised"))),
            ),
        ),
        to("promotion-detail", "promotion_id"),
    ),
    Trigger(
        ReviewSubmitted,
        (
            Figure("rating", _("stars")),
            Figure("is_verified", _("bought here"), Type.FLAG),
            Figure("state", _("state"), Type.CHOICE, choices=Review.State.choices),
        ),
        to("review-detail", "review_id"),
        things=("product_id", "order_id"),
        later=Later(ReviewPublished, lambda payload: bool(payload.get("is_first")), _as_held),
        name=_("Review written, or published after a check"),
        **ABOUT_PRODUCT,
    ),
    Trigger(
        ComplaintOpened,
        (*COMPLAINT, Figure("refund_asked", _("refund asked for"))),
        to("complaint-detail", "number"),
        things=COMPLAINT_THINGS,
        **ABOUT_PRODUCT,
    ),
    Trigger(ComplaintDueSoon, COMPLAINT, to("complaint-detail", "number"), things=COMPLAINT_THINGS, **ABOUT_PRODUCT),
    Trigger(
        ComplaintEscalated,
        (*COMPLAINT, Figure("because", _("reason"), Type.CHOICE, choices=Complaint.Escalation.choices)),
        to("complaint-detail", "number"),
        things=COMPLAINT_THINGS,
        **ABOUT_PRODUCT,
    ),
    Trigger(
        ParcelCasesFound,
        (
            Figure("carrier", _("carrier"), Type.TEXT),
            Figure("found", _("new parcels with a problem")),
            Figure("open", _("parcels with a problem in all")),
            Figure("reason", _("most frequent reason"), Type.CHOICE, choices=ParcelCase.Reason.choices),
        ),
        _to_cases,
        key="carrier_id",
        key_label=CARRIER,
    ),
    Trigger(
        OrderPlaced,
        (
            ORDER,
            Figure("channel", _("channel"), Type.CHOICE, choices=Channel.choices),
            Figure("total", _("total")),
            Figure("units", _("units")),
            Figure("short_units", _("units not in stock")),
            Figure("paid", _("paid"), Type.FLAG),
        ),
        to("order-detail", "number"),
        key="customer_id",
        key_label=CUSTOMER,
        things=("order_id", "customer_id"),
        together=OrdersPlaced,
    ),
    Trigger(
        OrderRanShort,
        (ORDER, Figure("units", _("units not in stock"))),
        to("order-detail", "number"),
        key="customer_id",
        key_label=CUSTOMER,
        things=("order_id", "customer_id"),
    ),
    Trigger(
        PaymentFailed,
        (ORDER, Figure("amount", _("amount")), Figure("method", _("way of payment"), Type.TEXT)),
        to("order-detail", "number"),
        key="customer_id",
        key_label=CUSTOMER,
        things=("order_id", "customer_id"),
    ),
    *(
        Trigger(
            event,
            (*RETURN, *more),
            to("return-detail", "number"),
            key="customer_id",
            key_label=CUSTOMER,
            things=("order_id", "customer_id"),
        )
        for event, more in (
            (ReturnRequested, ()),
            (ReturnOverdue, ()),
            (ReturnRated, (Figure("rating", pgettext_lazy("return", "rating")),)),
        )
    ),
    Trigger(
        GoodsReceived,
        (
            Figure("number", _("purchase order"), Type.TEXT),
            Figure("accepted", _("units accepted")),
            Figure("damaged", _("units damaged")),
        ),
        to("purchase-detail", "order_id"),
        key="supplier_id",
        key_label=SUPPLIER,
    ),
    Trigger(
        SupplierPriceSet,
        (Figure("sku", _("SKU"), Type.TEXT), Figure("price", _("price"))),
        to("supplier-detail", "supplier_id"),
        key="variant_id",
        key_label=VARIANT,
        things=("variant_id",),
    ),
    *NIGHTLY,
)

# By the kind of the fact that is handled: the kinds of triggers that are to be looked at then.
ANNOUNCED: Mapping[str, list[str]] = {
    event.kind: [trigger.kind for trigger in TRIGGERS if event in trigger.announced_by]
    for one in TRIGGERS
    for event in one.announced_by
}
BY_KIND: Mapping[str, Trigger] = {trigger.kind: trigger for trigger in TRIGGERS}


def kinds_for(kind: str) -> list[str]:
    """The kinds of facts on which a playbook with that trigger may run."""
    trigger = trigger_of(kind)
    return [event.kind for event in trigger.events] if trigger else [kind]


def trigger_of(kind: str) -> Trigger | None:
    """The trigger of that kind of fact; None for one that the product no longer has."""
    return BY_KIND.get(kind)
