"""Re-exports: each feature keeps its own models."""

from ecommerce.catalog.models import (
    BundlePart,
    Category,
    CategoryAttribute,
    GridEdit,
    PriceChange,
    Product,
    ProductImage,
    Variant,
)
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.customers.models import Consent, Customer, CustomerTag
from ecommerce.fulfilment.models import Shipment, ShipmentLine, TrackingEvent
from ecommerce.imports.models import ImportRun
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse
from ecommerce.orders.models import (
    Invoice,
    InvoiceCounter,
    Order,
    OrderCounter,
    OrderLine,
    OrderNote,
    Payment,
    RiskFlag,
    RiskRules,
)
from ecommerce.purchasing.models import (
    PurchaseCounter,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierPrice,
)
from ecommerce.returns.models import Return, ReturnLine, ReturnPhoto
from ecommerce.reviews.models import Review

__all__ = [
    "BundlePart",
    "Category",
    "CategoryAttribute",
    "Complaint",
    "ComplaintMessage",
    "Consent",
    "Customer",
    "CustomerTag",
    "GridEdit",
    "ImportRun",
    "Invoice",
    "InvoiceCounter",
    "Order",
    "OrderCounter",
    "OrderLine",
    "OrderNote",
    "Payment",
    "PriceChange",
    "Product",
    "ProductImage",
    "PurchaseCounter",
    "PurchaseLine",
    "PurchaseOrder",
    "Receipt",
    "ReceiptLine",
    "Return",
    "ReturnLine",
    "ReturnPhoto",
    "Review",
    "RiskFlag",
    "RiskRules",
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
