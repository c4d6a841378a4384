"""Rows of orders: the orders themselves, the invoices of them, and what may be wrong with them."""

from ecommerce.catalog.channels import Channel
from ecommerce.orders.models.invoices import Invoice, InvoiceCounter
from ecommerce.orders.models.lots import LineLot
from ecommerce.orders.models.notes import OrderNote, OrderTag
from ecommerce.orders.models.orders import (
    CALLED_OFF,
    OVERPAID,
    CardCheck,
    Order,
    OrderCounter,
    OrderLine,
    OrderQuerySet,
)
from ecommerce.orders.models.payments import Payment
from ecommerce.orders.models.risks import RiskFlag, RiskRules

__all__ = [
    "CALLED_OFF",
    "OVERPAID",
    "CardCheck",
    "Channel",
    "Invoice",
    "InvoiceCounter",
    "LineLot",
    "Order",
    "OrderCounter",
    "OrderLine",
    "OrderNote",
    "OrderQuerySet",
    "OrderTag",
    "Payment",
    "RiskFlag",
    "RiskRules",
]
