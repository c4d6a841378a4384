"""What drives a market beside prices: advertising, stock-outs, ratings; since when it is known, what it explains."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from analytics.calendar.models import OutsideSeries, OutsideValue
from analytics.engine.share.candidates import fit_all
from analytics.markets import pulls
from analytics.markets.actions import declare_plan, open_markets, rebuild_market
from analytics.markets.causes import causes
from analytics.markets.drivers import advertising, days_out, ratings
from analytics.markets.festive import festive
from analytics.markets.models import WEEK, Market, Player, PlayerWeek
from analytics.markets.panels import share_panel
from analytics.markets.queries import plans_ahead
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import StockMove
from ecommerce.reviews.models import Review
from tests import factories
from tests.analytics.markets_kit import LAST, TODAY, sells, wavy

WEEKS = 20
FIRST = LAST - (WEEKS - 1) * WEEK


@pytest.fixture
def teaware(shop, rival):
    category = factories.CategoryFactory(name="Teaware")
    sells(shop, category, wavy(40, WEEKS))
    sells(rival, category, wavy(60, WEEKS, 1))
    return category


def built(category) -> Market:
    open_markets()
    return rebuild_market(Market.objects.get(category=category), today=TODAY)


def spends(merchant, amounts, known_on=None) -> None:
    with tenant(merchant):
        series = OutsideSeries.objects.create(name="Ads", kind="ad_spend", period="week")
        for step, amount in enumerate(amounts):
            week = FIRST + step * WEEK
            OutsideValue.objects.create(
                series=series, day=week, value=amount, known_on=known_on or week + timedelta(days=7)
            )


def column(found, name, merchant):
    place = found.place(Player.objects.get(merchant=merchant).pk)
    return found.panel.drivers[:, place, found.panel.names.index(name)]


def test_spend_moves_the_market_and_goes_on_at_its_recent_mean(shop, rival, teaware):
    amounts = [0, 0, 300, 300, 600] * 4
    spends(shop, amounts)

    found = share_panel(built(teaware), "value")

    mine = column(found, "advertising", shop)
    assert np.expm1(mine[:5]) == pytest.approx([0, 0, 0.75, 0.75, 1.5])
    assert np.expm1(mine[WEEKS:]) == pytest.approx([np.mean(amounts[-13:]) / 400] * 8)
    assert np.ptp(column(found, "advertising", rival)) == 0


def test_spend_that_hardly_moved_is_no_driver(shop, teaware):
    spends(shop, [500] * WEEKS)

    assert "advertising" not in share_panel(built(teaware), "value").panel.names


def test_a_replay_does_not_know_spend_that_came_late(shop, teaware):
    spends(shop, [0, 0, 300, 300, 600] * 4, known_on=LAST + WEEK)
    market = built(teaware)

    before = share_panel(market, "value", until=LAST - WEEK, known_by=datetime.combine(LAST, datetime.min.time(), UTC))

    assert "advertising" in share_panel(market, "value").panel.names
    assert "advertising" not in before.panel.names


def test_sold_out_days_count_by_what_was_sold_before(shop, teaware):
    """One of two articles, which sold half of all, is out for three and a half weeks, and nothing else ever is."""
    sells(shop, teaware, wavy(40, WEEKS))
    with tenant(shop):
        warehouse = factories.WarehouseFactory()
        variant = Variant.objects.order_by("pk").last()
        out = FIRST + 12 * WEEK
        for day, quantity in ((FIRST - WEEK, 500), (out - timedelta(days=1), -500), (out + 3.5 * WEEK, 500)):
            at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=8)
            StockMove.objects.create(warehouse=warehouse, variant=variant, quantity=quantity, reason="receipt", at=at)

    market = built(teaware)

    rows = PlayerWeek.objects.filter(player__merchant=shop).order_by("week")
    part = [row.stockout for row in rows]
    assert part[12:15] == pytest.approx([0.5, 0.5, 0.5], abs=0.12)
    assert 0.1 < part[15] < 0.35
    assert sum(part) == pytest.approx(sum(part[12:16]))
    mine = column(share_panel(market, "value"), "stockout", shop)
    assert pulls.part_of(mine[13]) == pytest.approx(part[13])
    assert mine[WEEKS:].tolist() == [0] * 8


def test_a_rating_is_the_mean_of_what_was_written_by_then(shop, teaware):
    with tenant(shop):
        product = Variant.objects.order_by("pk").first().product
        for step, stars in enumerate([5] * 5 + [1] * 5):
            at = datetime.combine(FIRST + step * WEEK, datetime.min.time(), UTC) + timedelta(days=1)
            for _ in range(4):
                review = Review.objects.create(product=product, rating=stars, state="published", author_name="Li")
                Review.objects.filter(pk=review.pk).update(created_at=at)

    found = share_panel(built(teaware), "value")

    rated = [row.rating for row in PlayerWeek.objects.filter(player__merchant=shop).order_by("week")]
    assert rated[:4] == [None] * 4
    assert rated[4:6] == pytest.approx([5, 26 / 6])
    assert rated[-1] == 3
    assert column(found, "rating", shop)[-1] == 3


def test_each_driver_costs_one_query_however_many_sell(shop, teaware, django_assert_num_queries):
    for _ in range(4):
        merchant = factories.MerchantFactory()
        sells(merchant, teaware, wavy(20, WEEKS))
        spends(merchant, [0, 0, 300, 300, 600] * 4)
    sellers = list(Player.objects.filter(market=built(teaware)).values_list("merchant", flat=True))
    weeks = [FIRST + step * WEEK for step in range(WEEKS)]

    with django_assert_num_queries(1):
        assert len(advertising(sellers)) == 4
    with django_assert_num_queries(1):
        ratings(teaware, weeks)
    with django_assert_num_queries(1):
        days_out(teaware, weeks)


def test_a_declared_plan_of_spend_and_stock_stands_in_the_weeks_ahead(shop, teaware):
    spends(shop, [0, 0, 300, 300, 600] * 4)
    market = built(teaware)
    player = Player.objects.get(merchant=shop)
    with tenant(shop):
        declare_plan(player, [(LAST + WEEK, None, None, 1200.0, None)], actor=SYSTEM, source="")

    found = share_panel(market, "value", plans=plans_ahead(market, LAST))

    assert np.expm1(column(found, "advertising", shop)[WEEKS]) == pytest.approx(3.0)
    assert np.expm1(column(found, "advertising", shop)[WEEKS + 1]) < 2


def test_what_moved_a_share_is_told_by_driver_and_adds_up():
    chance = np.random.default_rng(4)
    drivers = chance.normal(size=(60, 3, 3))
    drivers[:, 1:, 2] = 0.0
    pull = -1.5 * drivers[:, :, 0] + 0.3 * drivers[:, :, 1] + 0.8 * drivers[:, :, 2]
    shares = np.exp(pull) / np.exp(pull).sum(axis=1, keepdims=True)
    names = ("price", "promotion", "advertising")
    model = fit_all(shares, drivers, names)["logit"]
    now, then = drivers[0], drivers[0].copy()
    then[0, 2] += 1.5
    last, current = (np.exp(row) / np.exp(row).sum() for row in (pull[0], pull[0] + [1.2, 0, 0]))

    parts = causes(model, names, now, then, last, current)

    assert sum(parts.values()) == pytest.approx(current - last)
    assert parts["advertising"][0] == pytest.approx(current[0] - last[0], rel=0.2)
    assert parts["price"][0] == parts["promotion"][0] == 0
    assert parts["rivals"][1] == pytest.approx(current[1] - last[1], rel=0.2)


def test_a_festival_counts_in_the_weeks_ahead_and_only_by_what_was_seen_then():
    """Double 11 doubles its day twice over; the third lies ahead."""
    first = date(2023, 10, 2)
    last = date(2025, 10, 20)
    chance = np.random.default_rng(1)
    days = [first + timedelta(days=step) for step in range((last - first).days + 7)]
    totals = {day: float(chance.poisson(200)) * (4 if (day.month, day.day) == (11, 11) else 1) for day in days}

    seen = festive(totals, first, last, 8)
    then = festive(totals, first, date(2023, 11, 6), 8)

    week = seen.factors[(date(2025, 11, 10) - first).days // 7]
    assert 1.2 < week < 1.6
    assert seen.factors[len(seen.factors) // 2 - 20] == pytest.approx(1.0, abs=0.05)
    (double,) = [one for one in seen.coming if one.key == "double_11"]
    assert double.past == 2
    assert double.is_learnt
    assert double.weeks["2025-11-10"][0] == pytest.approx(week)
    assert then.factors == pytest.approx(1.0)
    assert not any(one.is_learnt for one in then.coming)


def test_reviews_and_stock_of_other_categories_do_not_count(shop, teaware):
    with tenant(shop):
        other = factories.ProductFactory(category=factories.CategoryFactory(name="Kettles", code="kettles"))
        for _ in range(30):
            Review.objects.create(product=other, rating=1, state="published", author_name="Li")

    built(teaware)

    assert set(PlayerWeek.objects.values_list("rating", flat=True)) == {None}
    with every_tenant("a check of the test"):
        assert Review.objects.count() == 30
