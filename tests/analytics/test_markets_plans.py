"""Declared plans: what may be written down, whose they are, and the forecast that knows them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Activity
from analytics.markets.actions import (
    declare_plan,
    make_own_runs,
    make_share_runs,
    open_markets,
    rebuild_market,
    score_share_forecasts,
)
from analytics.markets.events import PlanDeclared
from analytics.markets.models import WEEK, Market, PlannedWeek, Player
from analytics.markets.panels import Planned
from analytics.markets.queries import altered_share_runs, plan_errors, plans_ahead, share_run_list
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import WrongTenant, tenant
from tests import factories
from tests.analytics.markets_kit import LAST, TODAY, seen, sells, wavy


@pytest.fixture
def market(shop, db):
    """Thirty weeks of the shop and five others, each cheaper in every fifth week and then selling twice as much."""
    teaware = factories.CategoryFactory(name="Teaware")
    for number in range(6):
        cheap = [(week + number) % 5 == 0 for week in range(30)]
        units = [count * (2 if is_cheap else 1) for count, is_cheap in zip(wavy(50, 30, number), cheap, strict=True)]
        merchant = factories.MerchantFactory() if number else shop
        sells(merchant, teaware, units, price=[80 if is_cheap else 100 for is_cheap in cheap])
    open_markets()
    return rebuild_market(Market.objects.get(), today=TODAY)


@pytest.fixture
def player(market, shop):
    return Player.objects.get(market=market, merchant=shop)


def test_a_plan_is_kept_with_who_declared_it_and_when(player, shop):
    with tenant(shop):
        rows = declare_plan(
            player, [(LAST + 2 * WEEK, None, 0.5), (LAST + WEEK, 90, None)], actor=SYSTEM, source="scenario 7"
        )

        assert [(row.week, row.price, row.promotion) for row in rows] == [
            (LAST + WEEK, 90.0, None),
            (LAST + 2 * WEEK, None, 0.5),
        ]
        assert {row.source for row in PlannedWeek.objects.all()} == {"scenario 7"}
        entry = Activity.objects.get(kind=PlanDeclared.kind)
        assert entry.payload["weeks"] == 2


@pytest.mark.parametrize(
    ("weeks", "code"),
    [
        ([], "length"),
        ([(LAST + step * WEEK, 90, None) for step in range(1, 54)], "length"),
        ([(LAST + WEEK, 90, None), (LAST + WEEK, 80, None)], "twice"),
        ([(LAST + WEEK + timedelta(days=1), 90, None)], "not_monday"),
        ([(LAST, 90, None)], "past"),
        ([(LAST + WEEK, 0, None)], "price"),
        ([(LAST + WEEK, float("nan"), None)], "price"),
        ([(LAST + WEEK, None, 1.2)], "promotion"),
        ([(LAST + WEEK, None, float("nan"))], "promotion"),
        ([(LAST + WEEK, None, None, -1)], "advertising"),
        ([(LAST + WEEK, None, None, None, 1.5)], "stockout"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_whole(player, shop, weeks, code):
    with tenant(shop), pytest.raises(Refused) as refused:
        declare_plan(player, weeks, actor=SYSTEM, source="")

    assert refused.value.code == code
    with tenant(shop):
        assert not PlannedWeek.objects.exists()


def test_only_a_shop_has_a_plan_and_only_its_own(player, market, shop, rival):
    outside = seen(market, "Porcelain Park", [40])
    with tenant(shop), pytest.raises(Refused):
        declare_plan(outside, [(LAST + WEEK, 90, None)], actor=SYSTEM, source="")
    with tenant(rival), pytest.raises(WrongTenant):
        declare_plan(player, [(LAST + WEEK, 90, None)], actor=SYSTEM, source="")


def test_a_declared_week_cannot_be_changed_or_taken_out(player, shop):
    with tenant(shop):
        (row,) = declare_plan(player, [(LAST + WEEK, 90, None)], actor=SYSTEM, source="")
        with pytest.raises(TypeError):
            row.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            PlannedWeek.objects.filter(pk=row.pk).update(price=1)


def test_a_shop_with_a_plan_gets_a_forecast_that_knows_it(player, market, shop):
    with tenant(shop):
        declare_plan(player, [(LAST + step * WEEK, 80, 1.0) for step in range(1, 9)], actor=SYSTEM, source="")
    (plain,) = make_share_runs(market, "units")

    (own,) = make_own_runs(market, "units")

    assert (own.information, own.player, own.players) == ("own", player, [player.pk])
    assert own.assumed["price"] == pytest.approx([80] * 8)
    assert own.assumed["promotion"] == [1.0] * 8
    assert len(own.assumed["weeks"]) == 8
    said = own.forecasts.get()
    assert said.mean[3] > plain.forecasts.get(player=player).mean[3]
    assert all(0 <= low <= high <= 1 for row in said.quantiles for low, high in pairwise(row))
    assert altered_share_runs() == []


def test_the_newest_word_on_a_week_counts_and_can_be_taken_back(player, market, shop):
    with tenant(shop):
        declare_plan(player, [(LAST + WEEK, 60, None), (LAST + 2 * WEEK, 60, None)], actor=SYSTEM, source="")
        declare_plan(player, [(LAST + WEEK, 95, 0.25)], actor=SYSTEM, source="")
        assert plans_ahead(market, LAST) == {
            player.pk: {LAST + WEEK: Planned(95.0, 0.25), LAST + 2 * WEEK: Planned(60.0)}
        }

        declare_plan(player, [(LAST + WEEK, None, None), (LAST + 2 * WEEK, None, None)], actor=SYSTEM, source="")

    assert plans_ahead(market, LAST) == {}
    assert make_own_runs(market, "units") == []


def test_the_same_plan_makes_no_second_run_and_another_shops_plan_changes_none(player, market, shop):
    with tenant(shop):
        declare_plan(player, [(LAST + WEEK, 60, None)], actor=SYSTEM, source="")
    (own,) = make_own_runs(market, "units")
    other = Player.objects.filter(market=market).exclude(pk=player.pk).first()
    with tenant(other.merchant):
        declare_plan(other, [(LAST + WEEK, 50, 1)], actor=SYSTEM, source="")

    again = {run.player_id: run for run in make_own_runs(market, "units")}

    assert again[player.pk] == own
    assert len(again) == 2


def test_a_plan_is_scored_as_assumed_and_as_it_came(player, market, shop):
    """The price was to be 80 and stayed as it was: most of the miss is the plan's."""
    with tenant(shop):
        declare_plan(player, [(LAST + step * WEEK, 80, 1.0) for step in range(1, 9)], actor=SYSTEM, source="")
    make_own_runs(market, "units")
    for number, one in enumerate(Player.objects.filter(market=market).select_related("merchant")):
        sells(one.merchant, market.category, wavy(60, 4, number), last=LAST + 4 * WEEK)
    market = rebuild_market(market, today=TODAY + 4 * WEEK)

    assert score_share_forecasts(market) == 4
    missed, with_real_plan = plan_errors(player, "units", is_own=True)

    assert with_real_plan < missed
    assert plan_errors(player, "units") is None


def test_nobody_else_sees_the_run_that_knew_a_plan(player, market, shop):
    with tenant(shop):
        declare_plan(player, [(LAST + WEEK, 60, None)], actor=SYSTEM, source="")
    (own,) = make_own_runs(market, "units")
    other = Player.objects.filter(market=market).exclude(pk=player.pk).first().merchant

    assert own in share_run_list(shop)
    assert own not in share_run_list(other)
