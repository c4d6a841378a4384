"""Kinds about stock and purchasing."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import PURCHASING, STOCK, Kind, Second, Target, days_of, to
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import stock as say


def to_late_purchases(params: Params) -> Target:
    one = params["count"] == 1
    return Target("purchase-detail", (params["order_id"],)) if one else Target("purchase-list", query="tab=late")


def to_expiring_lots(params: Params) -> Target:
    if params["count"] == 1:
        return Target("lot-detail", (params["lot_id"],))
    told = days_of("told", params.get("told", ""))
    return Target("lot-list", query=f"within={params['days']}{told}")


def _to_warnings(params: Params) -> Target:
    """Lines from before `told` was among the figures lead to all that runs low."""
    return Target("stock-list", query=days_of("warned", params.get("told", ""))[1:] or "tab=low")


ORDER = Second("restock-order", _("What to order today"), "purchasing.edit")

KINDS = (
    Kind(
        "stock-low", _("Stock will run out"), STOCK, Urgency.WEEK, "stock.adjust",
        say.stock_low, to("stock-detail", "variant_id"), _("See stock"),
        icon="building-warehouse", tone="warning", stale=timedelta(days=14), second=ORDER,
    ),
    Kind(
        "stock-low-many", _("Stock of several products will run out"), STOCK, Urgency.WEEK, "stock.adjust",
        say.stock_low_many, _to_warnings, _("See stock"),
        icon="building-warehouse", tone="warning", like="stock-low", stale=timedelta(days=14), second=ORDER,
    ),
    Kind(
        "transfer-coming", _("A transfer is on its way"), STOCK, Urgency.KNOW, "stock.adjust",
        say.transfer_coming, to("transfer-detail", "transfer_id"), _("See the transfer"), icon="transfer",
        email=False, stale=timedelta(days=21),
    ),
    Kind(
        "transfer-short", _("Less came of a transfer than was sent"), STOCK, Urgency.WEEK, "stock.adjust",
        say.transfer_short, to("transfer-detail", "transfer_id"), _("See the transfer"), icon="transfer",
        tone="warning",
    ),
    Kind(
        "count-open", _("A stock count was started"), STOCK, Urgency.KNOW, "stock.adjust",
        say.count_open, to("count-detail", "count_id"), _("Count"), icon="clipboard-list", email=False,
        stale=timedelta(days=14),
    ),
    Kind(
        "count-booked", _("A stock count changed the stock"), STOCK, Urgency.KNOW, "stock.approve",
        say.count_booked, to("count-detail", "count_id"), _("See the count"), icon="clipboard-list", email=False,
    ),
    Kind(
        "lot-expiring", _("Lots expire soon"), STOCK, Urgency.ACT, "stock.adjust",
        say.lot_expiring, to_expiring_lots, _("See the lots"), icon="clock-exclamation", tone="warning",
        stale=timedelta(days=14), within=timedelta(hours=8),
    ),
    Kind(
        "purchase-late", _("Purchase orders are late"), PURCHASING, Urgency.WEEK, "purchasing.edit",
        say.purchase_late, to_late_purchases, _("See what is late"), icon="clock-exclamation", tone="warning",
        stale=timedelta(days=7),
    ),
    Kind(
        "purchase-arrived", _("Goods of a purchase order arrived"), PURCHASING, Urgency.KNOW, "purchasing.edit",
        say.purchase_arrived, to("purchase-detail", "order_id"), _("See the purchase order"), icon="package",
        email=False, stale=timedelta(days=14),
    ),
    Kind(
        "purchase-damaged", _("Goods arrived damaged"), PURCHASING, Urgency.WEEK, "purchasing.edit",
        say.purchase_damaged, to("purchase-detail", "order_id"), _("See the purchase order"), icon="package-off",
        tone="warning",
    ),
    Kind(
        "supplier-price", _("A supplier’s price moved by a tenth or more"), PURCHASING, Urgency.WEEK,
        "purchasing.edit", say.supplier_price, to("supplier-detail", "supplier_id"), _("See the supplier"),
        icon="coins", tone="info", email=False, group="supplier-price:supplier_id",
    ),
)  # fmt: skip
