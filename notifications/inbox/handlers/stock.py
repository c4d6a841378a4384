"""Facts about stock and purchasing."""

from __future__ import annotations

from decimal import Decimal

from accounts.activity.models import Activity
from analytics.restock.events import ProposalDismissed, StockOutExpected, StockOutsExpected
from analytics.restock.models import StockWarning
from core.events import handles
from ecommerce.inventory.events import (
    CountApproved,
    CountCancelled,
    CountStarted,
    LotsExpiring,
    OpeningStockSet,
    StockAdjusted,
    TransferCancelled,
    TransferReceived,
    TransferSent,
)
from ecommerce.inventory.lots import lot_detail, places_of_lot
from ecommerce.orders.events import OrderCancelled
from ecommerce.purchasing import rules
from ecommerce.purchasing.events import (
    GoodsReceived,
    PurchaseCancelled,
    PurchaseChanged,
    PurchaseClosed,
    PurchaseDrafted,
    SupplierPriceSet,
)
from ecommerce.purchasing.models import PurchaseLine, Supplier, SupplierPrice
from notifications.inbox.actions import settle, tell
from notifications.inbox.tasks import look_at_purchases, look_at_stock, look_soon
from notifications.inbox.watch import stock_is_seen_to, stock_warning, stock_warnings

MOVED = Decimal("0.1")  # a part of the price before


@handles(StockOutExpected)
def stock_runs_out(event: StockOutExpected, activity: Activity) -> None:
    warnings = StockWarning.objects.open().select_related("variant__product", "merchant")
    warning = warnings.filter(pk=event.warning_id).first()
    if warning is not None:
        stock_warning(warning.merchant, warning)


@handles(StockOutsExpected)
def stocks_run_out(event: StockOutsExpected, activity: Activity) -> None:
    warning = StockWarning.objects.select_related("merchant").filter(pk=event.first_warning_id).first()
    if warning is not None:
        stock_warnings(warning.merchant, warning.merchant.day_of(warning.opened_at))


@handles(StockAdjusted, OpeningStockSet, OrderCancelled)
def stock_came(event: object, activity: Activity) -> None:
    look_soon(look_at_stock)


@handles(PurchaseDrafted, PurchaseChanged)
def stock_is_ordered(event: PurchaseDrafted | PurchaseChanged, activity: Activity) -> None:
    if activity.actor_kind == "user":
        lines = PurchaseLine.objects.filter(order=event.order_id)
        stock_is_seen_to(list(lines.values_list("variant_id", flat=True)), activity)


@handles(ProposalDismissed)
def stock_is_not_ordered(event: ProposalDismissed, activity: Activity) -> None:
    if activity.actor_kind == "user":
        stock_is_seen_to([event.variant_id], activity)


@handles(TransferSent)
def transfer_sent(event: TransferSent, activity: Activity) -> None:
    params = {"transfer_id": event.transfer_id, "number": event.number, "units": event.units}
    tell("transfer-coming", key=str(event.transfer_id), params=params, activity=activity)


@handles(TransferReceived, TransferCancelled)
def transfer_over(event: TransferReceived | TransferCancelled, activity: Activity) -> None:
    key = str(event.transfer_id)
    settle("transfer-coming", key=key, by=activity)
    if isinstance(event, TransferReceived) and event.received < event.units:
        params = {"transfer_id": event.transfer_id, "number": event.number}
        tell("transfer-short", key=key, params=params | {"units": event.units, "received": event.received})


@handles(CountStarted)
def count_started(event: CountStarted, activity: Activity) -> None:
    params = {"count_id": event.count_id, "number": event.number, "lines": event.lines}
    tell("count-open", key=str(event.count_id), params=params, activity=activity)


@handles(CountApproved, CountCancelled)
def count_over(event: CountApproved | CountCancelled, activity: Activity) -> None:
    key = str(event.count_id)
    settle("count-open", key=key, by=activity)
    if isinstance(event, CountApproved) and event.lines:
        params = {"count_id": event.count_id, "number": event.number, "lines": event.lines}
        params |= {"found": event.found, "missing": event.missing}
        tell("count-booked", key=key, params=params, activity=activity)


@handles(LotsExpiring)
def lots_expire(event: LotsExpiring, activity: Activity) -> None:
    """One line a night, however many they are. Of a single lot it says the variant, and reaches who looks after it."""
    lot = lot_detail().filter(pk=event.lot_id).first()
    if lot is None or lot.expires_on is None:
        return
    params = {
        "count": event.count,
        "days": event.days,
        "lot_id": lot.pk,
        "lot": lot.code,
        "product": lot.variant.full_title,
        "day": lot.expires_on.isoformat(),
        "expired": lot.has_expired(lot.merchant.today()),
        "told": lot.merchant.day_of(activity.at).isoformat(),
        "units": sum(place.units for place in places_of_lot(lot)),
    }
    if event.count == 1:
        params["variant_id"] = lot.variant_id
    tell("lot-expiring", key=str(activity.pk), params=params, activity=activity)


@handles(GoodsReceived)
def goods_received(event: GoodsReceived, activity: Activity) -> None:
    """What came is told to those who bought it; what came damaged also to whoever received it."""
    supplier = Supplier.objects.values_list("name", flat=True).get(pk=event.supplier_id)
    params = {
        "order_id": event.order_id,
        "number": event.number,
        "supplier": supplier,
        "accepted": event.accepted,
        "damaged": event.damaged,
        "whole": event.state == rules.CLOSED,
    }
    if event.accepted:
        tell("purchase-arrived", key=str(event.receipt_id), params=params, activity=activity)
    if event.damaged:
        tell("purchase-damaged", key=str(event.receipt_id), params=params)
    look_soon(look_at_purchases)


@handles(PurchaseClosed, PurchaseCancelled, PurchaseChanged)
def purchase_moved(event: PurchaseClosed | PurchaseCancelled | PurchaseChanged, activity: Activity) -> None:
    look_soon(look_at_purchases)


@handles(SupplierPriceSet)
def supplier_price(event: SupplierPriceSet, activity: Activity) -> None:
    """Held against the price before it, in the same currency."""
    prices = SupplierPrice.objects.filter(supplier_id=event.supplier_id, variant_id=event.variant_id, is_offered=True)
    before = prices.filter(valid_from__lt=event.valid_from).order_by("-valid_from", "-pk").first()
    if not event.is_offered or before is None or not before.price:
        return
    if abs(Decimal(event.price) - before.price) < before.price * MOVED:
        return
    params = {
        "supplier_id": event.supplier_id,
        "supplier": before.supplier.name,
        "sku": event.sku,
        "before": str(before.price),
        "price": event.price,
        "currency": event.currency,
        "valid_from": event.valid_from,
    }
    tell("supplier-price", key=str(activity.pk), params=params, activity=activity)
