"""Re-exports: each feature keeps its own models."""

from ecommerce.catalog.models import Category, PriceChange, Product, Variant
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.customers.models import Consent, Customer, CustomerTag
from ecommerce.fulfilment.models import Shipment, ShipmentLine, TrackingEvent
from ecommerce.imports.models import ImportRun
from ecommerce.inventory.models import (
    ChannelBuffer,
    CountEntry,
    CountLine,
    Reservation,
    StockCount,
    StockCounter,
    StockLevel,
    StockMove,
    StockRules,
    Transfer,
    TransferLine,
    Warehouse,
)
from ecommerce.orders.models import Order, OrderCounter, OrderLine, OrderNote, Payment
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
    "ChannelBuffer",
    "Complaint",
    "ComplaintMessage",
    "Consent",
    "CountEntry",
    "CountLine",
    "Customer",
    "CustomerTag",
    "ImportRun",
    "Order",
    "OrderCounter",
    "OrderLine",
    "OrderNote",
    "Payment",
    "PriceChange",
    "Product",
    "PurchaseCounter",
    "PurchaseLine",
    "PurchaseOrder",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "Return",
    "ReturnLine",
    "Review",
    "Shipment",
    "ShipmentLine",
    "StockCount",
    "StockCounter",
    "StockLevel",
    "StockMove",
    "StockRules",
    "Supplier",
    "SupplierPrice",
    "TrackingEvent",
    "Transfer",
    "TransferLine",
    "Variant",
    "Warehouse",
]
