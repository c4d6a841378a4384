"""What makes the searches over buyers and products quick on SQLite, made again wherever it is missing."""

from __future__ import annotations

from typing import Any

from ecommerce.catalog.queries import BRANDS, SKUS, TITLES
from ecommerce.customers.queries import NAMES as CUSTOMERS
from ecommerce.orders.finding import NAMES as ORDERS

INDEXES = {
    "order_external": "ecommerce_order (merchant_id, external_id)",
    "customer_external": "ecommerce_customer (merchant_id, external_id)",
    "order_line_sku": "ecommerce_orderline (merchant_id, sku COLLATE NOCASE)",
    "order_number_begin": "ecommerce_order (merchant_id, number COLLATE NOCASE)",
    "order_email_begin": "ecommerce_order (merchant_id, buyer_email COLLATE NOCASE)",
    "customer_email_begin": "ecommerce_customer (merchant_id, email COLLATE NOCASE)",
    "variant_barcode": "ecommerce_variant (merchant_id, barcode)",
}
SEARCHES = (ORDERS, CUSTOMERS, TITLES, BRANDS, SKUS)


def ensure(connection: Any) -> None:
    """Tables, triggers and indexes of the search, where they are missing; nothing on PostgreSQL, where they stay."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not {search.table for search in SEARCHES} <= {name for (name,) in cursor.fetchall()}:
            return
        for name, place in INDEXES.items():
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {place}")
    for search in SEARCHES:
        search.ensure(connection)


def fill(connection: Any) -> None:
    """Write the search anew from the rows."""
    for search in SEARCHES:
        search.fill(connection)
