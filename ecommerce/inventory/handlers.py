"""What stock does when something else happened."""

from __future__ import annotations

from accounts.activity.models import Activity
from accounts.merchants.events import MerchantApproved
from core.events import handles
from ecommerce.inventory.actions import default_warehouse


@handles(MerchantApproved)
def open_first_warehouse(event: MerchantApproved, activity: Activity) -> None:
    """A new shop has a place to count its stock in."""
    default_warehouse()
