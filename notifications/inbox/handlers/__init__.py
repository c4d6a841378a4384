"""Facts that people are to be told. Each handler may run twice: a thing is told once per key."""

from notifications.inbox.handlers import ahead, buyers, orders, parcels, products, stock, team

__all__ = ["ahead", "buyers", "orders", "parcels", "products", "stock", "team"]
