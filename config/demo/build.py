"""Makes the whole demo marketplace in one transaction: all of it, or nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from accounts.tokens.actions import create_token
from analytics.calendar.marking import mark_festivals
from analytics.demand.tasks import request_demand
from analytics.facts.actions import mark_everything, rebuild_dirty
from analytics.forecasts.models import Measure
from analytics.forecasts.queries import edges
from analytics.forecasts.tasks import request_forecast
from analytics.holdings.tasks import nightly_holdings
from analytics.lifecycle.tasks import nightly_stages
from analytics.markets.tasks import nightly_markets
from analytics.promotions.tasks import nightly_promotions
from analytics.quality.tasks import nightly_quality
from config.demo import buying, desk, listings, loyal, people, rivals, sales, shelves, teamwork, voices
from config.demo.people import BUYER, MAIN
from config.demo.simulate import market
from core.actors import SYSTEM
from core.bulk import bulk_insert
from core.events import dump
from core.tenancy import every_tenant, tenant
from ecommerce.complaints.actions import open_complaint
from ecommerce.fulfilment.events import OrderShipped, ParcelDelivered
from ecommerce.fulfilment.models import Shipment
from ecommerce.orders.actions import place_order
from ecommerce.orders.events import OrderPaid, OrderPlaced
from ecommerce.orders.models import Order
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn
from ecommerce.reviews.actions import submit_review

REMEMBERED = timedelta(days=21)
CACHED = 250_000  # kilobytes of the database


@dataclass(frozen=True)
class Built:
    """What was made: counts for the summary and what one needs to sign in."""

    shops: int
    orders: int
    reviews: int
    complaints: int
    accounts: dict[str, dict[str, str]]
    token: str


def exists() -> bool:
    """Whether the demo marketplace is in this database already."""
    return Merchant.objects.filter(slug=MAIN).exists()


def build(*, say: Callable[[str], None] = lambda text: None) -> Built:
    """Simulate and write the marketplace up to this moment, all of it or nothing."""
    gc.disable()  # half a million small objects that all live on: looking through them again and again takes a fifth
    try:
        with _more_in_memory(), transaction.atomic():
            return _build(say)
    finally:
        gc.enable()


@contextmanager
def _more_in_memory() -> Iterator[None]:
    """A larger cache for a SQLite database: what does not fit is written and read again and again."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA cache_size=-{CACHED}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size={before}")


def _build(say: Callable[[str], None]) -> Built:
    now = timezone.now()
    say("Simulating two years of twelve shops …")
    categories = shelves.load_categories()
    listings.load_attributes(categories.values())
    merchants, orders, reviews, complaints = [], 0, 0, 0
    for history in market(now.date()):
        merchant = shelves.open_shop(history)
        merchants.append(merchant)
        with tenant(merchant):
            variants = shelves.stock_shelves(merchant, history, categories[history.spec.category])
            sold = sales.sell(merchant, history, variants, now)
            bought = buying.plan(merchant, history)
            shelves.fill_warehouse(merchant, history, variants, sold.shipped, sold.reserved, bought.references)
            buying.write(merchant, variants, bought, chinese=history.spec.language == "zh-hans")
            reviews += len(voices.write_reviews(merchant, history, sold, now))
            complaints += len(voices.write_complaints(merchant, history, sold, now))
            _remember(merchant, sold, now)
            listings.dress(merchant, variants, chinese=history.spec.language == "zh-hans")
            shelves.keep_books(merchant, history.spec, history.days, now)
            mark_everything()
            while rebuild_dirty():
                pass
        orders += len(sold.orders)
        say(f"  {merchant.name}: {len(sold.orders):,} orders")
    rivals.observe(categories, now)
    accounts = people.hire(merchants)
    main = next(merchant for merchant in merchants if merchant.slug == MAIN)
    with tenant(main):
        token = _token(main, accounts["owner"]["email"])
        _today(main, now)
        owner = User.objects.get(email=accounts["owner"]["email"])
        teamwork.arrange(main, owner, now)
        desk.lay(main, owner, now)
        loyal.thank(main, owner, now)
    _applicant(now)
    _look_ahead(main, merchants)
    return Built(len(merchants), orders, reviews, complaints, accounts, token)


def _look_ahead(main: Merchant, merchants: list[Merchant]) -> None:
    """Queue every forecast, those of the main shop first, so that a visitor need not wait for the night.

    Festivals are marked before: each shop's forecasts lean on what they did in the others.
    """
    for merchant in merchants:
        with tenant(merchant):
            span = edges(merchant, merchant.today())
            if span is not None:
                mark_festivals(*span)
    for merchant in sorted(merchants, key=lambda each: each != main):
        with tenant(merchant):
            for measure in Measure.values:
                request_forecast(measure, actor=SYSTEM)
            request_demand(actor=SYSTEM)
            enqueue(nightly_promotions)
            enqueue(nightly_quality)
            enqueue(nightly_stages)
            enqueue(nightly_holdings)
        if merchant == main:
            enqueue(nightly_markets)


def _token(merchant: Merchant, email: str) -> str:
    owner = User.objects.get(email=email)
    membership = Membership.objects.get(user=owner)
    _row, secret = create_token(
        name="Demo integration",
        scopes=sorted(membership.permissions - {"tokens.edit", "members.edit", "shop.edit"}),
        held=membership.permissions,
        created_by=owner,
        actor=owner.actor,
    )
    return secret


def _remember(merchant: Merchant, sold: sales.Sold, now: datetime) -> None:
    """The activity log of the last three weeks, as the shop's work would have left it; nobody is told again."""
    entries: list[Activity] = []

    def note(event: Any, order: Order, at: datetime, label: str) -> None:
        entries.append(
            Activity(
                at=at,
                kind=event.kind,
                payload=dump(event),
                actor_kind="system" if label == "Storecast" else "buyer",
                actor_label=label,
                subject_type="ecommerce.order",
                subject_id=order.pk,
                subject_label=order.number,
            )
        )

    recent = [order for order in sold.orders if now - order.placed_at < REMEMBERED]
    parcels = {parcel.order_id: parcel for parcel in Shipment.objects.filter(order__in=[order.pk for order in recent])}
    for order in recent:
        facts = {"order_id": order.pk, "number": order.number}
        placed = OrderPlaced(
            **facts,
            channel=order.channel,
            customer_id=order.customer_id,
            units=order.units,
            total=str(order.total),
            currency=order.currency,
            days=[merchant.day_of(order.placed_at).isoformat()],
        )
        note(placed, order, order.placed_at, order.buyer_name)
        if order.paid_at:
            paid = OrderPaid(
                **facts,
                payment_id=0,
                customer_id=order.customer_id,
                amount=str(order.paid_total),
                currency=order.currency,
                method="",
            )
            note(paid, order, order.paid_at, order.buyer_name)
        parcel = parcels.get(order.pk)
        if parcel is not None:
            way = {**facts, "shipment_id": parcel.pk, "customer_id": order.customer_id}
            shipped = OrderShipped(
                **way,
                carrier=parcel.carrier,
                tracking_number=parcel.tracking_number,
                units=order.units,
                whole=True,
            )
            note(shipped, order, parcel.shipped_at, "Storecast")
            if parcel.delivered_at:
                note(
                    ParcelDelivered(**way, at=parcel.delivered_at.isoformat()), order, parcel.delivered_at, "Storecast"
                )
    entries.sort(key=lambda entry: entry.at)
    bulk_insert(entries)


def _today(merchant: Merchant, now: datetime) -> None:
    """A few things that happen right now, through the same actions as in real life, so that people are told."""
    quiet = Order.objects.filter(state__in=["delivered", "completed"], complaints=None, reviews=None)
    quiet = list(quiet.order_by("-delivered_at").prefetch_related("lines")[:6])
    for number, past in enumerate(quiet[:3]):
        line = past.lines.all()[0]
        place_order(
            OrderIn(
                lines=[LineIn(sku=line.sku, quantity=1)],
                buyer=BuyerIn(name=past.buyer_name, email=past.buyer_email, city=past.ship_city, country="CN"),
                channel="online_store",
                shipping_fee=Decimal(10),
                paid=True,
                payment_method="WeChat Pay",
                external_id=f"demo-{number}",
            ),
            actor=BUYER,
        )
    praised, blamed = quiet[3], quiet[4]
    for order, rating, text in (
        (praised, 5, "The celadon is even nicer than in the pictures. Well packed."),
        (blamed, 2, "One of the cups has a chip on the rim."),
    ):
        product = order.lines.select_related("variant__product").first().variant.product
        if not order.reviews.filter(product=product).exists():
            submit_review(
                rating=rating,
                text=text,
                product=product,
                order=order,
                customer=order.customer,
                author_name=order.buyer_name,
                actor=BUYER,
            )
    open_complaint(
        order=quiet[5],
        customer=quiet[5].customer,
        topic="damaged",
        subject="Cup arrived with a crack",
        text="I opened the box on camera: one cup is cracked. I would like a new one.",
        actor=BUYER,
    )


def _applicant(now: datetime) -> None:
    """One shop waits for the platform's approval."""
    applicant = people.applicant()
    with every_tenant("an application belongs to no shop yet"):
        Merchant.objects.create(
            name="Paper Lantern",
            slug="paper-lantern",
            applicant=applicant,
            pitch="Handmade lamps and lanterns from Yunnan, about 40 products, two people.",
            city="Dali",
            applied_at=now - timedelta(hours=5),
            state_changed_at=now - timedelta(hours=5),
            contact_email=applicant.email,
        )
