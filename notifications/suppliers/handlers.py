"""A purchase order that was sent goes to its supplier by mail."""

from __future__ import annotations

from accounts.activity.models import Activity
from core.events import handles
from ecommerce.purchasing.events import PurchaseSent
from ecommerce.purchasing.models import PurchaseOrder
from notifications.suppliers.letters import write_purchase_order


@handles(PurchaseSent)
def sent(event: PurchaseSent, activity: Activity) -> None:
    """Once per fact, however often this runs: the mail's name contains the activity."""
    rows = PurchaseOrder.objects.select_related("supplier", "warehouse", "merchant").prefetch_related("lines")
    order = rows.filter(pk=event.order_id).first()
    if order is not None:
        write_purchase_order(order, dedupe=f"purchase-sent:{activity.pk}")
