"""What can be done to suppliers."""

from __future__ import annotations

from ecommerce.purchasing.actions.suppliers import archive_supplier, change_supplier, create_supplier, set_price

__all__ = ["archive_supplier", "change_supplier", "create_supplier", "set_price"]
