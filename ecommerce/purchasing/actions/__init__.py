"""What can be done to suppliers and purchase orders."""

from __future__ import annotations

from ecommerce.purchasing.actions.choosing import choose_supplier, take_choice_back
from ecommerce.purchasing.actions.orders import cancel_order, change_draft, close_order, draft_order, send_order
from ecommerce.purchasing.actions.receiving import receive_goods
from ecommerce.purchasing.actions.suppliers import (
    archive_supplier,
    change_supplier,
    create_supplier,
    price_faults,
    set_price,
)

__all__ = [
    "archive_supplier",
    "cancel_order",
    "change_draft",
    "change_supplier",
    "choose_supplier",
    "close_order",
    "create_supplier",
    "draft_order",
    "price_faults",
    "receive_goods",
    "send_order",
    "set_price",
    "take_choice_back",
]
