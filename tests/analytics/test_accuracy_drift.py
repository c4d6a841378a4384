"""A shop whose sales break away from what was said: it is noticed, ranges widen, the run says so for ever."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from accounts.models import Activity
from analytics.demand.actions import make_demand
from analytics.demand.models import DemandRun, DemandScore
from analytics.demand.monitoring import demand_standing
from analytics.demand.queries import altered_runs as altered_demand_runs
from analytics.forecasts.actions import make_forecast, score_due_forecasts
from analytics.forecasts.models import ForecastRun
from analytics.forecasts.monitoring import standing
from analytics.forecasts.queries import altered_runs, digest_of
from analytics.markets.actions import make_share_runs, rebuild_market, score_share_forecasts
from analytics.markets.models import WEEK, Market
from analytics.markets.monitoring import share_standing
from analytics.markets.queries import altered_share_runs
from core.actors import SYSTEM
from core.tenancy import tenant
from tests import factories
from tests.analytics.demand_kit import shop_with_past
from tests.analytics.markets_kit import LAST, sells, wavy
from tests.analytics.markets_kit import TODAY as MARKET_DAY
from tests.analytics.sales_kit import TODAY, sales_history

BREAK = TODAY - timedelta(days=21)


def night_of(time_machine, day) -> None:
    """02:30 in Shanghai on a day."""
    time_machine.move_to(datetime.combine(day - timedelta(days=1), time(18, 30), tzinfo=UTC), tick=False)


@pytest.fixture
def broken(scope, time_machine) -> list[ForecastRun]:
    """Runs of the orders of a shop that sells half as much since BREAK, a week apart, each after scoring."""
    sales_history(110, last=BREAK - timedelta(days=1), level=40)
    sales_history(21, last=TODAY - timedelta(days=1), level=18, seed=2)
    runs = []
    for back in (35, 28, 21, 14, 7, 0):
        night_of(time_machine, TODAY - timedelta(days=back))
        score_due_forecasts()
        runs.append(make_forecast("orders", actor=SYSTEM))
    return runs


def test_a_break_is_noticed_within_three_weeks_and_widens_the_ranges(broken, rival):
    before, after = broken[:3], broken[3:]

    assert [run.watch.get("state", "") for run in before] != ["review"] * 3
    assert all(run.widening == 1.0 for run in before)
    noticed = [run for run in after if run.watch["state"] == "review"]
    assert noticed
    assert all(1.25 <= run.widening <= 2.5 for run in noticed[:1])
    assert noticed[0].watch["since"] >= BREAK.isoformat()
    told = Activity.objects.get(kind="forecasts.drift_noticed")
    assert (told.payload["run_id"], told.payload["subject_name"]) == (noticed[0].pk, "orders")
    assert told.payload["widening"] == noticed[0].widening
    assert "days" not in broken[0].watch
    assert [len(run.watch["days"]) for run in broken[1:]] == [3] * 5  # scales are carried from run to run
    assert altered_runs() == []
    run = noticed[0]
    run.widening = 1.0  # what is sealed holds the widening too
    assert digest_of(run, list(run.days.order_by("step"))) != run.digest
    with tenant(rival):
        assert standing("orders", TODAY).state == ""


def test_demand_that_breaks_widens_the_next_run(scope, time_machine):
    night_of(time_machine, TODAY)
    shop_with_past(3, 90)
    run = make_demand(actor=SYSTEM, at=TODAY - timedelta(days=1))
    for back in range(12, 0, -1):  # how earlier weeks went: as expected, then half of it for three
        past = DemandRun.objects.create(data_to=run.data_to - timedelta(weeks=back), horizon=28, live=False)
        sold = 50.0 if back <= 3 else 100.0
        DemandScore.objects.create(
            run=past, bucket="days-1-7", series=3, points=21, said=100, sold=sold, error=1, naive_error=1.4,
            inside_50=0.5, inside_80=0.8 if back > 3 else 0.3, inside_95=0.95,
        )  # fmt: skip

    found = demand_standing(run.data_to)
    assert (found.state, found.since >= (run.data_to - timedelta(days=14)).isoformat()) == ("review", True)

    night_of(time_machine, TODAY + timedelta(days=1))
    next_run = make_demand(actor=SYSTEM)
    assert next_run.widening == found.widening > 1
    then, now = (each.forecasts.order_by("variant_id").first() for each in (run, next_run))
    spans = []
    for each, row in ((run, then), (next_run, now)):
        roots = np.sqrt(each.unpack([bytes(row.path)]).quantiles[0, 0])
        spans.append(float(roots[5] - roots[1]))
    assert spans[1] > 1.15 * spans[0]
    assert Activity.objects.filter(kind="forecasts.drift_noticed", payload__subject_name="demand").count() == 1
    assert [one.pk for one in altered_demand_runs() if one.pk in (run.pk, next_run.pk)] == []


@pytest.fixture
def price_war(db) -> Market:
    """A market in which one shop sells four times as much for three weeks, at half its price."""
    category = factories.CategoryFactory()
    for number in range(4):
        shop = factories.MerchantFactory(slug=f"peer-{number}")
        units, price = wavy(100 + 10 * number, 46, seed=number), [100] * 46
        if number == 0:
            units[-3:], price[-3:] = [4 * count for count in units[-3:]], [50] * 3
        sells(shop, category, units, price=price)
    return Market.objects.create(category=category)


def test_a_rivals_price_war_is_noticed_within_three_weeks(price_war, time_machine):
    night_of(time_machine, MARKET_DAY)
    market = rebuild_market(price_war, today=MARKET_DAY - 3 * WEEK)
    make_share_runs(market, "units", replay=9)
    market = rebuild_market(market, today=MARKET_DAY)
    score_share_forecasts(market)

    assert share_standing(market, "units", LAST - 3 * WEEK).state != "review"
    found = share_standing(market, "units", LAST)
    assert (found.state, found.since > (LAST - 3 * WEEK).isoformat()) == ("review", True)

    (run,) = make_share_runs(market, "units")
    assert (run.widening, run.watch["state"]) == (found.widening, "review")
    rows = np.array([forecast.quantiles for forecast in run.forecasts.all()])
    assert (np.diff(rows, axis=2) >= 0).all()
    assert altered_share_runs() == []
    shop = market.players.first().merchant
    with tenant(shop):
        assert Activity.objects.filter(kind="forecasts.drift_noticed").count() == 1
