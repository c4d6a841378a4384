"""Turns simulated baskets into orders, payments, parcels and customers, as far along as their age allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from accounts.merchants.models import Merchant
from config.demo.simulate import Basket, ShopHistory
from config.demo.world import CARRIERS, CITIES, ENGLISH, GIVEN, STREETS, SURNAMES
from core.bulk import bulk_insert
from core.money import cents
from ecommerce.catalog.models import Variant
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import Shipment, ShipmentLine, TrackingEvent
from ecommerce.orders.models import Order, OrderLine, Payment

State, Paid = Order.State, Order.PaymentState
FREE_SHIPPING_FROM = Decimal(99)
SHIPPING = Decimal(10)


@dataclass
class Sold:
    """What a shop's sales leave behind for stock, reviews and complaints."""

    orders: list[Order] = field(default_factory=list)
    lines: dict[int, list[OrderLine]] = field(default_factory=dict)
    shipped: list[tuple[int, int, datetime, str]] = field(default_factory=list)
    reserved: dict[int, int] = field(default_factory=dict)


@dataclass
class _Draft:
    order: Order
    customer: int
    lines: list[OrderLine]
    columns: list[int]
    payments: list[Payment]
    shipment: Shipment | None = None


def sell(merchant: Merchant, history: ShopHistory, variants: list[Variant], now: datetime) -> Sold:
    """Write every order of the shop up to `now` and return what follows from them."""
    random = Random(f"{history.spec.slug}-{history.days[0]}")  # noqa: S311 - a simulation
    chinese = history.spec.language == "zh-hans"
    people: list[Customer] = []
    drafts: list[_Draft] = []
    for basket in history.baskets:
        start = merchant.day_bounds(history.days[basket.day])[0]
        placed = start + timedelta(minutes=basket.minute, seconds=random.randrange(60))
        if placed >= now:
            continue
        if not people or random.random() < 0.6:
            people.append(_person(random, placed, len(people), merchant, chinese))
            who = len(people) - 1
        else:
            who = int(len(people) * random.random() ** 0.5)
        drafts.append(_draft(random, merchant, history, variants, basket, placed, now, who, people[who], len(drafts)))
    _total_up(people, drafts)
    return _write(people, drafts)


def _person(random: Random, at: datetime, index: int, merchant: Merchant, chinese: bool) -> Customer:
    city, region = random.choice(CITIES)
    foreign = not chinese and random.random() < 0.35
    name = random.choice(ENGLISH) if foreign else random.choice(SURNAMES) + random.choice(GIVEN)
    return Customer(
        name=name,
        email=f"buyer{index + 1}.{merchant.slug}@example.com",
        phone=f"138{random.randrange(10**8):08d}",
        language="en" if foreign else "zh-hans",
        country="CN",
        region=region,
        city=city,
        created_at=at,
    )


def _draft(
    random: Random,
    merchant: Merchant,
    history: ShopHistory,
    variants: list[Variant],
    basket: Basket,
    placed: datetime,
    now: datetime,
    who: int,
    person: Customer,
    index: int,
) -> _Draft:
    lines, columns = [], []
    subtotal = Decimal(0)
    for position, sale in enumerate(basket.lines, 1):
        variant, price = variants[sale.variant], cents(Decimal(sale.cents) / 100)
        subtotal += price * sale.quantity
        lines.append(
            OrderLine(
                position=position,
                variant=variant,
                sku=variant.sku,
                title=variant.full_title,
                quantity=sale.quantity,
                unit_price=price,
                total=price * sale.quantity,
            )
        )
        columns.append(sale.variant)
    shipping = Decimal(0) if subtotal >= FREE_SHIPPING_FROM else SHIPPING
    discount = cents(subtotal * Decimal("0.05")) if random.random() < 0.12 else Decimal(0)
    total = subtotal - discount + shipping
    order = Order(
        number=str(10001 + index),
        channel=random.choices(["online_store", "tmall", "douyin", "wechat", "jd"], weights=[35, 30, 18, 12, 5])[0],
        buyer_name=person.name,
        buyer_email=person.email,
        buyer_phone=person.phone,
        ship_to=f"{random.randrange(1, 300)} {random.choice(STREETS)}",
        ship_city=person.city,
        ship_region=person.region,
        ship_country="CN",
        currency=merchant.currency,
        subtotal=subtotal,
        discount=discount,
        shipping_fee=shipping,
        total=total,
        units=sum(line.quantity for line in lines),
        placed_at=placed,
        created_at=placed,
        ship_by=placed + timedelta(hours=merchant.ship_within_hours),
    )
    draft = _Draft(order, who, lines, columns, [])
    crisis = history.spec.story == "crisis" and (now - placed) < timedelta(days=35)
    if not _wait(draft, index, now):
        _live(random, draft, now, crisis=crisis)
    return draft


def _wait(draft: _Draft, index: int, now: datetime) -> bool:
    """Leave some of the newest orders where they need a person, whatever the hour: unpaid, held up, late to ship."""
    order, age = draft.order, now - draft.order.placed_at
    if index % 4 == 1 and age < timedelta(hours=24):
        order.payment_state = Paid.UNPAID
        return True
    is_late = index % 5 == 2 and order.ship_by < now < order.ship_by + timedelta(days=2)
    is_held = index % 9 == 4 and timedelta(hours=2) < age < timedelta(days=3)
    if not (is_late or is_held):
        return False
    order.paid_at = order.placed_at + timedelta(minutes=4)
    order.state, order.payment_state, order.paid_total = State.PAID, Paid.PAID, order.total
    draft.payments.append(Payment(method="Alipay", amount=order.total, at=order.paid_at))
    if is_held:
        order.state_before_hold, order.state, order.hold_reason = order.state, State.ON_HOLD, "Address incomplete"
    return True


def _live(random: Random, draft: _Draft, now: datetime, *, crisis: bool) -> None:
    """Take the order through its life up to `now`."""
    order, age = draft.order, now - draft.order.placed_at
    method = random.choice(["WeChat Pay", "Alipay", "UnionPay"])
    fate = random.random()
    if fate < 0.02:
        order.payment_state = Paid.FAILED if fate < 0.006 else Paid.UNPAID
        if fate < 0.006:
            draft.payments.append(
                Payment(state="failed", method=method, amount=order.total, at=order.placed_at + timedelta(minutes=2))
            )
        if age > timedelta(hours=30):
            order.state, order.cancelled_at = State.CANCELLED, order.placed_at + timedelta(hours=24)
            order.cancel_reason = "Not paid in time"
        return
    order.paid_at = order.placed_at + timedelta(minutes=random.randrange(1, 40))
    if order.paid_at > now:
        order.paid_at = None
        return
    order.state, order.payment_state, order.paid_total = State.PAID, Paid.PAID, order.total
    draft.payments.append(Payment(method=method, amount=order.total, at=order.paid_at))
    if fate < 0.045 and age > timedelta(hours=6):
        order.state, order.cancelled_at = State.CANCELLED, order.paid_at + timedelta(hours=3)
        order.cancel_reason = "Buyer changed their mind"
        _refund(draft, order.total, order.cancelled_at, method, "Cancelled")
        return
    hours = random.lognormvariate(3.0, 0.45) * (2.6 if crisis else 1.0)
    shipped_at = order.paid_at + timedelta(hours=hours)
    if shipped_at > now:
        if shipped_at - now < timedelta(hours=8):
            order.state, order.packed_at = State.PACKED, max(order.paid_at, now - timedelta(hours=2))
        order.confirmed_at = order.paid_at + timedelta(minutes=5) if random.random() < 0.7 else None
        return
    _ship(random, draft, shipped_at, now, crisis=crisis)
    if order.state == State.COMPLETED and random.random() < (0.12 if crisis else 0.025):
        part = random.random() < 0.4
        amount = cents(order.total * Decimal("0.3")) if part else order.total
        assert order.delivered_at is not None
        _refund(draft, amount, order.delivered_at + timedelta(days=5), method, "Returned")


def _refund(draft: _Draft, amount: Decimal, at: datetime, method: str, reason: str) -> None:
    order = draft.order
    order.refunded_total = amount
    order.payment_state = Paid.REFUNDED if amount == order.total else Paid.PARTLY_REFUNDED
    draft.payments.append(Payment(kind="refund", method=method, amount=amount, at=at, reason=reason))


def _ship(random: Random, draft: _Draft, shipped_at: datetime, now: datetime, *, crisis: bool) -> None:
    order = draft.order
    carrier = random.choice(CARRIERS)
    slow = carrier == "YTO Express" and now - shipped_at < timedelta(days=40)
    days = random.lognormvariate(0.95, 0.35) * (2.4 if slow else 1.0) * (1.5 if crisis else 1.0)
    order.confirmed_at = order.packed_at = shipped_at - timedelta(hours=2)
    order.shipped_at, order.state = shipped_at, State.SHIPPED
    order.promised_at = shipped_at + timedelta(days=4)
    draft.shipment = Shipment(
        carrier=carrier,
        tracking_number=f"{''.join(word[0] for word in carrier.split())}{random.randrange(10**11):011d}",
        shipped_at=shipped_at,
        promised_at=order.promised_at,
        created_at=shipped_at,
    )
    for line in draft.lines:
        line.shipped_quantity = line.quantity
    delivered = shipped_at + timedelta(days=days)
    if delivered <= now:
        order.delivered_at = draft.shipment.delivered_at = delivered
        order.state, draft.shipment.state = State.DELIVERED, Shipment.State.DELIVERED
        if delivered + timedelta(days=7) <= now:
            order.state, order.completed_at = State.COMPLETED, delivered + timedelta(days=7)
    elif delivered - now < timedelta(hours=10):
        draft.shipment.state = Shipment.State.OUT_FOR_DELIVERY


def _total_up(people: list[Customer], drafts: list[_Draft]) -> None:
    for draft in drafts:
        person, order = people[draft.customer], draft.order
        person.order_count += order.state != State.CANCELLED
        person.spend += order.paid_total - order.refunded_total
        if person.last_order_at is None or person.last_order_at < order.placed_at:
            person.last_order_at = order.placed_at


def _write(people: list[Customer], drafts: list[_Draft]) -> Sold:
    bulk_insert(people)
    for draft in drafts:
        draft.order.customer = people[draft.customer]
    sold = Sold(orders=bulk_insert(draft.order for draft in drafts))
    lines: list[OrderLine] = []
    payments: list[Payment] = []
    for draft in drafts:
        for line, column in zip(draft.lines, draft.columns, strict=True):
            line.order = draft.order
            if draft.shipment is not None:
                sold.shipped.append((column, line.quantity, draft.shipment.shipped_at, draft.order.number))
            elif draft.order.state in Order.TO_SHIP or draft.order.state == State.ON_HOLD:
                line.reserved_quantity = line.quantity
                sold.reserved[column] = sold.reserved.get(column, 0) + line.quantity
            lines.append(line)
        for payment in draft.payments:
            payment.order = draft.order
            payments.append(payment)
    bulk_insert(lines)
    bulk_insert(payments)
    for draft in drafts:
        sold.lines[draft.order.pk] = draft.lines
    _write_parcels([draft for draft in drafts if draft.shipment is not None])
    return sold


def _write_parcels(drafts: list[_Draft]) -> None:
    shipments = []
    for draft in drafts:
        assert draft.shipment is not None
        draft.shipment.order = draft.order
        shipments.append(draft.shipment)
    bulk_insert(shipments)
    bulk_insert(
        ShipmentLine(shipment=draft.shipment, order_line=line, quantity=line.quantity)
        for draft in drafts
        for line in draft.lines
    )
    events = []
    recent = max(shipment.shipped_at for shipment in shipments) - timedelta(days=60)
    for shipment in shipments:
        if shipment.shipped_at < recent:
            continue
        place = shipment.order.ship_city
        events.append(TrackingEvent(shipment=shipment, at=shipment.shipped_at, state="in_transit", location=""))
        if shipment.state == Shipment.State.OUT_FOR_DELIVERY:
            moment = shipment.shipped_at + timedelta(hours=30)
            events.append(TrackingEvent(shipment=shipment, at=moment, state="out_for_delivery", location=place))
        if shipment.delivered_at:
            events.append(TrackingEvent(shipment=shipment, at=shipment.delivered_at, state="delivered", location=place))
    bulk_insert(events)
