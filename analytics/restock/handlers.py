"""What changes stock makes us look how long it lasts now."""

from __future__ import annotations

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from analytics.demand.events import DemandMade
from analytics.restock.tasks import watch_stock
from core.events import Event, handles
from core.tenancy import current_tenant_id
from ecommerce.inventory.events import OpeningStockSet, StockAdjusted
from ecommerce.orders.events import OrderCancelled, OrderEdited, OrderPaid, OrderPlaced, OrdersPlaced
from ecommerce.purchasing.events import GoodsReceived, PurchaseCancelled, PurchaseClosed, PurchaseSent


@handles(OrderPlaced, OrdersPlaced, OrderPaid, OrderEdited, OrderCancelled, StockAdjusted, OpeningStockSet)
def stock_changed(event: Event, activity: Activity) -> None:
    enqueue(watch_stock, key=f"stock-watch:{current_tenant_id()}")


@handles(PurchaseSent, PurchaseCancelled, PurchaseClosed, GoodsReceived)
def units_on_their_way(event: Event, activity: Activity) -> None:
    enqueue(watch_stock, key=f"stock-watch:{current_tenant_id()}")


@handles(DemandMade)
def demand_forecast(event: DemandMade, activity: Activity) -> None:
    if event.live:
        enqueue(watch_stock, key=f"stock-watch:{current_tenant_id()}")
