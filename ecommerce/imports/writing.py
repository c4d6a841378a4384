"""Planned orders into the database: new ones inserted, changed ones brought up to date, equal ones left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from core.actors import SYSTEM
from core.bulk import bulk_insert
from ecommerce.catalog.actions import first_prices
from ecommerce.catalog.models import PriceChange, Product, Variant
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import Shipment, ShipmentLine
from ecommerce.imports.planning import LinePlan, OrderPlan
from ecommerce.orders.actions.moving import recount_customers
from ecommerce.orders.models import Order, OrderLine, Payment

# How far along an order is; a file never takes an order back to an earlier state than it has here.
RANK = {
    "placed": 0, "on_hold": 0, "paid": 1, "packed": 2, "partly_shipped": 3, "shipped": 4, "delivered": 5,
    "completed": 6, "cancelled": 6,
}  # fmt: skip
SHIPPED = ("shipped", "delivered", "completed")


@dataclass
class Outcome:
    """What became of a chunk; `days` are the merchant's days whose figures change."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    days: set[date] = field(default_factory=set)


def write_plans(plans: Sequence[OrderPlan], *, channel: str, currency: str, zone: ZoneInfo) -> Outcome:
    """Write a chunk in the caller's transaction. They are past orders: no stock moves, no buyer is told.

    An order is known by its channel and number; its digest tells whether the file says anything new.
    """
    outcome = Outcome()
    numbers = [plan.number for plan in plans]
    present = {order.external_id: order for order in Order.objects.filter(channel=channel, external_id__in=numbers)}
    taken = set(Order.objects.filter(number__in=numbers).exclude(channel=channel).values_list("number", flat=True))
    new, changed = [], []
    for plan in plans:
        order = present.get(plan.number)
        if order is None:
            new.append(plan)
        elif order.import_digest == plan.digest:
            outcome.unchanged += 1
        else:
            changed.append((order, plan))
    variants = _variants([line for plan in plans for line in plan.lines])
    customers = _customers([*new, *(plan for _order, plan in changed)])
    written = _insert(new, channel, currency, taken, customers, variants)
    for order, plan in changed:
        _days(outcome, order.placed_at, zone)
        _update(order, plan, variants)
        outcome.updated += 1
    for plan in [*new, *(plan for _order, plan in changed)]:
        for moment in (plan.placed_at, plan.cancelled_at, plan.completed_at if plan.refunded else None):
            _days(outcome, moment, zone)
    outcome.created = len(written)
    recount_customers(order.customer_id for order in [*written, *(order for order, _plan in changed)])
    return outcome


def _days(outcome: Outcome, moment: Any, zone: ZoneInfo) -> None:
    if moment is not None:
        outcome.days.add(moment.astimezone(zone).date())


def _variants(lines: list[LinePlan]) -> dict[str, Variant]:
    """The variants of the SKUs; unknown SKUs become products of their own, to be completed by the merchant."""
    skus = {line.sku for line in lines if line.sku}
    found = {variant.sku: variant for variant in Variant.objects.filter(sku__in=skus)}
    unknown = {line.sku: line for line in lines if line.sku and line.sku not in found}
    products = bulk_insert(Product(title=line.title, state=Product.State.LIVE) for line in unknown.values())
    variants = bulk_insert(
        Variant(product=product, sku=line.sku, price=line.unit_price)
        for product, line in zip(products, unknown.values(), strict=True)
    )
    first_prices(variants, actor=SYSTEM, source=PriceChange.Source.IMPORT)
    found.update({variant.sku: variant for variant in variants})
    return found


def _buyer_key(plan: OrderPlan) -> tuple[str, str] | None:
    """What tells buyers apart: the e-mail, else the phone, else the name with the city; masked names tell nothing."""
    texts = plan.texts
    if texts["buyer_email"]:
        return "email", texts["buyer_email"]
    if texts["buyer_phone"] and "*" not in texts["buyer_phone"]:
        return "phone", texts["buyer_phone"]
    if texts["buyer_name"] and "*" not in texts["buyer_name"]:
        return "name", f"{texts['buyer_name']}|{texts['ship_city']}"
    return None


def _customers(plans: list[OrderPlan]) -> dict[tuple[str, str], Customer]:
    keys = {key: plan for plan in plans if (key := _buyer_key(plan))}
    emails = [value for kind, value in keys if kind == "email"]
    phones = [value for kind, value in keys if kind == "phone"]
    names = [value.split("|")[0] for kind, value in keys if kind == "name"]
    found: dict[tuple[str, str], Customer] = {}
    # Newest first, so that of several with the same key the oldest stays.
    rows = Customer.objects.filter(Q(email__in=emails) | Q(phone__in=phones) | Q(name__in=names)).order_by("-pk")
    for customer in rows:
        found["email", customer.email] = found["phone", customer.phone] = customer
        found["name", f"{customer.name}|{customer.city}"] = customer
    missing = {key: plan for key, plan in keys.items() if key not in found}
    new = bulk_insert(
        Customer(
            name=plan.texts["buyer_name"] or plan.texts["buyer_email"] or plan.texts["buyer_phone"],
            email=plan.texts["buyer_email"],
            phone=plan.texts["buyer_phone"],
            city=plan.texts["ship_city"],
            region=plan.texts["ship_region"],
            country=plan.texts["ship_country"],
            created_at=plan.placed_at,
        )
        for plan in missing.values()
    )
    found.update(zip(missing, new, strict=True))
    return found


def _values(plan: OrderPlan) -> dict[str, Any]:
    texts = plan.texts
    shipped = plan.shipped_at or (plan.paid_at if plan.state in SHIPPED else None)
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
        "shipped_at": shipped,
        "completed_at": plan.completed_at,
        "cancelled_at": plan.cancelled_at,
        "import_digest": plan.digest,
    }


def _insert(
    plans: list[OrderPlan],
    channel: str,
    currency: str,
    taken: set[str],
    customers: dict[tuple[str, str], Customer],
    variants: dict[str, Variant],
) -> list[Order]:
    orders = bulk_insert(
        Order(
            # A number in use on another channel gets the channel behind it; both stay findable.
            number=f"{plan.number}-{channel}"[:64] if plan.number in taken else plan.number,
            channel=channel,
            external_id=plan.number,
            state=plan.state,
            currency=currency,
            customer=customers.get(_buyer_key(plan) or ("", "")),
            created_at=plan.placed_at,
            ship_by=plan.placed_at + timedelta(hours=48) if plan.state in Order.TO_SHIP else None,
            **_values(plan),
        )
        for plan in plans
    )
    lines = {order.pk: _lines(order, plan, variants) for order, plan in zip(orders, plans, strict=True)}
    bulk_insert(line for own in lines.values() for line in own)
    bulk_insert(payment for order, plan in zip(orders, plans, strict=True) for payment in _payments(order, plan))
    parcels = [
        (_parcel(order, plan), lines[order.pk])
        for order, plan in zip(orders, plans, strict=True)
        if plan.state in SHIPPED
    ]
    bulk_insert(shipment for shipment, _own in parcels)
    bulk_insert(
        ShipmentLine(shipment=shipment, order_line=line, quantity=line.quantity)
        for shipment, own in parcels
        for line in own
    )
    return orders


def _lines(order: Order, plan: OrderPlan, variants: dict[str, Variant]) -> list[OrderLine]:
    return [
        OrderLine(
            order=order,
            position=position,
            variant=variants.get(line.sku),
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            total=line.total,
            shipped_quantity=line.quantity if plan.state in SHIPPED else 0,
            cancelled_quantity=line.quantity if plan.state == "cancelled" else 0,
        )
        for position, line in enumerate(plan.lines, 1)
    ]


def _payments(order: Order, plan: OrderPlan) -> list[Payment]:
    method, payments = plan.texts["method"], []
    if plan.paid_total:
        paid_at = plan.paid_at or plan.placed_at
        payments.append(Payment(order=order, method=method, amount=plan.paid_total, at=paid_at, reference="import"))
    if plan.refunded:
        at = plan.completed_at or plan.cancelled_at or plan.paid_at or plan.placed_at
        payments.append(
            Payment(order=order, kind="refund", method=method, amount=plan.refunded, at=at, reference="import")
        )
    return payments


def _parcel(order: Order, plan: OrderPlan) -> Shipment:
    assert order.shipped_at is not None
    arrived = plan.state in ("delivered", "completed")
    return Shipment(
        order=order,
        carrier=plan.texts["carrier"],
        tracking_number=plan.texts["tracking_number"],
        state=Shipment.State.DELIVERED if arrived else Shipment.State.IN_TRANSIT,
        shipped_at=order.shipped_at,
        delivered_at=plan.completed_at if arrived else None,
        created_at=order.shipped_at,
    )


def _update(order: Order, plan: OrderPlan, variants: dict[str, Variant]) -> None:
    """Bring an order up to date. Its lines are replaced while nothing of it has shipped here."""
    values = _values(plan)
    if RANK[plan.state] >= RANK[order.state]:
        values["state"] = plan.state
    values["refunded_total"] = max(order.refunded_total, plan.refunded)
    values["paid_total"] = max(values["paid_total"], values["refunded_total"])
    for name, value in values.items():
        setattr(order, name, value)
    order.save()
    if not order.shipments.exists():
        order.lines.all().delete()
        lines = bulk_insert(_lines(order, plan, variants))
        if plan.state in SHIPPED:
            shipment = _parcel(order, plan)
            shipment.save()
            bulk_insert(ShipmentLine(shipment=shipment, order_line=line, quantity=line.quantity) for line in lines)
    order.payments.filter(reference="import").delete()
    bulk_insert(_payments(order, plan))
