"""Re-exports: each feature keeps its own models."""

from ecommerce.catalog.models import Category, PriceChange, Product, Variant
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.customers.models import Consent, Customer, CustomerTag
from ecommerce.fulfilment.models import Shipment, ShipmentLine, TrackingEvent
from ecommerce.imports.models import ImportRun
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse
from ecommerce.orders.models import Order, OrderCounter, OrderLine, OrderNote, OrderTag, Payment
from ecommerce.purchasing.models import (
    PurchaseCounter,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierPrice,
)
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.reviews.models import Review

__all__ = [
    "Category",
    "Complaint",
    "ComplaintMessage",
    "Consent",
    "Customer",
    "CustomerTag",
    "ImportRun",
    "Order",
    "OrderCounter",
    "OrderLine",
    "OrderNote",
    "OrderTag",
    "Payment",
    "PriceChange",
    "Product",
    "PurchaseCounter",
    "PurchaseLine",
    "PurchaseOrder",
    "Receipt",
    "ReceiptLine",
    "Return",
    "ReturnLine",
    "Review",
    "Shipment",
    "ShipmentLine",
    "StockLevel",
    "StockMove",
    "Supplier",
    "SupplierPrice",
    "TrackingEvent",
    "Variant",
    "Warehouse",
]
