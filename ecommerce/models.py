"""Re-exports: each feature keeps its own models."""

from ecommerce.catalog.models import Category, PriceChange, Product, Variant
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.customers.models import Consent, Customer, CustomerTag
from ecommerce.fulfilment.models import (
    Carrier,
    CarrierService,
    DeliveryPrediction,
    ParcelCase,
    Shipment,
    ShipmentLine,
    TrackingEvent,
    TrackingUpload,
)
from ecommerce.imports.models import ImportRun
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse
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
    "Carrier",
    "CarrierService",
    "Category",
    "Complaint",
    "ComplaintMessage",
    "Consent",
    "Customer",
    "CustomerTag",
    "DeliveryPrediction",
    "ImportRun",
    "Order",
    "OrderCounter",
    "OrderLine",
    "OrderNote",
    "ParcelCase",
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
    "TrackingUpload",
    "Variant",
    "Warehouse",
]
