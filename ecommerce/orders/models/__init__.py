"""Rows of orders: the orders themselves, the invoices of them, and what may be wrong with them."""

from ecommerce.orders.models.invoices import Invoice, InvoiceCounter
from ecommerce.orders.models.orders import (
    Channel,
    Order,
    OrderCounter,
    OrderLine,
    OrderNote,
    OrderQuerySet,
    Payment,
)

__all__ = [
    "Channel",
    "Invoice",
    "InvoiceCounter",
    "Order",
    "OrderCounter",
    "OrderLine",
    "OrderNote",
    "OrderQuerySet",
    "Payment",
]
