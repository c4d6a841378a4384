"""Share forecasts in the database: written once, made once, scored once, as of any past week."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Activity, Job
from analytics.engine.scenario.levers import Lever
from analytics.engine.scenario.market_size import market_size
from analytics.engine.scenario.outcome import compare
from analytics.engine.share.stored import from_bytes
from analytics.markets.actions import make_share_runs, open_markets, rebuild_market, score_share_forecasts
from analytics.markets.events import ShareFallExpected
from analytics.markets.models import WEEK, Market, Player, ShareForecast, ShareRun, ShareScore, ShareState
from analytics.markets.queries import (
    altered_share_runs,
    forecast_of,
    newest_share_run,
    newest_state,
    share_record,
)
from analytics.markets.tasks import REPLAYED, forecast_market, nightly_markets
from core.tenancy import every_tenant
from tests import factories
from tests.analytics.markets_kit import LAST, TODAY, seen, sells, wavy

PEERS = 6


@pytest.fixture
def teaware(db):
    return factories.CategoryFactory(name="Teaware")


@pytest.fixture
def market(shop, teaware):
    """Forty weeks of the shop and six others, one of them seen from outside; prices move."""
    prices = [100 if week % 5 else 80 for week in range(40)]
    sells(shop, teaware, wavy(60, 40), price=prices)
    for number in range(PEERS - 1):
        sells(
            factories.MerchantFactory(),
            teaware,
            wavy(40 + 5 * number, 40, number),
            price=prices[number:] + prices[:number],
        )
    open_markets()
    found = Market.objects.get()
    seen(found, "Porcelain Park", wavy(50, 40, 9))
    return rebuild_market(found, today=TODAY)


def test_a_run_says_something_of_every_player_and_adds_up(market):
    (run,) = make_share_runs(market, "value")

    forecasts = list(run.forecasts.all())
    assert len(forecasts) == PEERS + 1
    means = np.array([forecast.mean for forecast in forecasts])
    assert means.sum(axis=0) == pytest.approx(np.ones(8), abs=1e-4)
    quantiles = np.array([forecast.quantiles for forecast in forecasts])
    assert quantiles.shape == (PEERS + 1, 8, 7)
    assert (np.diff(quantiles, axis=2) >= 0).all()
    assert (quantiles >= 0).all()
    assert (quantiles <= 1).all()
    for forecast in forecasts:
        assert sum(forecast.ranks) == pytest.approx(1, abs=1e-3)
    assert np.array(run.size).shape == (8, 7)
    assert run.backtest["forecasts"] > 5
    assert run.information == "none"


def test_the_same_data_make_no_second_run(market):
    first = make_share_runs(market, "value")
    again = make_share_runs(rebuild_market(market, today=TODAY), "value")

    assert [run.pk for run in first] == [run.pk for run in again]
    assert ShareRun.objects.count() == 1
    assert ShareForecast.objects.count() == PEERS + 1


def test_a_run_cannot_be_changed_by_model_queryset_or_sql(market):
    (run,) = make_share_runs(market, "value")
    forecast = run.forecasts.first()

    with pytest.raises(TypeError, match="append-only"):
        forecast.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        ShareForecast.objects.filter(pk=forecast.pk).update(last=0.5)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_sharerun")
    assert altered_share_runs() == []


def test_a_change_that_got_past_is_seen(market):
    (run,) = make_share_runs(market, "units")
    forged = ShareForecast(
        run=run, player=Player.objects.create(market=market, name="Nobody"), last=0.1, mean=[0.1] * 8,
        quantiles=[[0.1] * 7] * 8, gain=[0] * 8, lose=[0] * 8, ranks=[1],
    )  # fmt: skip
    forged.save()

    assert altered_share_runs() == [run]


def test_replayed_runs_know_only_what_was_known(market):
    made = make_share_runs(market, "value", replay=6)

    assert [run.last_week for run in made] == [LAST - back * WEEK for back in range(6, -1, -1)]
    assert [run.is_replay for run in made] == [True] * 6 + [False]
    past = made[0]
    assert past.backtest["forecasts"] > 0
    alone = Market.objects.get(pk=market.pk)
    shorter = rebuild_market(alone, today=TODAY - 6 * WEEK)
    (then,) = make_share_runs(shorter, "value")
    mine = Player.objects.get(merchant__slug="luming")
    assert np.allclose(forecast_of(then, mine).quantiles, forecast_of(past, mine).quantiles)


def test_what_became_known_late_is_not_used_as_of_earlier_weeks(market):
    seen(market, "Late Kiln", [500] * 40, known_at=datetime(2026, 11, 19, tzinfo=UTC))
    market = rebuild_market(market, today=TODAY)

    past, now = make_share_runs(market, "units", replay=1)

    late = Player.objects.get(name="Late Kiln").pk
    assert late in now.players
    assert late not in past.players


def test_steps_are_scored_once_when_their_week_is_known(market):
    make_share_runs(market, "value", replay=10)

    count = score_share_forecasts(market)

    # of the run k weeks back the first k steps are known, eight at most
    assert count == (PEERS + 1) * sum(min(back, 8) for back in range(1, 11))
    assert score_share_forecasts(market) == 0
    score = ShareScore.objects.filter(forecast__player__merchant__slug="luming", step=4).first()
    row = score.forecast.quantiles[3]
    assert score.inside_80 == (row[1] <= score.actual <= row[5])
    assert score.error == pytest.approx(score.forecast.mean[3] - score.actual)
    assert score.planned_error is not None
    assert abs(score.planned_error) < 0.2
    record = share_record(Player.objects.get(merchant__slug="luming"), "value")
    assert len(record.weeks) == 7
    assert record.skill is not None


def test_scenarios_can_be_asked_of_the_newest_run(market):
    make_share_runs(market, "units")

    kept = newest_state(market, "units")
    state = from_bytes(kept.data)

    mine = state.players.index(str(Player.objects.get(merchant__slug="luming").pk))
    steps = np.repeat(state.history[-1:], 8, axis=0)
    size = market_size(
        np.tile([100.0, 110.0, 120.0], (8, 1)), (0.1, 0.5, 0.9), sizes=np.full(40, 110.0), prices=None,
        shares=np.full(len(state.players), 1 / len(state.players)), count=400,
    )  # fmt: skip
    cut = Lever(mine, "price", 0, 7, "factor", 0.9)
    made = compare(state, steps, [cut], mine, size=size)
    assert made.share.difference[1] < made.share.difference[5]
    assert made.moves > 5


def test_only_the_newest_state_is_kept(market):
    make_share_runs(market, "units")
    grown = rebuild_market(market, today=TODAY + WEEK)
    make_share_runs(grown, "units")

    assert ShareState.objects.filter(run__market=market).count() == 1
    assert newest_state(market, "units").run.last_week == LAST + WEEK


@pytest.mark.parametrize(
    ("players", "weeks", "refusal"), [(1, 30, "one_player"), (3, 2, "too_short"), (0, 0, "no_sales")]
)
def test_a_market_that_cannot_be_forecast_says_why(shop, teaware, players, weeks, refusal):
    for number in range(players):
        sells(shop if number == 0 else factories.MerchantFactory(), teaware, wavy(30, weeks, number))
    if not players:
        market = Market.objects.create(category=teaware, currency="CNY", first_week=LAST, last_week=LAST)
    else:
        open_markets()
        market = rebuild_market(Market.objects.get(), today=TODAY)

    (run,) = make_share_runs(market, "units")

    assert run.refusal == refusal
    assert not run.is_made
    assert newest_share_run(market, "units", made=True) is None
    assert score_share_forecasts(market) == 0


def test_a_young_market_learns_from_another(market, shop):
    young = factories.CategoryFactory(name="Kettles", code="kettles")
    for number in range(3):
        sells(factories.MerchantFactory(), young, wavy(30, 6, number), price=[100, 90, 100, 80, 100, 90])
    open_markets()
    kettles = rebuild_market(Market.objects.get(category=young), today=TODAY)

    (run,) = make_share_runs(kettles, "units")

    assert run.is_made
    assert set(run.weights) - {"naive", "mean", "moving_mean", "smoothed", "vector_autoregression"}


def test_a_player_that_appears_and_one_that_goes(market, teaware):
    sells(factories.MerchantFactory(name="New Kiln"), teaware, [30, 30])
    sells(factories.MerchantFactory(name="Old Kiln"), teaware, [30] * 10, last=LAST - 20 * WEEK)
    market = rebuild_market(market, today=TODAY)

    (run,) = make_share_runs(market, "units")

    new = forecast_of(run, Player.objects.get(merchant__name="New Kiln"))
    old = forecast_of(run, Player.objects.get(merchant__name="Old Kiln"))
    assert 0 < new.mean[0] < 0.5
    assert old.mean == pytest.approx([0.0] * 8)
    assert old.quantiles[0] == pytest.approx([0.0] * 7)
    assert "not_selling" in {note["code"] for note in run.notes}


def test_a_shop_whose_share_falls_is_told_once(shop, teaware):
    sells(shop, teaware, [*wavy(200, 40), 150, 120, 90, 70, 50, 40, 30, 20])
    for number in range(PEERS):
        sells(factories.MerchantFactory(), teaware, wavy(60, 48, number))
    open_markets()
    market = rebuild_market(Market.objects.get(), today=TODAY)
    make_share_runs(market, "units")
    make_share_runs(market, "value")

    with every_tenant("look at what was announced"):
        told = list(Activity.objects.filter(kind=ShareFallExpected.kind))
    assert [entry.merchant_id for entry in told].count(shop.pk) <= 1


def test_the_night_makes_every_market_once(market, settings):
    nightly_markets()
    nightly_markets()
    jobs = list(Job.objects.filter(task__endswith="forecast_market"))
    assert [job.args[0] for job in jobs] == [market.pk]

    forecast_market(market.pk, "system", None, "Storecast")
    forecast_market(market.pk, "system", None, "Storecast")

    assert ShareRun.objects.filter(measure="value").count() == REPLAYED + 1
    assert ShareRun.objects.filter(measure="units").count() == REPLAYED + 1
    forecast_market(10**9, "system", None, "Storecast")  # a market that is gone is no error
