"""One chunk of Olist orders as rows: orders, lines, payments, parcels, buyers and reviews, in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.models import Merchant
from core.bulk import bulk_insert
from ecommerce.catalog.models import Variant
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import Shipment, ShipmentLine, TrackingEvent
from ecommerce.imports.olist_tables import Row
from ecommerce.orders.models import Order, OrderLine, Payment
from ecommerce.reviews.models import Review

ZONE = ZoneInfo("America/Sao_Paulo")

STATES: dict[str, str] = {
    "created": Order.State.PLACED,
    "approved": Order.State.PAID,
    "invoiced": Order.State.PAID,
    "processing": Order.State.PACKED,
    "shipped": Order.State.SHIPPED,
    "delivered": Order.State.DELIVERED,
    "canceled": Order.State.CANCELLED,
    "unavailable": Order.State.CANCELLED,
}


@dataclass
class OrderPart:
    """What one seller has to do with one order of the files."""

    row: Row
    seller: str
    items: list[Row] = field(default_factory=list)
    payments: list[tuple[str, Decimal, str]] = field(default_factory=list)
    buyer: Row | None = None
    reviews: list[Row] = field(default_factory=list)

    @property
    def goods(self) -> Decimal:
        return sum((Decimal(item["price"]) for item in self.items), Decimal(0))

    @property
    def freight(self) -> Decimal:
        return sum((Decimal(item["freight_value"]) for item in self.items), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods + self.freight


@dataclass
class Written:
    """Row counts by kind, and by merchant the days touched and the number of orders."""

    counts: Counter[str] = field(default_factory=Counter)
    days: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))
    orders_of: Counter[int] = field(default_factory=Counter)


def moment(text: str | None) -> datetime | None:
    """A time of the files, which is Brasília's local time, or None for an empty field."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def write_orders(
    parts: list[OrderPart], merchants: dict[str, Merchant], variants: dict[tuple[str, str], Variant]
) -> Written:
    """Insert the orders with everything that belongs to them. They are history: no stock moves, nobody is told."""
    written = Written()
    buyers = _buyers(parts, merchants, written)
    orders = bulk_insert(_order(part, merchants[part.seller], buyers) for part in parts)
    lines: list[OrderLine] = []
    payments: list[Payment] = []
    reviews: list[Review] = []
    parcels: list[tuple[Shipment, list[OrderLine]]] = []
    for part, order in zip(parts, orders, strict=True):
        own = [_line(order, item, variants.get((part.seller, item["product_id"]))) for item in part.items]
        lines += own
        payments += [_payment(order, *payment) for payment in part.payments]
        reviews += [_review(order, own[0], row) for row in part.reviews]
        if order.shipped_at is not None:
            parcels.append((_parcel(order), own))
        written.orders_of[order.merchant_id] += 1
        days = written.days[order.merchant_id]
        days.update(at.astimezone(ZONE).date() for at in (order.placed_at, order.cancelled_at) if at)
    bulk_insert(lines)
    bulk_insert(payments)
    bulk_insert(reviews)
    for review in reviews:
        written.days[review.merchant_id].add(review.created_at.astimezone(ZONE).date())
    _write_parcels(parcels)
    written.counts.update(
        orders=len(orders), items=len(lines), payments=len(payments), reviews=len(reviews), shipments=len(parcels)
    )
    return written


def _buyers(
    parts: list[OrderPart], merchants: dict[str, Merchant], written: Written
) -> dict[tuple[str, str], Customer]:
    """The customers of this chunk by (seller, buyer); those an earlier chunk wrote are fetched."""
    wanted = {(part.seller, part.buyer["customer_unique_id"]): part.buyer for part in parts if part.buyer}
    ids = {merchants[seller].pk: seller for seller, _ in wanted}
    found = {
        (ids[customer.merchant_id], customer.external_id): customer
        for customer in Customer.objects.filter(merchant_id__in=ids).exclude(external_id="")
    }
    first_seen: dict[tuple[str, str], datetime] = {}
    for part in parts:
        if part.buyer:
            placed = moment(part.row["order_purchase_timestamp"])
            assert placed is not None
            key = (part.seller, part.buyer["customer_unique_id"])
            first_seen[key] = min(first_seen.get(key, placed), placed)
    new = [
        Customer(
            merchant=merchants[seller],
            external_id=unique,
            name=f"Buyer {unique[:8]}",
            language="en",
            country="BR",
            region=row.get("customer_state", "")[:80],
            city=row.get("customer_city", "").title()[:80],
            created_at=first_seen[seller, unique],
        )
        for (seller, unique), row in wanted.items()
        if (seller, unique) not in found
    ]
    known = {**found, **{(ids[customer.merchant_id], customer.external_id): customer for customer in new}}
    touched = []
    for part in parts:
        if part.buyer:
            customer = known[part.seller, part.buyer["customer_unique_id"]]
            _count(customer, part)
            if customer.pk is not None:
                touched.append(customer)
    bulk_insert(new)
    Customer.objects.bulk_update(set(touched), ["order_count", "spend", "last_order_at"], batch_size=100)
    written.counts["customers"] += len(new)
    return known


def _count(customer: Customer, part: OrderPart) -> None:
    placed = moment(part.row["order_purchase_timestamp"])
    customer.order_count += STATES.get(part.row["order_status"]) != Order.State.CANCELLED
    customer.spend += sum((amount for _, amount, _ in part.payments), Decimal(0))
    if placed and (customer.last_order_at is None or customer.last_order_at < placed):
        customer.last_order_at = placed


def _order(part: OrderPart, merchant: Merchant, buyers: dict[tuple[str, str], Customer]) -> Order:
    row = part.row
    placed = moment(row["order_purchase_timestamp"])
    assert placed is not None
    state = STATES.get(row["order_status"], Order.State.PLACED)
    cancelled = state == Order.State.CANCELLED
    carried = moment(row.get("order_delivered_carrier_date"))
    delivered = moment(row.get("order_delivered_customer_date"))
    deadlines = [limit for item in part.items if (limit := moment(item.get("shipping_limit_date")))]
    paid = sum((amount for _, amount, _ in part.payments), Decimal(0))
    customer = buyers.get((part.seller, part.buyer["customer_unique_id"])) if part.buyer else None
    return Order(
        merchant=merchant,
        number=row["order_id"],
        channel="olist",
        external_id=row["order_id"],
        state=state,
        payment_state=Order.PaymentState.PAID if paid > 0 else Order.PaymentState.UNPAID,
        customer=customer,
        buyer_name=customer.name if customer else "",
        ship_city=customer.city if customer else "",
        ship_region=customer.region if customer else "",
        ship_postcode=(part.buyer or {}).get("customer_zip_code_prefix", ""),
        ship_country="BR",
        currency=merchant.currency,
        subtotal=part.goods,
        shipping_fee=part.freight,
        total=part.total,
        paid_total=paid,
        units=len(part.items),
        placed_at=placed,
        created_at=placed,
        paid_at=moment(row.get("order_approved_at")) or (placed if paid > 0 else None),
        shipped_at=carried,
        delivered_at=delivered,
        cancelled_at=placed if cancelled else None,
        cancel_reason=row["order_status"] if cancelled else "",
        ship_by=max(deadlines) if deadlines else None,
        promised_at=moment(row.get("order_estimated_delivery_date")),
    )


def _line(order: Order, item: Row, variant: Variant | None) -> OrderLine:
    price = Decimal(item["price"])
    gone = order.shipped_at is not None
    return OrderLine(
        merchant_id=order.merchant_id,
        order=order,
        position=int(item["order_item_id"]),
        variant=variant,
        sku=item["product_id"],
        title=f"Product {item['product_id'][:8]}",
        quantity=1,
        unit_price=price,
        total=price,
        shipped_quantity=1 if gone else 0,
        cancelled_quantity=1 if not gone and order.state == Order.State.CANCELLED else 0,
    )


def _payment(order: Order, method: str, amount: Decimal, reference: str) -> Payment:
    return Payment(
        merchant_id=order.merchant_id,
        order=order,
        method=method,
        amount=amount,
        reference=reference,
        at=order.paid_at or order.placed_at,
    )


def _review(order: Order, line: OrderLine, row: Row) -> Review:
    ended = order.delivered_at or order.promised_at or order.placed_at
    return Review(
        merchant_id=order.merchant_id,
        order=order,
        customer=order.customer,
        product_id=line.variant.product_id if line.variant else None,
        author_name=order.buyer_name,
        is_anonymous=True,
        is_verified=order.delivered_at is not None,
        rating=int(row["review_score"]),
        title=row.get("review_comment_title", "")[:150],
        text=row.get("review_comment_message", "")[:5000],
        language="pt",
        state=Review.State.PUBLISHED,
        external_id=f"{row['review_id']}:{row['order_id']}"[:80],
        created_at=moment(row.get("review_creation_date")) or ended + timedelta(days=1),
    )


def _parcel(order: Order) -> Shipment:
    assert order.shipped_at is not None
    state = Shipment.State.DELIVERED if order.delivered_at else Shipment.State.IN_TRANSIT
    return Shipment(
        merchant_id=order.merchant_id,
        order=order,
        state=state,
        shipped_at=order.shipped_at,
        promised_at=order.promised_at,
        delivered_at=order.delivered_at,
        created_at=order.shipped_at,
    )


def _write_parcels(parcels: list[tuple[Shipment, list[OrderLine]]]) -> None:
    bulk_insert(shipment for shipment, _ in parcels)
    bulk_insert(
        ShipmentLine(merchant_id=line.merchant_id, shipment=shipment, order_line=line, quantity=1)
        for shipment, lines in parcels
        for line in lines
    )
    bulk_insert(
        TrackingEvent(merchant_id=shipment.merchant_id, shipment=shipment, at=at, state=state)
        for shipment, _ in parcels
        for at, state in ((shipment.shipped_at, "in_transit"), (shipment.delivered_at, "delivered"))
        if at is not None
    )
