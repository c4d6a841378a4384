"""What orders announce.

`days` are the merchant's days (ISO dates) whose figures the fact changes, so that whoever keeps daily figures can mark
them without reading the order. Amounts are decimal strings in the order's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class OrderFact(Event):
    """What every fact about one order carries."""

    order_id: int
    number: str
    days: list[str] = field(default_factory=list)


@event
@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderFact):
    """`paid` tells whether it came with its payment; there is no OrderPaid then. Of orders that were placed together
    each has one in the log, and OrdersPlaced alone is handled.
    """

    kind = "orders.placed"
    label = _("Order placed")
    channel: str
    customer_id: int | None
    units: int
    total: str
    currency: str
    paid: bool = False
    short_units: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class OrdersPlaced(Event):
    """Several orders at once, by the API or a file. `days` are the days they were placed on."""

    kind = "orders.placed_together"
    label = _("Orders placed")
    sentence = _("Orders placed: %(count)s")
    order_ids: list[int]
    count: int
    units: int
    total: str
    currency: str
    days: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class OrdersImported(Event):
    """Past orders were brought in or brought up to date from a file. They have touched no stock."""

    kind = "orders.imported"
    label = _("Orders imported")
    sentence = _("Orders imported: %(created)s new, %(updated)s updated")
    source: str
    created: int
    updated: int
    unchanged: int
    days: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(OrderFact):
    kind = "orders.confirmed"
    label = _("Order confirmed")


@event
@dataclass(frozen=True, kw_only=True)
class OrdersConfirmed(Event):
    kind = "orders.confirmed_together"
    label = _("Orders confirmed")
    sentence = _("Orders confirmed: %(count)s")
    order_ids: list[int]
    count: int


@event
@dataclass(frozen=True, kw_only=True)
class OrderPaid(OrderFact):
    """`short_units` of the order are not in stock: they could not be reserved."""

    kind = "orders.paid"
    label = _("Order paid")
    sentence = _("%(amount)s %(currency)s paid")
    payment_id: int
    customer_id: int | None
    amount: str
    currency: str
    method: str
    short_units: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class OrderRanShort(OrderFact):
    """It was paid, and `units` of it are not in stock, because others were quicker; what the shop wants then was done.

    `outcome` is "hold" (put on hold) or "refuse" (cancelled and refunded).
    """

    kind = "orders.ran_short"
    label = _("Paid, but not in stock")
    sentence = _("Paid, but not in stock (items missing: %(units)s)")
    units: int
    outcome: str
    customer_id: int | None


@event
@dataclass(frozen=True, kw_only=True)
class PaymentFailed(OrderFact):
    kind = "orders.payment_failed"
    label = _("Payment failed")
    sentence = _("Payment of %(amount)s %(currency)s failed: %(reason)s")
    payment_id: int
    customer_id: int | None
    amount: str
    currency: str
    method: str
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderPacked(OrderFact):
    kind = "orders.packed"
    label = _("Order packed")


@event
@dataclass(frozen=True, kw_only=True)
class OrdersPacked(Event):
    kind = "orders.packed_together"
    label = _("Orders packed")
    sentence = _("Orders packed: %(count)s")
    order_ids: list[int]
    count: int


@event
@dataclass(frozen=True, kw_only=True)
class OrderUnconfirmed(OrderFact):
    """The confirmation was a mistake. Nothing that went out because of it comes back."""

    kind = "orders.unconfirmed"
    label = _("Confirmation taken back")


@event
@dataclass(frozen=True, kw_only=True)
class OrdersUnconfirmed(Event):
    kind = "orders.unconfirmed_together"
    label = _("Confirmations taken back")
    sentence = _("Confirmations taken back: %(count)s")
    order_ids: list[int]
    count: int


@event
@dataclass(frozen=True, kw_only=True)
class OrderUnpacked(OrderFact):
    """It is to be packed again."""

    kind = "orders.unpacked"
    label = _("Order unpacked")


@event
@dataclass(frozen=True, kw_only=True)
class OrdersUnpacked(Event):
    kind = "orders.unpacked_together"
    label = _("Orders unpacked")
    sentence = _("Orders unpacked: %(count)s")
    order_ids: list[int]
    count: int


@event
@dataclass(frozen=True, kw_only=True)
class OrderTagged(OrderFact):
    kind = "orders.tagged"
    label = _("Order tagged")
    sentence = _("Tagged “%(tag)s”")
    tag: str


@event
@dataclass(frozen=True, kw_only=True)
class OrdersTagged(Event):
    kind = "orders.tagged_together"
    label = _("Orders tagged")
    sentence = _("Orders tagged “%(tag)s”: %(count)s")
    order_ids: list[int]
    count: int
    tag: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderUntagged(OrderFact):
    kind = "orders.untagged"
    label = _("Tag taken off an order")
    sentence = _("Tag “%(tag)s” taken off")
    tag: str


@event
@dataclass(frozen=True, kw_only=True)
class OrdersUntagged(Event):
    kind = "orders.untagged_together"
    label = _("Tag taken off orders")
    sentence = _("Tag “%(tag)s” taken off orders: %(count)s")
    order_ids: list[int]
    count: int
    tag: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderHeld(OrderFact):
    kind = "orders.held"
    label = _("Order put on hold")
    sentence = _("Order put on hold: %(reason)s")
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderReleased(OrderFact):
    kind = "orders.released"
    label = _("Order released")


@event
@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderFact):
    """`whole` is False when only `units` of it were taken off and the rest goes on. Nothing was refunded by this."""

    kind = "orders.cancelled"
    label = _("Order cancelled")
    sentence = _("Order cancelled (items: %(units)s): %(reason)s")
    whole: bool
    units: int
    reason: str
    customer_id: int | None


@event
@dataclass(frozen=True, kw_only=True)
class OrderRefunded(OrderFact):
    """`whole` is True when nothing of the payment is left."""

    kind = "orders.refunded"
    label = _("Order refunded")
    sentence = _("%(amount)s %(currency)s refunded: %(reason)s")
    payment_id: int
    customer_id: int | None
    amount: str
    currency: str
    reason: str
    whole: bool


@event
@dataclass(frozen=True, kw_only=True)
class OrderDelivered(OrderFact):
    """Every parcel of the order has arrived."""

    kind = "orders.delivered"
    label = _("Order delivered")
    customer_id: int | None


@event
@dataclass(frozen=True, kw_only=True)
class OrdersCompleted(Event):
    """The time for returns is over."""

    kind = "orders.completed_together"
    label = _("Orders completed")
    sentence = _("Orders completed: %(count)s")
    order_ids: list[int]
    count: int


@event
@dataclass(frozen=True, kw_only=True)
class OrderNoted(OrderFact):
    kind = "orders.noted"
    label = _("Note added to order")
    note_id: int


@event
@dataclass(frozen=True, kw_only=True)
class OrderEdited(OrderFact):
    """`fields` names what is another one now; `added` and `removed` are units, `difference` what the total grew by."""

    kind = "orders.edited"
    label = _("Order edited")
    fields: list[str]
    added: int = 0
    removed: int = 0
    total: str = ""
    difference: str = "0.00"
    currency: str = ""
    short_units: int = 0


@event
@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(OrderFact):
    """An invoice, or with `credit` a credit note, got its number."""

    kind = "orders.invoiced"
    label = _("Invoice issued")
    sentence = _("%(invoice_number)s issued: %(amount)s %(currency)s")
    invoice_id: int
    invoice_number: str
    credit: bool
    amount: str
    currency: str


@event
@dataclass(frozen=True, kw_only=True)
class OrderFlagged(OrderFact):
    """Something about it is unusual; `codes` are the reasons."""

    kind = "orders.flagged"
    label = _("Risk found")
    kinds: list[str]
    codes: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class RiskSettled(OrderFact):
    """A person looked at what was unusual and found it fine."""

    kind = "orders.risk_settled"
    label = _("Risk looked at, fine")
    kinds: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class RiskRulesChanged(Event):
    kind = "orders.risk_rules_changed"
    label = _("Risk rules changed")
