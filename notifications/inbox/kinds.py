"""Every kind of notification, on one page: who gets it, how urgent it is, what it says and what there is to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from notifications.inbox import sentences
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params, Words


@dataclass(frozen=True)
class Kind:
    """`word` is the permission one needs to be told; `inbox` and `email` say where one is told unless one chose.

    `locked` kinds concern security and cannot be turned off. `target` gives the URL name of the one thing to do, its
    arguments after the merchant's, and a query string; `verb` is the label of that. After `stale` it goes by itself.
    One that is `like` another is told where the other is, and is not chosen by itself.
    """

    name: str
    label: Any
    topic: Any
    urgency: Urgency
    word: str
    words: Callable[[Params], Words]
    target: Callable[[Params], Target]
    verb: Any
    icon: str
    tone: str = ""
    inbox: bool = True
    email: bool = True
    locked: bool = False
    personal: bool = False
    like: str = ""
    stale: timedelta = timedelta(days=30)

    def path(self, merchant_slug: str, params: Params) -> str:
        """Where the action is; "" where a deployment leaves that page out."""
        target = self.target(params)
        args = target.args if self.personal else (merchant_slug, *target.args)
        try:
            return reverse(target.name, args=args) + (f"?{target.query}" if target.query else "")
        except NoReverseMatch:
            return ""


@dataclass(frozen=True)
class Target:
    name: str
    args: tuple[Any, ...] = ()
    query: str = ""


def _to(name: str, *keys: str, query: str = "") -> Callable[[Mapping[str, Any]], Target]:
    return lambda params: Target(name, tuple(params[key] for key in keys), query)


def _to_late(params: Params) -> Target:
    one = params["count"] == 1
    return Target("order-detail", (params["number"],)) if one else Target("order-list", query="tab=late")


def _to_cases(params: Params) -> Target:
    carrier = int(params["carrier_id"])
    return Target("parcel-case-list", query=f"carrier={carrier}" if carrier else "")


_ORDERS, _STOCK, _BUYERS, _AHEAD = _("Orders"), _("Stock"), _("Reviews and complaints"), _("Forecasts")
_TEAM, _SECURITY = _("Team and imports"), _("Security")

KINDS = (
    Kind(
        "order-to-ship", _("Orders that must ship today"), _ORDERS, Urgency.ACT, "orders.ship",
        sentences.order_to_ship, _to("order-list", query="tab=to_ship"), _("Ship orders"),
        icon="truck-delivery", tone="warning", stale=timedelta(days=1),
    ),
    Kind(
        "order-late", _("Orders that are late"), _ORDERS, Urgency.ACT, "orders.ship",
        sentences.order_late, _to_late, _("See orders"), icon="clock-exclamation", tone="critical",
        stale=timedelta(days=7),
    ),
    Kind(
        "payment-failed", _("A payment failed"), _ORDERS, Urgency.ACT, "orders.edit",
        sentences.payment_failed, _to("order-detail", "number"), _("See the order"),
        icon="credit-card-off", tone="critical", stale=timedelta(days=14),
    ),
    Kind(
        "order-short", _("A paid order is not in stock"), _ORDERS, Urgency.ACT, "orders.edit",
        sentences.order_short, _to("order-detail", "number"), _("See the order"),
        icon="alert-triangle", tone="warning", stale=timedelta(days=14),
    ),
    Kind(
        "order-new", _("New orders, once a day"), _ORDERS, Urgency.KNOW, "orders.view",
        sentences.order_new, _to("order-list"), _("See orders"), icon="receipt", email=False, stale=timedelta(days=7),
    ),
    Kind(
        "parcel-cases", _("Parcels with a problem"), _ORDERS, Urgency.ACT, "shipments.edit",
        sentences.parcel_cases, _to_cases, _("See the parcels"), icon="alert-triangle", tone="warning",
        email=False, stale=timedelta(days=7),
    ),
    Kind(
        "return-requested", _("A return was requested"), _ORDERS, Urgency.ACT, "returns.handle",
        sentences.return_requested, _to("return-detail", "number"), _("See the return"),
        icon="arrow-back-up", tone="warning", email=False,
    ),
    Kind(
        "return-due", _("A return must be answered or settled soon"), _ORDERS, Urgency.ACT, "returns.handle",
        sentences.return_due, _to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="warning",
    ),
    Kind(
        "return-late", _("A return was not answered or settled in time"), _ORDERS, Urgency.ACT, "returns.handle",
        sentences.return_late, _to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="critical",
    ),
    Kind(
        "return-settle-due", _("A return must be settled soon"), _ORDERS, Urgency.ACT, "returns.settle",
        sentences.return_due, _to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="warning", like="return-due",
    ),
    Kind(
        "return-settle-late", _("A return was not settled in time"), _ORDERS, Urgency.ACT, "returns.settle",
        sentences.return_late, _to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="critical", like="return-late",
    ),
    Kind(
        "return-reopened", _("A return must be settled again"), _ORDERS, Urgency.ACT, "returns.settle",
        sentences.return_reopened, _to("return-detail", "number"), _("See the return"),
        icon="arrow-back-up", tone="warning", email=False,
    ),
    Kind(
        "return-escalated", _("A return is a day late"), _ORDERS, Urgency.ACT, "shop.edit",
        sentences.return_escalated, _to("return-detail", "number"), _("See the return"),
        icon="clock-exclamation", tone="critical",
    ),
    Kind(
        "stock-low", _("Stock will run out"), _STOCK, Urgency.WEEK, "stock.adjust",
        sentences.stock_low, _to("stock-detail", "variant_id"), _("See stock"),
        icon="building-warehouse", tone="warning", stale=timedelta(days=14),
    ),
    Kind(
        "stock-low-many", _("Stock of several products will run out"), _STOCK, Urgency.WEEK, "stock.adjust",
        sentences.stock_low_many, _to("stock-list", query="tab=low"), _("See stock"),
        icon="building-warehouse", tone="warning", like="stock-low", stale=timedelta(days=14),
    ),
    Kind(
        "complaint-opened", _("A complaint was opened"), _BUYERS, Urgency.ACT, "complaints.answer",
        sentences.complaint_opened, _to("complaint-detail", "number"), _("Answer it"),
        icon="message-report", tone="critical",
    ),
    Kind(
        "complaint-due", _("A complaint must be answered soon"), _BUYERS, Urgency.ACT, "complaints.answer",
        sentences.complaint_due, _to("complaint-detail", "number"), _("Answer it"),
        icon="clock-exclamation", tone="critical",
    ),
    Kind(
        "review-low", _("A review of two stars or fewer"), _BUYERS, Urgency.WEEK, "reviews.reply",
        sentences.review_low, _to("review-detail", "review_id"), _("Reply"), icon="star", tone="warning",
    ),
    Kind(
        "forecast-shift", _("A surge or a drop in sales is expected"), _AHEAD, Urgency.WEEK, "forecasts.view",
        sentences.forecast_shift, _to("forecast-sales"), _("See why"), icon="trending-up", tone="info",
        stale=timedelta(days=7),
    ),
    Kind(
        "promise-judged", _("A plan was held against what happened"), _AHEAD, Urgency.WEEK, "scenarios.view",
        sentences.promise_judged, _to("scenario-detail", "scenario_id"), _("See the promise"),
        icon="adjustments-horizontal", tone="info", email=False, stale=timedelta(days=28),
    ),
    Kind(
        "forecast-ready", _("A forecast you asked for is ready"), _AHEAD, Urgency.KNOW, "forecasts.view",
        sentences.forecast_ready, _to("forecast-sales"), _("See the forecast"), icon="chart-line", email=False,
        stale=timedelta(days=7),
    ),
    Kind(
        "forecast-drift", _("Forecasts were off and are being corrected"), _AHEAD, Urgency.KNOW, "forecasts.view",
        sentences.forecast_drift, _to("accuracy"), _("See how well we predicted"), icon="target-arrow", email=False,
        stale=timedelta(days=14),
    ),
    Kind(
        "promotion-report", _("A promotion you planned is over"), _AHEAD, Urgency.KNOW, "promotions.view",
        sentences.promotion_report, _to("promotion-detail", "promotion_id"), _("See the report"), icon="discount",
        email=False, stale=timedelta(days=28),
    ),
    Kind(
        "import-finished", _("An import you started is finished"), _TEAM, Urgency.KNOW, "imports.run",
        sentences.import_finished, _to("import-detail", "run_id"), _("See the result"), icon="file-import",
        email=False, stale=timedelta(days=14),
    ),
    Kind(
        "member-invited", _("Somebody was invited to the team"), _TEAM, Urgency.KNOW, "members.edit",
        sentences.member_invited, _to("team"), _("See the team"), icon="users-group", email=False,
    ),
    Kind(
        "member-joined", _("Somebody joined the team"), _TEAM, Urgency.KNOW, "members.edit",
        sentences.member_joined, _to("team"), _("See the team"), icon="users-group", email=False,
    ),
    Kind(
        "token-created", _("An API token was created"), _SECURITY, Urgency.KNOW, "tokens.view",
        sentences.token_created, _to("token-list"), _("See tokens"), icon="key", tone="info", locked=True,
    ),
    Kind(
        "sign-in", _("A sign-in from a new device"), _SECURITY, Urgency.KNOW, "",
        sentences.sign_in, _to("usersessions_list"), _("See sessions"), icon="devices", tone="info",
        locked=True, personal=True,
    ),
    Kind(
        "security-changed", _("Your password or second factor was changed"), _SECURITY, Urgency.KNOW, "",
        sentences.security_changed, _to("account-security"), _("See security"), icon="shield-lock", tone="info",
        locked=True, personal=True,
    ),
)  # fmt: skip

CHOOSABLE = tuple(kind for kind in KINDS if not kind.like)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_of(name: str) -> Kind | None:
    """The kind of that name; None for one that the product no longer has."""
    return _BY_NAME.get(name)
