"""What happens elsewhere and concerns stock."""

from __future__ import annotations

from accounts.activity.models import Activity
from accounts.merchants.events import MerchantApproved
from core.events import handles
from ecommerce.inventory.actions import default_warehouse


@handles(MerchantApproved)
def open_first_warehouse(event: MerchantApproved, activity: Activity) -> None:
    """A new shop has somewhere to keep its goods."""
    default_warehouse()
