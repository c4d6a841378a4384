"""The customer list: its views, orders and search."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lists import Listing, Sort, Tab
from ecommerce.customers.filters import CustomerFilters
from ecommerce.customers.queries import found_customers, new_since, repeat_buyers, without_marketing_consent


def _new_this_month(rows: Any) -> Any:
    """Since the first of the month where the merchant is."""
    return new_since(rows, timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0))


CUSTOMERS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("repeat", _("Repeat buyers"), repeat_buyers),
        Tab("new", _("New this month"), _new_this_month),
        Tab("no-offers", _("No consent to offers"), without_marketing_consent),
    ],
    sorts=[
        Sort("created", _("Newest"), "created_at", descending=True),
        Sort("name", _("Customer"), "name"),
        Sort("orders", _("Orders"), "order_count", descending=True),
        Sort("spend", _("Spend"), "spend", descending=True),
        Sort("last", _("Last order"), "last_order", descending=True),
    ],
    filters=CustomerFilters,
    find=found_customers,
)
