"""The points and coupons of the main shop's buyers: earned, granted, exchanged, given, used and run out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.merchants.models import Merchant
from accounts.people.models import User
from config.demo.clock import as_of
from config.demo.people import BUYER
from core.actors import SYSTEM, Actor
from ecommerce.coupons.actions import Terms, issue_coupon, withdraw_coupon
from ecommerce.coupons.models import Coupon
from ecommerce.customers.models import Customer
from ecommerce.loyalty.actions import change_points, change_points_rules, earn_points, exchange_points
from ecommerce.orders.actions import place_order
from ecommerce.orders.models import Order
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn

DAY = timedelta(days=1)
ORDERS = 150


def thank(merchant: Merchant, owner: User, now: datetime) -> None:
    """Turn points on, let the newest completed orders bring some, and put coupons of every kind there."""
    who = owner.actor
    completed = Order.objects.filter(state=Order.State.COMPLETED, customer__isnull=False, completed_at__lt=now)
    orders = list(completed.select_related("customer").order_by("-completed_at", "-pk")[:ORDERS])
    if len(orders) < 4:
        return
    with as_of(orders[-1].completed_at or now):
        change_points_rules(
            is_on=True, per_unit=Decimal(1), months=12, exchange_points=200, exchange_amount=Decimal(10),
            exchange_days=60, actor=who,
        )  # fmt: skip
    for order in reversed(orders):
        with as_of(order.completed_at or now):
            earn_points([order.pk], actor=SYSTEM)
    once = Counter(order.customer_id for order in orders)
    buyers = [order.customer for order in reversed(orders) if order.customer and once[order.customer_id] == 1]
    _by_hand(buyers, who, now)
    _coupons(merchant, orders[0], buyers, who, now)


def _by_hand(buyers: list[Customer], who: Actor, now: datetime) -> None:
    for place, (points, reason) in enumerate(
        [(300, "Birthday"), (200, "Helped us with a survey"), (-50, "Typing error")]
    ):
        with as_of(now - (4 - place) * DAY):
            change_points(buyers[min(place, 1)], points=points, reason=reason, key=f"demo-{place}", actor=who)
    with as_of(now - DAY):
        exchange_points(buyers[0], key="demo", actor=BUYER)


def _coupons(merchant: Merchant, order: Order, buyers: list[Customer], who: Actor, now: datetime) -> None:
    today = merchant.today()
    with as_of(now - 50 * DAY):
        issue_coupon(
            Terms(amount=Decimal(20), least=Decimal(150), valid_until=today - 10 * DAY), customer=buyers[2], actor=who
        )
    with as_of(now - 6 * DAY):
        issue_coupon(
            Terms(kind=Coupon.Kind.PERCENT, percent=10, least=Decimal(100), valid_until=today + 25 * DAY),
            customer=None, code="WELCOME10", note="On the card in every parcel", actor=who,
        )  # fmt: skip
        used = issue_coupon(Terms(amount=Decimal(15), valid_until=today + 30 * DAY), customer=order.customer, actor=who)
        wrong = issue_coupon(Terms(amount=Decimal(150)), customer=buyers[3], note="Meant 15", actor=who)
    with as_of(now - 5 * DAY):
        withdraw_coupon(wrong, actor=who)
        issue_coupon(
            Terms(amount=Decimal(30), valid_until=today + 2 * DAY),
            customer=buyers[1], origin=Coupon.Origin.APOLOGY, note="The cup with the chip", actor=who,
        )  # fmt: skip
    line = order.lines.order_by("position", "pk")[0]
    place_order(
        OrderIn(
            lines=[LineIn(sku=line.sku, quantity=2)],
            buyer=BuyerIn(name=order.buyer_name, email=order.buyer_email, city=order.ship_city, country="CN"),
            paid=True,
            payment_method="wechat",
            external_id="demo-coupon",
            coupon_code=used.code,
        ),
        actor=BUYER,
    )
