"""What is looked at after each kind of fact, with figures worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from analytics.calendar.events import FestivalAhead
from analytics.episodes.events import ProductPraised
from analytics.forecasts.events import SurgeExpected
from analytics.markets.events import ShareFallExpected
from analytics.models import Market, Player, ShareForecast, ShareRun, ShareScore, StockWarning
from analytics.restock.events import StockOutsExpected
from ecommerce.complaints.events import ComplaintDueSoon
from ecommerce.fulfilment.events import CarrierRanLate
from ecommerce.fulfilment.models import Carrier
from ecommerce.models import Complaint, Payment, Review, Shipment, StockMove
from ecommerce.reviews.events import ReviewSubmitted
from notifications.playbooks.effects import effects_of
from tests import factories
from tests.analytics.demand_kit import sold, variants
from tests.notifications.test_playbooks_effects import FACT_DAY, NOW, burst, fact, made, ran, shop_of

DAY = timedelta(days=1)
AT = NOW - FACT_DAY * DAY


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def late(carrier: Carrier, parcels: int) -> CarrierRanLate:
    return CarrierRanLate(
        carrier_id=carrier.pk, carrier=carrier.name, day="2026-05-06", parcels=parcels, late=parcels, due=parcels,
        share_percent=100, usual_percent=5, chance=0.0,
    )  # fmt: skip


def parcel(carrier: Carrier, promised, delivered=None):
    order = factories.OrderFactory()
    Shipment.objects.create(order=order, carried_by=carrier, promised_at=promised, delivered_at=delivered)
    return order


def test_trouble_with_orders_that_were_late(scope, ann):
    """Of four late orders of each carrier none has trouble where it ran, one a complaint and one a refund elsewhere."""
    warning = made(ann, "fulfilment.carrier_late")
    for step in range(16):
        carrier = Carrier.objects.create(name=f"Carrier {step}")
        activity = fact(late(carrier, 4))
        if step < 8:
            ran(warning, activity)
        orders = [parcel(carrier, AT - timedelta(hours=2)) for _ in range(3)]
        orders.append(parcel(carrier, AT - timedelta(hours=20), delivered=AT - timedelta(hours=1)))
        early = parcel(carrier, AT - timedelta(hours=3), delivered=AT - timedelta(hours=9))
        before = parcel(carrier, AT - timedelta(hours=30))
        troubled = [early, before, *(orders[2:] if step >= 8 else ())]
        values = {"topic": "late", "subject": "x", "due_at": NOW}
        for number, order in enumerate(troubled[:3]):
            Complaint.objects.create(number=f"C{step}-{number}", order=order, opened_at=AT + 5 * DAY, **values)
        for order in troubled[3:]:
            Payment.objects.create(order=order, kind="refund", amount=1, at=AT + 29 * DAY)
        Payment.objects.create(order=orders[0], kind="charge", amount=1, at=AT + DAY)
        Payment.objects.create(order=orders[1], kind="refund", amount=1, at=AT + 31 * DAY)
        Complaint.objects.create(number=f"D{step}", order=orders[1], opened_at=AT - DAY, **values)
    [found] = effects_of(warning, "fulfilment.carrier_late")
    assert (found.ran, found.others) == (8, 8)
    assert (found.mean_ran, found.mean_others) == (0.0, 50.0)
    assert found.low == found.high == -50.0


def wrote(**values) -> Review:
    return Review.objects.create(**{"state": "published", **values})


def submitted(review: Review) -> ReviewSubmitted:
    return ReviewSubmitted(review_id=review.pk, product_id=None, rating=review.rating, state="published")


def test_replies_and_what_the_buyer_wrote_later(scope, ann, as_user):
    """Ten reviews of one star on each side; those of five stars are nothing like them."""
    replying = made(ann, "reviews.submitted")
    for step in range(20):
        buyer = factories.CustomerFactory()
        hours = (20 if step % 2 else 23) if step < 10 else (30 if step % 5 else 24)
        review = wrote(rating=1, customer=buyer, created_at=AT, replied_at=AT + timedelta(hours=hours), reply="x")
        activity = fact(submitted(review))
        if step < 10:
            ran(replying, activity)
        wrote(rating=4 if step < 10 else 2, customer=buyer, created_at=AT + 10 * DAY)
        wrote(rating=5, customer=buyer, created_at=AT + 12 * DAY)
        if step < 5:
            Review.objects.filter(pk=review.pk).update(rating=3, revised_at=AT + 3 * DAY)
        if step >= 19:
            Review.objects.filter(pk=review.pk).update(rating=3, revised_at=AT + 31 * DAY)
    for _ in range(20):
        fact(submitted(wrote(rating=5, created_at=AT)))
    reply, better, stars = effects_of(replying, "reviews.submitted")
    assert [(one.ran, one.others) for one in (reply, better, stars)] == [(10, 10)] * 3
    assert (reply.mean_ran, reply.mean_others) == (100.0, 20.0)
    assert (better.mean_ran, better.mean_others) == (50.0, 0.0)
    assert (stars.mean_ran, stars.mean_others) == (4.0, 2.0)
    page = as_user(ann).get(reverse("playbook-detail", args=["luming", replying.pk])).content.decode()
    assert page.count("Where it ran (cases: 10)") == 3
    assert "Reviews with a reply within 24 hours, in percent" in page


def test_buyers_who_wrote_no_other_review_are_too_few(scope, ann):
    replying = made(ann, "reviews.submitted")
    for step in range(20):
        activity = fact(submitted(wrote(rating=1, created_at=AT)))
        if step < 10:
            ran(replying, activity)
    reply, _better, stars = effects_of(replying, "reviews.submitted")
    assert (reply.mean_ran, reply.mean_others) == (0.0, 0.0)
    assert (stars.is_known, stars.ran, stars.others) == (False, 0, 0)


def test_units_after_praise_against_the_forecast_then(scope, ann):
    """112 units in the 28 days before and a forecast of a quarter more: 140; after it 6 a day, or 5: 168 and 140."""
    things = shop_of(20, np.array([6] * 10 + [5] * 10))
    backing = made(ann, "episodes.praised")
    for step, thing in enumerate(things):
        activity = fact(
            ProductPraised(
                episode_id=1, product_id=thing.product_id, title="x", rating=4.8, reviews=20, rating_before=4.0,
                reviews_before=5, forecast_percent=25, units=112,
            )
        )  # fmt: skip
        if step < 10:
            ran(backing, activity)
    sold, against = effects_of(backing, "episodes.praised")
    assert (sold.mean_ran, sold.mean_others) == (150.0, 125.0)
    assert (against.mean_ran, against.mean_others) == (pytest.approx(120.0), pytest.approx(100.0))


def test_complaints_of_what_is_not_sold_any_more_have_no_rate(scope, ann):
    holding = made(ann, "episodes.complaints_burst")
    for step, thing in enumerate(shop_of(20, np.array([0] * 10 + [4] * 10))):
        activity = fact(burst(thing.product_id))
        if step < 10:
            ran(holding, activity)
    count, rate = effects_of(holding, "episodes.complaints_burst")
    assert (count.ran, count.mean_ran) == (10, 0.0)
    assert (rate.is_known, rate.ran, rate.others) == (False, 0, 10)


def test_days_sold_out_in_a_surge(scope, ann):
    """One of two SKUs is sold out from the eighth day after the later surges on: 7 of 2 x 14 days."""
    ordering = made(ann, "forecasts.surge_expected")
    things = shop_of(2, np.full(2, 4))
    place = factories.WarehouseFactory(is_default=True)
    for thing in things:
        StockMove.objects.create(warehouse=place, variant=thing, quantity=10, reason="count", at=NOW - 90 * DAY)
    values = {"run_id": 1, "first_day": "", "last_day": "", "low": 1.0, "middle": 2.0, "high": 3.0, "currency": "CNY"}
    for _ in range(8):
        ran(ordering, fact(SurgeExpected(usual=100.0, **values), days=60))
        fact(SurgeExpected(usual=120.0, **values), days=FACT_DAY)
        fact(SurgeExpected(usual=900.0, **values), days=FACT_DAY)
    out = {"warehouse": place, "variant": things[0], "reason": "count"}
    StockMove.objects.create(quantity=-10, at=AT + 7 * DAY, **out)
    [found] = effects_of(ordering, "forecasts.surge_expected")
    assert (found.ran, found.others) == (8, 8)
    assert (found.mean_ran, found.mean_others) == (0.0, 25.0)


def festival(days_ago: int, ahead: int, effect: int | None) -> FestivalAhead:
    day = (NOW - days_ago * DAY).date() + ahead * DAY
    return FestivalAhead(key="double-11", day=day.isoformat(), days=ahead, effect_percent=effect)


def test_festivals_of_three_years(scope, ann):
    """Half as much again as usual in the week up to the later ones, with one of two SKUs sold out; those that had four
    times the usual are nothing like them.
    """
    preparing = made(ann, "calendar.festival_ahead")
    things = variants(2, products=2)
    units = np.full((2, 800), 4)
    units[:, 800 - FACT_DAY :] = 6
    sold(things, units)
    place = factories.WarehouseFactory(is_default=True)
    for thing in things:
        StockMove.objects.create(warehouse=place, variant=thing, quantity=10, reason="count", at=NOW - 900 * DAY)
    StockMove.objects.create(warehouse=place, variant=things[0], quantity=-10, reason="count", at=AT + 10 * DAY)
    for _ in range(8):
        ran(preparing, fact(festival(700, 30, None), days=700))
        fact(festival(FACT_DAY, 20, 40), days=FACT_DAY)
        fact(festival(FACT_DAY, 20, 300), days=FACT_DAY)
        fact(festival(1200, 20, None), days=1200)
    out, units_sold = effects_of(preparing, "calendar.festival_ahead")
    assert (out.ran, out.others) == (units_sold.ran, units_sold.others) == (8, 8)
    assert (out.mean_ran, out.mean_others) == (0.0, 50.0)
    assert (units_sold.mean_ran, units_sold.mean_others) == (pytest.approx(100.0), pytest.approx(150.0))


def test_festivals_of_a_shop_that_sold_nothing_before(scope, ann):
    preparing = made(ann, "calendar.festival_ahead")
    for _ in range(8):
        ran(preparing, fact(festival(60, 30, None), days=60))
        fact(festival(60, 30, None), days=60)
    assert [one.is_known for one in effects_of(preparing, "calendar.festival_ahead")] == [False, False]


def test_days_sold_out_of_the_skus_of_a_night(scope, ann):
    """Warned of are two SKUs; one is sold out for the last 15 of the 30 days after the later nights."""
    ordering = made(ann, "restock.stock_outs_expected")
    things = shop_of(2, np.full(2, 4))
    place = factories.WarehouseFactory(is_default=True)
    day = {"out_low": NOW.date(), "out_middle": NOW.date()}
    for thing in things:
        StockMove.objects.create(warehouse=place, variant=thing, quantity=10, reason="count", at=NOW - 90 * DAY)
    first, last = (StockWarning.objects.create(variant=thing, available=3, per_day=1.0, **day).pk for thing in things)
    for _ in range(8):
        night = StockOutsExpected(
            first_warning_id=first, last_warning_id=last, count=2, sku="A", out_middle="2026-05-20"
        )
        ran(ordering, fact(night, days=80))
        fact(night, days=FACT_DAY)
    StockMove.objects.create(warehouse=place, variant=things[0], reason="count", quantity=-10, at=AT + 15 * DAY)
    [found] = effects_of(ordering, "restock.stock_outs_expected")
    assert (found.ran, found.others, found.mean_ran, found.mean_others) == (8, 8, 0.0, 25.0)


def test_share_against_what_was_foretold(scope, rival, ann):
    """Foretold are 18 %; it came to 19 where the playbook ran and to 17.5 elsewhere. Another shop's does not count."""
    answering = made(ann, "markets.share_fall_expected")
    market = Market.objects.create(category=factories.CategoryFactory(), currency="CNY")
    ours, theirs = (Player.objects.create(market=market, merchant=shop) for shop in (scope, rival))
    row = {"mean": [0.18] * 8, "quantiles": [[0.18] * 7] * 8, "gain": [0] * 8, "lose": [1] * 8, "ranks": []}
    for step in range(18):
        run = ShareRun.objects.create(
            market=market, measure="units", last_week=NOW.date(), data_digest=str(step), digest=str(step)
        )
        fall = ShareFallExpected(
            run_id=run.pk, market_id=market.pk, measure="units", category="x", last=0.2, low=0.17, middle=0.18,
            high=0.19, chance=0.9,
        )  # fmt: skip
        activity = fact(fall)
        if step < 9:
            ran(answering, activity)
        for player, came in ((ours, 0.19 if step < 9 else 0.175), (theirs, 0.5)):
            forecast = ShareForecast.objects.create(run=run, player=player, last=0.2, **row)
            if step not in (0, 17):
                ShareScore.of(forecast, 4, actual=came, planned=None).save()
            ShareScore.of(forecast, 3, actual=0.4, planned=None).save()
    [found] = effects_of(answering, "markets.share_fall_expected")
    assert (found.ran, found.others) == (8, 8)
    assert (found.mean_ran, found.mean_others) == (pytest.approx(1.0), pytest.approx(-0.5))


def test_complaints_answered_before_their_time_ran_out(scope, ann):
    reminding = made(ann, "complaints.due_soon")
    due = AT + timedelta(hours=8)
    for step in range(16):
        hours = {0: None, 1: 9}.get(step % 4, 2) if step >= 8 else 8
        complaint = Complaint.objects.create(
            number=f"C{step}", topic="late", subject="x", due_at=NOW,
            answered_at=None if hours is None else AT + timedelta(hours=hours),
        )  # fmt: skip
        activity = fact(
            ComplaintDueSoon(
                complaint_id=complaint.pk, number=complaint.number, topic="late", state="opened", due_at=due.isoformat()
            )
        )
        if step < 8:
            ran(reminding, activity)
    [found] = effects_of(reminding, "complaints.due_soon")
    assert (found.mean_ran, found.mean_others) == (100.0, 50.0)
