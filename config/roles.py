"""Every role and every permission word of the product, on one page."""

from __future__ import annotations

VIEW = frozenset(
    {
        "products.view", "stock.view", "customers.view", "orders.view", "shipments.view", "reviews.view",
        "complaints.view", "forecasts.view", "calendar.view", "facts.view", "notifications.view", "scenarios.view",
        "promotions.view", "suppliers.view", "purchasing.view", "returns.view", "playbooks.view", "coupons.view",
        "questions.view",
    }
)  # fmt: skip
FULFIL = frozenset(
    {"orders.edit", "orders.confirm", "orders.pack", "orders.ship", "orders.export", "stock.adjust", "shipments.edit",
     "demand.edit", "purchasing.receive", "returns.handle"}
)  # fmt: skip
SUPPORT = frozenset(
    {"orders.edit", "orders.cancel", "orders.refund", "customers.edit", "reviews.reply", "complaints.answer",
     "returns.handle", "returns.settle", "coupons.edit", "points.edit", "questions.create", "questions.answer"}
)  # fmt: skip
MARKET = frozenset(
    {"promotions.edit", "calendar.edit", "products.edit", "customers.edit", "customers.export", "reviews.reply",
     "products.export", "coupons.edit", "points.edit", "questions.create", "questions.answer"}
)  # fmt: skip
ANALYSE = frozenset(
    {"forecasts.run", "forecasts.override", "calendar.edit", "scenarios.edit", "orders.export", "products.export",
     "facts.export"}
)  # fmt: skip
RUN = (
    FULFIL | SUPPORT | MARKET | ANALYSE
    | {"orders.create", "products.create", "stock.export", "warehouses.edit", "reviews.export", "complaints.export",
       "customers.create", "imports.run", "reviews.create", "complaints.create", "activity.view", "activity.export",
       "mail.view", "mail.edit", "notifications.route", "scenarios.adopt", "suppliers.edit", "purchasing.edit",
       "stock.approve", "playbooks.edit", "questions.export"}
)  # fmt: skip
OWN = frozenset({"shop.edit", "members.view", "members.edit", "tokens.view", "tokens.edit", "channels.edit"})

MERCHANT_ROLES = {
    "owner": VIEW | RUN | OWN,
    "manager": VIEW | RUN | {"members.view"},
    "fulfilment": VIEW | FULFIL,
    "support": VIEW | SUPPORT,
    "marketing": VIEW | MARKET | {"forecasts.run", "scenarios.edit", "scenarios.adopt"},
    "analyst": VIEW | ANALYSE,
}

# A restricted shop goes on serving the buyers it has, and takes nothing new to market.
WITHHELD_WHILE_RESTRICTED = frozenset({"products.create", "imports.run", "tokens.edit"})

MODERATE = frozenset({"reviews.moderate", "complaints.decide"})
CARE = frozenset({"merchants.view", "merchants.decide"})

INBOX = frozenset({"staff.inbox"})  # one's own: everybody who works for the platform

STAFF_ROLES = {
    "moderator": INBOX | MODERATE,
    "care": INBOX | CARE | {"complaints.decide"},
    "admin": INBOX
    | MODERATE
    | CARE
    | {
        "markets.observe",
        "operations.view",
        "operations.retry",
        "staff.activity",
        "staff.route",
        "mail.read",
        "announcements.send",
        "playbooks.offer",
    },
}
