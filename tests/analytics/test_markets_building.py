"""A market's weeks: what goes into them, what does not, and what is odd."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.share.panel import PRICE, NoForecast
from analytics.markets.actions import open_markets, rebuild_market
from analytics.markets.models import WEEK, Market, Measure, Player, PlayerWeek
from analytics.markets.panels import HORIZON, share_panel
from analytics.markets.rules import LARGEST_PART, PEERS, last_whole_week, monday, oddities, view_of
from tests import factories
from tests.analytics.markets_kit import LAST, TODAY, seen, sells, wavy


@pytest.fixture
def teaware(db):
    return factories.CategoryFactory(name="Teaware")


def built(category) -> Market:
    open_markets()
    return rebuild_market(Market.objects.get(category=category), today=TODAY)


def test_a_market_is_the_sum_of_its_players_weeks(shop, rival, teaware):
    sells(shop, teaware, [10, 20, 30], price=50)
    sells(rival, teaware, [30, 20, 10])

    market = built(teaware)
    found = share_panel(market, Measure.VALUE)

    assert (market.first_week, market.last_week) == (LAST - 2 * WEEK, LAST)
    assert found.totals.tolist() == [3500, 3000, 2500]
    mine = found.place(Player.objects.get(merchant=shop).pk)
    assert found.panel.shares[:3, mine] == pytest.approx([500 / 3500, 1000 / 3000, 1500 / 2500])
    assert share_panel(market, Measure.UNITS).panel.shares[0, mine] == pytest.approx(0.25)
    assert len(found.panel.periods) == 3 + HORIZON


def test_the_week_that_runs_is_left_out(shop, teaware):
    sells(shop, teaware, [10, 20], last=LAST + WEEK)

    assert built(teaware).last_week == LAST
    assert PlayerWeek.objects.filter(week__gt=LAST).count() == 0


def test_building_again_changes_nothing(shop, rival, teaware):
    sells(shop, teaware, [10, 20, 30])
    sells(rival, teaware, [30, 0, 10])
    market = built(teaware)
    before = list(PlayerWeek.objects.values_list("player", "week", "units", "value", "price"))

    rebuild_market(market, today=TODAY)

    assert list(PlayerWeek.objects.values_list("player", "week", "units", "value", "price")) == before
    assert share_panel(market, "value").digest == share_panel(market, "value").digest


def test_a_shop_counts_from_its_first_sale_on(shop, rival, teaware):
    sells(shop, teaware, [5, 5, 5, 5])
    sells(rival, teaware, [0, 0, 5, 5])

    built(teaware)

    assert PlayerWeek.objects.filter(player__merchant=rival).count() == 2


def test_price_is_an_index_that_the_mix_does_not_move(shop, rival, teaware):
    """A dear and a cheap article at steady prices: selling more of the dear one is no rise."""
    sells(rival, teaware, [9, 9, 9])
    sells(shop, teaware, [10, 1, 5], price=20)
    sells(shop, teaware, [1, 10, 5], price=200)

    built(teaware)

    prices = list(PlayerWeek.objects.filter(player__merchant=shop).values_list("price", flat=True))
    assert prices == pytest.approx([prices[0]] * 3)


def test_a_price_well_below_the_usual_one_is_a_promotion(shop, rival, teaware):
    sells(rival, teaware, [9] * 8)
    sells(shop, teaware, [10] * 8, price=[100] * 6 + [80, 100])

    built(teaware)

    promotion = list(PlayerWeek.objects.filter(player__merchant=shop).values_list("promotion", flat=True))
    assert promotion == [0, 0, 0, 0, 0, 0, 1.0, 0]


def test_values_in_another_currency_are_left_out_and_said(shop, rival, teaware):
    other = factories.MerchantFactory(currency="EUR")
    for merchant in (shop, rival, other):
        sells(merchant, teaware, [10, 10])

    market = built(teaware)

    assert market.currency == "CNY"
    assert [note["code"] for note in market.quality] == ["currency"]
    theirs = share_panel(market, "value").place(Player.objects.get(merchant=other).pk)
    assert share_panel(market, "value").amounts[:, theirs].sum() == 0
    assert share_panel(market, "units").amounts[:, theirs].sum() == 20


def test_outside_competitors_count_by_their_newest_observation(shop, teaware):
    sells(shop, teaware, [10, 10])
    market = built(teaware)
    seen(market, "Porcelain Park", [40, 40])
    seen(market, "Porcelain Park", [None, 90], known_at=datetime(2026, 11, 19, tzinfo=UTC))

    market = rebuild_market(market, today=TODAY)

    found = share_panel(market, "units")
    assert found.totals.tolist() == [50, 100]
    assert found.panel.names == ()  # one price each: it explains nothing
    before = share_panel(market, "units", known_by=datetime(2026, 11, 18, tzinfo=UTC))
    assert before.totals.tolist()[0] == 50


def test_a_competitor_that_sells_on_the_platform_is_not_counted_twice(shop, teaware):
    sells(shop, teaware, [10, 10])
    market = built(teaware)
    seen(market, "LUMING teaware", [40, 40])

    market = rebuild_market(market, today=TODAY)

    assert [note["code"] for note in market.quality] == ["double"]
    assert share_panel(market, "units").totals.tolist() == [10, 10]


def test_short_gaps_of_an_outside_competitor_are_filled_long_ones_are_told(shop, teaware):
    sells(shop, teaware, [10] * 10)
    market = built(teaware)
    seen(market, "Porcelain Park", [40, None, 40, None, None, None, None, None, None, 40])

    market = rebuild_market(market, today=TODAY)

    found = share_panel(market, "units")
    theirs = found.place(Player.objects.get(name="Porcelain Park").pk)
    assert found.amounts[:, theirs].tolist() == [40, 40, 40, 40, 40, 40, 40, 0, 0, 40]
    assert market.quality[0]["code"] == "gap"
    assert market.quality[0]["count"] == 7


def test_a_price_of_zero_and_a_market_without_sales(shop, teaware):
    sells(shop, teaware, [10, 10, 10], price=[10, 0, 10])
    market = built(teaware)
    assert "price_not_positive" not in {note.code for note in share_panel(market, "units").panel.notes}
    empty = Market.objects.create(category=factories.CategoryFactory(name="Kettles", code="kettles"), currency="CNY")
    with pytest.raises(NoForecast):
        share_panel(empty, "units")


WEEKS = [date(2026, 1, 5) + step * WEEK for step in range(30)]


@pytest.mark.parametrize(
    ("amounts", "codes"),
    [
        (wavy(40, 30), []),
        ([*wavy(40, 15), 400, *wavy(40, 14)], ["jump"]),
        ([*wavy(40, 15), *wavy(400, 15)], ["unit_change"]),
        ([*wavy(40, 15), *wavy(480, 15)], ["unit_change"]),
        ([*wavy(40, 15), *wavy(80, 15)], []),
        ([*wavy(400, 15), *wavy(40, 15)], ["unit_change"]),
        ([None, None, *wavy(40, 28)], []),
        ([*wavy(40, 10), None, *wavy(40, 19)], ["gap"]),
        ([0.0] * 30, []),
        ([None] * 30, []),
        ([5.0], []),
    ],
)
def test_what_is_odd_in_a_players_weeks(amounts, codes):
    assert [note["code"] for note in oddities(WEEKS[: len(amounts)], amounts, is_outside=True)] == codes


def test_weeks_begin_on_monday():
    assert monday(date(2026, 11, 22)) == date(2026, 11, 16)
    assert last_whole_week(date(2026, 11, 22)) == date(2026, 11, 9)
    assert last_whole_week(date(2026, 11, 23)) == date(2026, 11, 16)


@given(
    st.dictionaries(st.integers(1, 30), st.floats(0, 1e6), min_size=0, max_size=14),
    st.integers(1, 30),
)
def test_nobody_can_be_singled_out(recent, own):
    """Whatever is shown has PEERS others behind it, none larger than its part; and so has what is left over."""
    view = view_of(own, recent)

    if view.withheld:
        assert view.groups == {}
        return
    assert view.groups["own"] == (own,)
    everybody = sorted(player for players in view.groups.values() for player in players)
    assert everybody == sorted({player for player, amount in recent.items() if amount > 0} | {own})
    others = [recent[player] for player in everybody if player != own]
    rest = [recent[player] for player in view.groups["others"]]
    for group in (others, rest):
        assert len(group) >= PEERS
        assert max(group) <= LARGEST_PART * sum(group) + 1e-6


@pytest.mark.parametrize(
    ("recent", "withheld", "groups"),
    [
        ({1: 10.0}, "alone", set()),
        ({1: 10.0, 2: 5.0}, "few_peers", set()),
        ({1: 0.0, 2: 5.0}, "not_selling", set()),
        ({1: 10.0, 2: 100.0, 3: 1.0, 4: 1.0, 5: 1.0, 6: 1.0}, "one_dominates", set()),
        ({1: 10.0, 2: 9.0, 3: 8.0, 4: 7.0, 5: 6.0, 6: 5.0}, "", {"own", "others"}),
        ({1: 10.0, 2: 9.0, 3: 8.0, 4: 7.0, 5: 6.0, 6: 5.0, 7: 4.0}, "", {"own", "rival", "others"}),
    ],
)
def test_what_a_merchant_may_see(recent, withheld, groups):
    view = view_of(1, recent)

    assert (view.withheld, set(view.groups)) == (withheld, groups)


def test_only_categories_with_sales_have_a_market(shop, teaware):
    factories.CategoryFactory(name="Empty", code="empty")
    sells(shop, teaware, [1])

    assert [market.category for market in open_markets()] == [teaware]
    assert len(open_markets()) == 1


def test_values_are_money_and_prices_positive(shop, rival, teaware):
    sells(shop, teaware, [3], price="33.33")
    sells(rival, teaware, [1])
    market = built(teaware)

    row = PlayerWeek.objects.get(player__merchant=shop)
    assert row.value == Decimal("99.99")
    assert np.isfinite(share_panel(market, "value").panel.drivers).all()
    assert PRICE in share_panel(market, "value").panel.names or share_panel(market, "value").panel.notes
    assert timedelta(days=7) == WEEK
