"""Makes the whole demo marketplace in one transaction: all of it, or nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from accounts.jobs.queue import enqueue
from accounts.members.models import Membership
from accounts.merchants.actions import ShopData, apply
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
from config.demo import buying, desk, firings, listings, loyal, memory, people, rivals, sales, shelves, teamwork, voices
from config.demo.people import BUYER, MAIN
from config.demo.simulate import market
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.catalog.models import Product
from ecommerce.complaints.actions import escalate_complaint, open_complaint
from ecommerce.complaints.models import Complaint
from ecommerce.orders.actions import place_order
from ecommerce.orders.models import Order
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn
from ecommerce.questions.actions import ask_question
from ecommerce.reviews.actions import submit_review

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
            reviewed = voices.write_reviews(merchant, history, sold, now)
            complained = voices.write_complaints(merchant, history, sold, now)
            voices.write_questions(merchant, sold, now)
            memory.remember(merchant, sold, reviewed, complained, now)
            reviews, complaints = reviews + len(reviewed), complaints + len(complained)
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
        firings.sort_out(owner, now)
        loyal.thank(main, owner, now)
    _applicant(now)
    _before_the_platform(main)
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
    ask_question(
        praised.lines.select_related("variant__product").first().variant.product,
        text="Does the set come with a box I can give it in?",
        asked_by=praised.buyer_name,
        channel="online_store",
        actor=BUYER,
    )
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
    shop = ShopData(
        name="Paper Lantern",
        slug="paper-lantern",
        pitch="Handmade lamps and lanterns from Yunnan, about 40 products, two people.",
        city="Dali",
    )
    waits = apply(shop, applicant=people.applicant())
    waits.applied_at = waits.state_changed_at = now - timedelta(hours=5)
    waits.save(update_fields=["applied_at", "state_changed_at"])


def _before_the_platform(merchant: Merchant) -> None:
    """What moderators are told of: a buyer who is not content with the answer, and a review that looks bought."""
    with tenant(merchant):
        answered = Complaint.objects.filter(state=Complaint.State.ANSWERED).order_by("-opened_at").first()
        if answered is not None:
            escalate_complaint(
                answered, because=Complaint.Escalation.BUYER, text="That is not what we had agreed on.", actor=BUYER
            )
        product = Product.objects.order_by("pk").first()
        submit_review(
            rating=5, text="Best shop!!! Add WeChat lucky8888 for 50 yuan cashback, www.cash-back.example",
            product=product, author_name="Happy buyer", actor=BUYER,
        )  # fmt: skip
