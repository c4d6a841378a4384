"""Planned orders as columns of the tables they go into: many rows at a time, no object for a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.actors import SYSTEM
from core.bulk import bulk_insert, fresh_keys, insert_columns
from ecommerce.catalog.actions import first_prices
from ecommerce.catalog.models import PriceChange, Product, Variant
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import Shipment, ShipmentLine
from ecommerce.imports.planning import LinePlan, OrderPlan
from ecommerce.orders.models import Order, OrderLine, Payment

SHIPPED = ("shipped", "delivered", "completed")
Columns = dict[str, list[Any]]


def insert_orders(
    plans: Sequence[OrderPlan],
    *,
    channel: str,
    currency: str,
    taken: set[str],
    buyers: dict[tuple[str, str], int],
    variants: dict[str, int],
) -> None:
    """Insert orders with their lines, payments and parcels, in the caller's transaction.

    `taken` are the numbers in use on another channel: the order gets the channel behind its own, both stay findable.
    """
    if not plans:
        return
    keys = fresh_keys(Order, len(plans))
    parts = Parts()
    columns: Columns = defaultdict(list)
    columns["id"] = keys
    for key, plan in zip(keys, plans, strict=True):
        for name, value in order_values(plan).items():
            columns[name].append(value)
        columns["number"].append(f"{plan.number}-{channel}"[:64] if plan.number in taken else plan.number)
        columns["external_id"].append(plan.number)
        columns["state"].append(plan.state)
        columns["customer_id"].append(buyers.get(buyer_key(plan) or ("", "")))
        columns["created_at"].append(plan.placed_at)
        columns["ship_by"].append(plan.placed_at + timedelta(hours=48) if plan.state in Order.TO_SHIP else None)
        parts.add_lines(key, plan, variants)
        parts.add_payments(key, plan)
        parts.add_parcel(key, plan)
    insert_columns(Order, columns, channel=channel, currency=currency)
    parts.insert()


def order_values(plan: OrderPlan) -> dict[str, Any]:
    """The columns of an order that its file decides, whether it is new or known."""
    texts = plan.texts
    return {
        "payment_state": plan.payment_state,
        "buyer_name": texts["buyer_name"],
        "buyer_email": texts["buyer_email"],
        "buyer_phone": texts["buyer_phone"],
        "ship_to": texts["ship_to"],
        "ship_city": texts["ship_city"],
        "ship_region": texts["ship_region"],
        "ship_postcode": texts["ship_postcode"],
        "ship_country": texts["ship_country"],
        "buyer_note": texts["note"],
        "subtotal": plan.subtotal,
        "discount": plan.discount,
        "shipping_fee": plan.shipping_fee,
        "tax": plan.tax,
        "total": plan.total,
        "paid_total": plan.paid_total,
        "refunded_total": plan.refunded,
        "units": sum(line.quantity for line in plan.lines),
        "placed_at": plan.placed_at,
        "paid_at": plan.paid_at,
        "shipped_at": _shipped_at(plan),
        "completed_at": plan.completed_at,
        "cancelled_at": plan.cancelled_at,
        "card_check": texts.get("card_check", ""),
        "ip_country": texts.get("ip_country", ""),
        "import_digest": plan.digest,
    }


def _shipped_at(plan: OrderPlan) -> datetime | None:
    return plan.shipped_at or (plan.paid_at or plan.placed_at if plan.state in SHIPPED else None)


@dataclass
class Parts:
    """The rows below orders, gathered. Lines of an order are added before its parcel, which holds all of them."""

    lines: list[tuple[Any, ...]] = field(default_factory=list)
    payments: list[tuple[Any, ...]] = field(default_factory=list)
    parcels: list[tuple[Any, ...]] = field(default_factory=list)
    _of_parcels: list[tuple[int, int]] = field(default_factory=list)
    _newest: int = 0

    def add_lines(self, order_id: int, plan: OrderPlan, variants: dict[str, int]) -> None:
        """The lines of an order; a SKU that is in no list of ours stays without a variant."""
        self._newest = len(self.lines)
        shipped, cancelled = plan.state in SHIPPED, plan.state == "cancelled"
        for position, line in enumerate(plan.lines, 1):
            units = line.quantity
            self.lines.append(
                (
                    order_id, position, variants.get(line.sku), line.sku, line.title, units, line.unit_price,
                    line.discount, line.total, units if shipped else 0, units if cancelled else 0,
                )
            )  # fmt: skip

    def add_payments(self, order_id: int, plan: OrderPlan) -> None:
        """What was paid and what was given back."""
        method = plan.texts["method"]
        if plan.paid_total:
            self.payments.append((order_id, "charge", method, plan.paid_total, plan.paid_at or plan.placed_at))
        if plan.refunded:
            at = plan.completed_at or plan.cancelled_at or plan.paid_at or plan.placed_at
            self.payments.append((order_id, "refund", method, plan.refunded, at))

    def add_parcel(self, order_id: int, plan: OrderPlan) -> None:
        """One parcel for an order that has left, with the lines added last."""
        if plan.state not in SHIPPED:
            return
        left, arrived = _shipped_at(plan), plan.state in ("delivered", "completed")
        state = Shipment.State.DELIVERED.value if arrived else Shipment.State.IN_TRANSIT.value
        carrier, number = plan.texts["carrier"], plan.texts["tracking_number"]
        arrival = plan.completed_at if arrived else None
        self._of_parcels += ((len(self.parcels), place) for place in range(self._newest, len(self.lines)))
        self.parcels.append((order_id, carrier, number, state, left, arrival, left))

    def insert(self) -> None:
        """Write all that was added, in the caller's transaction."""
        line_ids = fresh_keys(OrderLine, len(self.lines))
        _insert(
            OrderLine,
            "order_id position variant_id sku title quantity unit_price discount total shipped_quantity "
            "cancelled_quantity",
            self.lines,
            id=line_ids,
        )
        _insert(Payment, "order_id kind method amount at", self.payments, same={"reference": "import"})
        parcel_ids = fresh_keys(Shipment, len(self.parcels))
        _insert(
            Shipment,
            "order_id carrier tracking_number state shipped_at delivered_at created_at",
            self.parcels,
            id=parcel_ids,
        )
        _insert(
            ShipmentLine,
            "shipment_id order_line_id quantity",
            [(parcel_ids[parcel], line_ids[line], self.lines[line][5]) for parcel, line in self._of_parcels],
        )


def _insert(
    model: Any, names: str, rows: list[tuple[Any, ...]], *, same: dict[str, Any] | None = None, **given: list[int]
) -> None:
    if rows:
        insert_columns(model, {**dict(zip(names.split(), zip(*rows, strict=True), strict=True)), **given}, **same or {})


def variants_of(lines: Iterable[LinePlan]) -> dict[str, int]:
    """The ids of the SKUs' variants; unknown SKUs become products of their own, to be completed by the merchant."""
    named: dict[str, LinePlan] = {}
    for line in lines:
        if line.sku:
            named.setdefault(line.sku, line)
    found: dict[str, int] = dict(Variant.objects.filter(sku__in=list(named)).values_list("sku", "pk"))
    unknown = [line for line in named.values() if line.sku not in found]
    products = bulk_insert(Product(title=line.title, state=Product.State.LIVE) for line in unknown)
    variants = bulk_insert(
        Variant(product=product, sku=line.sku, price=line.unit_price)
        for product, line in zip(products, unknown, strict=True)
    )
    first_prices(variants, actor=SYSTEM, source=PriceChange.Source.IMPORT)
    found.update({variant.sku: variant.pk for variant in variants})
    return found


def buyer_key(plan: OrderPlan) -> tuple[str, str] | None:
    """What tells buyers apart: the e-mail, else the phone, else the name with the city; masked names tell nothing."""
    texts = plan.texts
    if texts["buyer_email"]:
        return "email", texts["buyer_email"]
    if texts["buyer_phone"] and "*" not in texts["buyer_phone"]:
        return "phone", texts["buyer_phone"]
    if texts["buyer_name"] and "*" not in texts["buyer_name"]:
        return "name", f"{texts['buyer_name']}|{texts['ship_city']}"
    return None


def buyers_of(plans: Iterable[OrderPlan]) -> dict[tuple[str, str], int]:
    """The ids of the buyers by what tells them apart; those not known yet are added."""
    keys = {key: plan for plan in plans if (key := buyer_key(plan))}
    found = _known_buyers(keys)
    missing = {key: plan for key, plan in keys.items() if key not in found}
    ids = fresh_keys(Customer, len(missing))
    rows = [
        (
            plan.texts["buyer_name"] or plan.texts["buyer_email"] or plan.texts["buyer_phone"],
            plan.texts["buyer_email"], plan.texts["buyer_phone"], plan.texts["ship_city"], plan.texts["ship_region"],
            plan.texts["ship_country"], plan.placed_at,
        )
        for plan in missing.values()
    ]  # fmt: skip
    _insert(Customer, "name email phone city region country created_at", rows, id=ids)
    found.update(zip(missing, ids, strict=True))
    return found


def _known_buyers(keys: Mapping[tuple[str, str], OrderPlan]) -> dict[tuple[str, str], int]:
    """Of several with the same key the oldest counts: rows come newest first, and the last one stays."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for (kind, _value), plan in keys.items():
        wanted[kind].append(plan.texts[f"buyer_{kind}"])
    found: dict[tuple[str, str], int] = {}
    rows = Customer.objects.order_by("-pk")
    for kind in ("email", "phone"):
        if wanted[kind]:
            for value, pk in rows.filter(**{f"{kind}__in": wanted[kind]}).values_list(kind, "pk"):
                found[kind, value] = pk
    if wanted["name"]:
        for name, city, pk in rows.filter(name__in=set(wanted["name"])).values_list("name", "city", "pk"):
            found["name", f"{name}|{city}"] = pk
    return found
