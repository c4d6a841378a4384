"""Kinds about orders, parcels and returns."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import ORDERS, Kind, Target, to
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import orders as say


def _to_new(params: Params) -> Target:
    day = params["day"]
    return Target("order-list", query=f"state=standing&placed_after={day}&placed_before={day}")


def _to_late(params: Params) -> Target:
    one = params["count"] == 1
    return Target("order-detail", (params["number"],)) if one else Target("order-list", query="tab=late")


def _to_cases(params: Params) -> Target:
    """Where those that are late are told apart, the others alone."""
    rest = "&about=other" if params.get("others") else ""
    return Target("parcel-case-list", query=f"carrier={int(params['carrier_id']) or 'none'}{rest}")


def to_late_parcels(params: Params) -> Target:
    return Target("parcel-case-list", query=f"tab=overdue&carrier={params['carrier_id']}")


KINDS = (
    Kind(
        "order-to-ship", _("Orders that must ship today"), ORDERS, Urgency.ACT, "orders.ship",
        say.order_to_ship, to("order-list", query="tab=to_ship&ship_by=today"), _("Ship orders"),
        icon="truck-delivery", tone="warning", stale=timedelta(days=1),
        within=timedelta(hours=3),
    ),
    Kind(
        "order-late", _("Orders that are late"), ORDERS, Urgency.ACT, "orders.ship",
        say.order_late, _to_late, _("See orders"), icon="clock-exclamation", tone="critical",
        stale=timedelta(days=7),
        within=timedelta(hours=2),
    ),
    Kind(
        "payment-failed", _("A payment failed"), ORDERS, Urgency.ACT, "orders.edit",
        say.payment_failed, to("order-detail", "number"), _("See the order"),
        icon="credit-card-off", tone="critical", stale=timedelta(days=14),
    ),
    Kind(
        "order-short", _("A paid order is not in stock"), ORDERS, Urgency.ACT, "orders.edit",
        say.order_short, to("order-detail", "number"), _("See the order"),
        icon="alert-triangle", tone="warning", stale=timedelta(days=14),
        within=timedelta(hours=2),
    ),
    Kind(
        "order-new", _("New orders, once a day"), ORDERS, Urgency.KNOW, "orders.view",
        say.order_new, _to_new, _("See orders"), icon="receipt", email=False, stale=timedelta(days=7),
    ),
    Kind(
        "parcel-cases", _("Parcels with a problem"), ORDERS, Urgency.ACT, "shipments.edit",
        say.parcel_cases, _to_cases, _("See the parcels"), icon="alert-triangle", tone="warning",
        email=False, stale=timedelta(days=7), group="parcels:carrier_id",
    ),
    Kind(
        "carrier-late", _("Many parcels of a carrier are late"), ORDERS, Urgency.ACT, "shipments.edit",
        say.carrier_late, to_late_parcels, _("See the parcels"), icon="truck-delivery", tone="critical",
        stale=timedelta(days=7), group="parcels:carrier_id",
    ),
    Kind(
        "return-requested", _("A return was requested"), ORDERS, Urgency.ACT, "returns.handle",
        say.return_requested, to("return-detail", "number"), _("See the return"),
        icon="arrow-back-up", tone="warning", email=False,
        within=timedelta(hours=8),
    ),
    Kind(
        "return-due", _("A return must be answered or settled soon"), ORDERS, Urgency.ACT, "returns.handle",
        say.return_due, to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="warning", group="returns-due",
    ),
    Kind(
        "return-late", _("A return was not answered or settled in time"), ORDERS, Urgency.ACT, "returns.handle",
        say.return_late, to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="critical",
        within=timedelta(hours=2),
        group="returns-due",
    ),
    Kind(
        "return-settle-due", _("A return must be settled soon"), ORDERS, Urgency.ACT, "returns.settle",
        say.return_due, to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="warning", like="return-due", group="returns-due",
    ),
    Kind(
        "return-settle-late", _("A return was not settled in time"), ORDERS, Urgency.ACT, "returns.settle",
        say.return_late, to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="critical", like="return-late",
        within=timedelta(hours=2),
        group="returns-due",
    ),
    Kind(
        "return-reopened", _("A return must be settled again"), ORDERS, Urgency.ACT, "returns.settle",
        say.return_reopened, to("return-detail", "number"), _("See the return"),
        icon="arrow-back-up", tone="warning", email=False,
        within=timedelta(hours=8),
    ),
    Kind(
        "return-escalated", _("A return is a day late"), ORDERS, Urgency.ACT, "shop.edit",
        say.return_escalated, to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="critical", group="returns-due",
    ),
    Kind(
        "order-held", _("An order was put on hold"), ORDERS, Urgency.ACT, "orders.edit",
        say.order_held, to("order-detail", "number"), _("See the order"), icon="player-pause", tone="warning",
        stale=timedelta(days=14),
        within=timedelta(hours=2),
    ),
    Kind(
        "order-cancelled", _("An order was called off from outside"), ORDERS, Urgency.KNOW, "orders.view",
        say.order_cancelled, to("order-detail", "number"), _("See the order"), icon="circle-x", email=False,
        stale=timedelta(days=7),
    ),
    Kind(
        "return-rated", _("A buyer was not content with how a return was handled"), ORDERS, Urgency.KNOW,
        "returns.handle", say.return_rated, to("return-detail", "number"), _("See the return"), icon="star",
        tone="warning", email=False,
    ),
)  # fmt: skip
