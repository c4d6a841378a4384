"""Declared plans: what may be written down, whose they are, and the forecast that knows them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Activity
from analytics.markets.actions import declare_plan, open_markets, rebuild_market
from analytics.markets.events import PlanDeclared
from analytics.markets.models import WEEK, Market, PlannedWeek, Player
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import WrongTenant, tenant
from tests import factories
from tests.analytics.markets_kit import LAST, TODAY, seen, sells, wavy


@pytest.fixture
def market(shop, db):
    """Thirty weeks of the shop and five others; prices move."""
    teaware = factories.CategoryFactory(name="Teaware")
    prices = [100 if week % 5 else 80 for week in range(30)]
    sells(shop, teaware, wavy(60, 30), price=prices)
    for number in range(5):
        other = factories.MerchantFactory()
        sells(other, teaware, wavy(40 + 5 * number, 30, number), price=prices[number:] + prices[:number])
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
