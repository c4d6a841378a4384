"""manage.py forecast looks ahead from now or from any past day, and says what it cannot do."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from analytics.demand.models import DemandForecast, DemandOutlook, DemandRun
from analytics.demand.queries import newest_run as newest_demand
from analytics.facts.models import DailyFact, VariantFact
from analytics.forecasts.models import Forecast, ForecastRun
from analytics.forecasts.queries import altered_runs, newest_run
from core.tenancy import tenant
from tests.analytics.demand_kit import YESTERDAY, shop_with_past, sold
from tests.analytics.sales_kit import sales_history


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def forecast(*arguments: str) -> str:
    out = io.StringIO()
    call_command("forecast", "--merchant", "luming", *arguments, stdout=out)
    return out.getvalue()


def test_without_more_words_sales_and_orders_are_forecast_from_now(scope):
    sales_history(60)

    assert "2 made" in forecast()

    assert set(ForecastRun.objects.values_list("measure", "live", "data_to", "horizon")) == {
        ("sales_value", True, YESTERDAY, 28),
        ("orders", True, YESTERDAY, 28),
    }


@pytest.mark.parametrize("what", ["sales", "orders"])
def test_from_a_past_day_nothing_later_is_used(scope, what):
    sales_history(120)
    at = YESTERDAY - timedelta(days=20)
    forecast("--what", what, "--at", at.isoformat())
    before = list(Forecast.objects.order_by("step").values_list("day", "mean", "q10", "q90"))
    DailyFact.objects.filter(day__gt=at).update(orders=9_999, units=9_999, value=999_900)

    forecast("--what", what, "--at", at.isoformat())

    first, second = ForecastRun.objects.order_by("pk")
    assert (first.data_to, first.live) == (at, False)
    assert list(second.days.order_by("step").values_list("day", "mean", "q10", "q90")) == before
    assert before[0][0] == at + timedelta(days=1)


def test_from_a_past_day_demand_uses_nothing_later_and_leaves_the_outlooks_alone(scope):
    things = shop_with_past(3, 120)
    forecast("--what", "demand")
    outlooks = list(DemandOutlook.objects.order_by("pk").values_list("pk", "run_id", "mean"))
    at = YESTERDAY - timedelta(days=30)
    forecast("--what", "demand", "--at", at.isoformat())
    VariantFact.objects.filter(day__gt=at).delete()
    sold(things, np.full((3, 30), 99))

    forecast("--what", "demand", "--at", at.isoformat())

    now, first, second = DemandRun.objects.order_by("pk")
    assert (now.live, first.live, first.data_to) == (True, False, at)
    said = DemandForecast.objects.order_by("variant_id")
    assert [bytes(one.path) for one in said.filter(run=first)] == [bytes(one.path) for one in said.filter(run=second)]
    assert list(DemandOutlook.objects.order_by("pk").values_list("pk", "run_id", "mean")) == outlooks
    assert newest_demand() == now


def test_pages_and_the_track_record_keep_the_newest_live_one(shop, ann, as_user):
    with tenant(shop):
        sales_history(120)
    forecast("--what", "sales")
    forecast("--what", "sales", "--at", (YESTERDAY - timedelta(days=40)).isoformat())
    forecast("--what", "sales", "--horizon", "60")

    with tenant(shop):
        newest = newest_run("sales_value", made=True)
        past, far = ForecastRun.objects.filter(live=False).order_by("pk")
        assert (newest.live, newest.data_to, newest.horizon) == (True, YESTERDAY, 28)
        assert far.days.count() == far.horizon == 60
        assert altered_runs() == []
    client = as_user(ann)
    assert "Next 28 days" in client.get(reverse("forecast-sales", args=[shop.slug])).content.decode()
    text = client.get(past.get_absolute_url()).content.decode()
    assert "One-off" in text
    assert "of 28 days so far ended inside" in text
    assert client.get(far.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("horizon", [1, 7, 90])
@pytest.mark.parametrize("what", ["orders", "demand"])
def test_any_horizon_up_to_90_days_works_on_any_length_of_history(scope, what, horizon):
    shop_with_past(3, 40)

    assert "made" in forecast("--what", what, "--horizon", str(horizon))

    if what == "demand":
        run = DemandRun.objects.get()
        paths = run.unpack([bytes(row.path) for row in DemandForecast.objects.all()])
        assert paths.mean.shape == (3, horizon)
        assert (paths.mean > 0).all()
    else:
        assert Forecast.objects.count() == horizon
        assert not Forecast.objects.filter(q10__lt=0).exists()


@pytest.mark.parametrize("what", ["sales", "demand"])
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--horizon", "0"), "A forecast reaches from 1 to 90 days ahead; 0 is outside."),
        (("--horizon", "91"), "A forecast reaches from 1 to 90 days ahead; 91 is outside."),
        (("--at", "2026-06-15"), "A forecast can look from a day that is over: choose one before today."),
        (("--at", "2027-01-01"), "A forecast can look from a day that is over: choose one before today."),
        (("--at", "spring"), "'spring' is not a day: write it as 2026-03-31"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(scope, what, arguments, sentence):
    sales_history(60)

    with pytest.raises(CommandError, match=sentence.replace(".", r"\.")):
        forecast("--what", what, *arguments)

    assert not ForecastRun.objects.exists()
    assert not DemandRun.objects.exists()


@pytest.mark.parametrize(("what", "model"), [("orders", ForecastRun), ("demand", DemandRun)])
@pytest.mark.parametrize(("days", "code"), [(60, "no_sales"), (50, "too_short")])
def test_before_there_was_enough_to_see_it_is_kept_as_a_refusal(scope, what, model, days, code):
    sales_history(60)

    assert f"refused: {code}" in forecast("--what", what, "--at", (YESTERDAY - timedelta(days=days)).isoformat())

    run = model.objects.get()
    assert run.live is False
    assert (run.refusal if what == "orders" else run.result.refusal) == code


def test_an_unknown_shop_is_named(db):
    with pytest.raises(CommandError, match="There is no shop with the address 'luming'"):
        forecast()
