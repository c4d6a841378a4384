"""Forecasts are made in the background, kept for good, repeatable without harm, and refuse in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Activity, Job
from analytics.facts.actions import mark_days
from analytics.facts.models import DailyFact
from analytics.forecasts.actions import make_forecast, score_due_forecasts
from analytics.forecasts.models import Forecast, ForecastRun, ForecastScore
from analytics.forecasts.queries import altered_runs, sheet, track_record
from analytics.forecasts.tasks import nightly_forecasts, request_forecast
from core.actors import SYSTEM, Actor
from core.tenancy import tenant
from tests.analytics.sales_kit import TODAY, sales_history
from tests.queue import run_tasks

ANN = Actor("user", 1, "Ann")


@pytest.fixture(autouse=True)
def _morning(time_machine):
    """02:30 in Shanghai on TODAY."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 30, tzinfo=UTC), tick=False)


def kinds() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def test_a_requested_forecast_is_made_in_the_background(scope):
    sales_history(120)

    job = request_forecast("sales_value", actor=ANN)
    assert (job.cluster, job.state, ForecastRun.objects.count()) == ("long", "queued", 0)
    run_tasks()

    run = ForecastRun.objects.get()
    assert (run.outcome, run.measure, run.actor_label, run.job_id) == ("made", "sales_value", "Ann", job.pk)
    assert (run.data_from, run.data_to) == (date(2026, 2, 23), date(2026, 6, 14))  # whole blocks of four weeks
    days = list(run.days.all())
    assert [day.step for day in days] == list(range(1, 29))
    assert [days[0].day, days[-1].day] == [TODAY, TODAY + timedelta(days=27)]
    assert all(day.quantiles == sorted(day.quantiles) for day in days)
    assert run.model in {score["name"] for score in run.backtest["scores"]}
    assert run.totals.keys() == {"1-7", "8-14", "15-21", "22-28", "1-14", "1-28"}
    assert kinds() == ["forecasts.made"]
    job.refresh_from_db()
    assert (job.state, job.progress) == ("done", 100)


def test_asking_twice_while_it_waits_makes_one_forecast(scope):
    sales_history(60)

    first, second = request_forecast("orders", actor=ANN), request_forecast("orders", actor=ANN)
    other = request_forecast("sales_value", actor=ANN)
    run_tasks()

    assert first.pk == second.pk != other.pk
    assert sorted(ForecastRun.objects.values_list("measure", flat=True)) == ["orders", "sales_value"]


def test_a_job_that_is_done_again_makes_nothing_twice(scope):
    sales_history(60)
    job = request_forecast("orders", actor=ANN)
    run_tasks()
    Job.objects.filter(pk=job.pk).update(state="queued", attempts=1)  # its worker died before it could say so
    from accounts.jobs.runner import run

    run(job.pk)

    assert ForecastRun.objects.count() == 1
    assert Forecast.objects.count() == 28
    assert kinds() == ["forecasts.made"]


def test_the_night_makes_each_forecast_once(scope):
    sales_history(90)

    nightly_forecasts()
    nightly_forecasts()

    assert sorted(ForecastRun.objects.values_list("measure", "data_to")) == [
        ("orders", date(2026, 6, 14)),
        ("sales_value", date(2026, 6, 14)),
    ]


@pytest.mark.parametrize(
    ("days", "code", "facts"),
    [
        (0, "no_sales", {}),
        (20, "too_short", {"have": 20, "need": 28, "ready_on": "2026-06-23"}),
    ],
)
def test_too_little_is_kept_as_a_refusal_with_what_would_change_it(scope, days, code, facts):
    sales_history(days)

    run = make_forecast("orders", actor=ANN)

    assert (run.outcome, run.refusal, run.refusal_facts) == ("refused", code, facts)
    assert Forecast.objects.count() == 0
    assert kinds() == ["forecasts.refused"]


def test_today_is_not_history_yet(scope):
    sales_history(60, last=TODAY)

    run = make_forecast("orders", actor=ANN)

    assert run.data_to == TODAY - timedelta(days=1)
    assert run.days.first().day == TODAY


def test_old_orders_of_another_place_are_forecast_from_their_own_end(scope):
    sales_history(100, last=date(2018, 8, 20))

    run = make_forecast("orders", actor=SYSTEM)

    assert run.data_to == date(2018, 8, 20)
    assert run.days.first().day == date(2018, 8, 21)
    assert kinds() == ["forecasts.made"]
    assert score_due_forecasts() == 0


def test_a_run_and_its_days_cannot_be_changed(scope):
    sales_history(60)
    run = make_forecast("orders", actor=ANN)
    day = run.days.first()

    with pytest.raises(TypeError):
        run.save()
    with pytest.raises(TypeError):
        day.delete()
    for statement in (
        "UPDATE analytics_forecastrun SET model = 'x'",
        "DELETE FROM analytics_forecastrun",
        "UPDATE analytics_forecast SET q50 = 1",
        "DELETE FROM analytics_forecast",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert altered_runs() == []


def test_a_change_that_got_past_the_database_shows(scope):
    sales_history(60)
    run = make_forecast("orders", actor=ANN)
    forged = Forecast(run=run, step=29, day=TODAY, mean=1, q025=1, q10=1, q25=1, q50=1, q75=1, q90=1, q975=1)
    forged.save()

    assert altered_runs() == [run]


def test_corrected_data_make_a_new_run_and_leave_the_old_one(scope):
    sales_history(60)
    old = make_forecast("orders", actor=ANN)
    before = [day.quantiles for day in old.days.all()]
    DailyFact.objects.filter(day__gte=TODAY - timedelta(days=20)).update(orders=200)

    new = make_forecast("orders", actor=ANN)

    assert new.pk != old.pk
    assert [day.quantiles for day in old.days.all()] == before
    assert new.total(1, 28)[3] > old.total(1, 28)[3]


def test_days_are_scored_once_when_they_are_over_and_counted(scope, time_machine):
    sales_history(100, last=TODAY + timedelta(days=2))
    run = make_forecast("orders", actor=SYSTEM)
    assert score_due_forecasts() == 0
    time_machine.move_to(datetime(2026, 6, 17, 18, 30, tzinfo=UTC), tick=False)
    mark_days([TODAY + timedelta(days=1)])

    assert score_due_forecasts() == 2
    assert score_due_forecasts() == 0

    scores = {score.forecast.step: score for score in ForecastScore.objects.select_related("forecast")}
    assert sorted(scores) == [1, 3]
    first = scores[1]
    actual = DailyFact.objects.get(day=TODAY).orders
    last_week = DailyFact.objects.get(day=TODAY - timedelta(days=7)).orders
    assert first.actual == actual
    assert first.error == pytest.approx(first.forecast.q50 - actual)
    assert first.naive_error == last_week - actual
    assert first.inside_80 == (first.forecast.q10 <= actual <= first.forecast.q90)
    assert run.days.filter(score=None).count() == 26


def test_what_was_predicted_after_the_fact_is_never_scored(scope):
    sales_history(100)

    make_forecast("orders", actor=SYSTEM, at=TODAY - timedelta(days=10))

    assert score_due_forecasts() == 0


def test_real_weeks_replace_the_tests_once_there_are_four(scope, time_machine):
    sales_history(200, last=TODAY + timedelta(days=40))
    for week in range(5):
        time_machine.move_to(datetime(2026, 6, 14, 18, 30, tzinfo=UTC) + timedelta(days=7 * week), tick=False)
        nightly_forecasts()
        run = ForecastRun.objects.of("orders").first()
        assert track_record(run).is_real is (week >= 4)

    record = track_record(run)

    assert [week.first for week in record.weeks] == [TODAY + timedelta(days=7 * week) for week in range(4)]
    week = record.weeks[0]
    assert week.actual == sum(DailyFact.objects.between(week.first, week.last).values_list("orders", flat=True))
    assert len(record.days) == 28


def test_a_surge_is_told_once(scope):
    sales_history(200, level=40)
    DailyFact.objects.filter(day__gte=TODAY - timedelta(days=6)).update(value=20_000)

    make_forecast("sales_value", actor=SYSTEM)
    make_forecast("sales_value", actor=SYSTEM)

    assert kinds() == ["forecasts.made", "forecasts.surge_expected", "forecasts.made"]
    surge = Activity.objects.get(kind="forecasts.surge_expected").payload
    assert surge["low"] > surge["usual"]
    assert (surge["first_day"], surge["last_day"]) == ("2026-06-15", "2026-06-28")


def test_a_usual_shop_gets_no_surge_and_no_drop(scope):
    sales_history(200)

    make_forecast("sales_value", actor=SYSTEM)

    assert kinds() == ["forecasts.made"]


def test_forecasts_of_another_shop_are_out_of_sight(shop, rival):
    with tenant(shop):
        sales_history(60)
        make_forecast("orders", actor=SYSTEM)
    with tenant(rival):
        assert ForecastRun.objects.count() == 0
        assert make_forecast("orders", actor=SYSTEM).refusal == "no_sales"


def test_the_sheet_holds_what_the_page_shows(scope, django_assert_max_num_queries):
    sales_history(200)
    run = make_forecast("orders", actor=SYSTEM)

    with django_assert_max_num_queries(6):
        found = sheet(run)

    assert len(found.past) == 63
    assert found.past_28 == sum(
        DailyFact.objects.between(TODAY - timedelta(days=28), TODAY - timedelta(days=1)).values_list(
            "orders", flat=True
        )
    )
    assert len(found.record.weeks) == 12
    assert found.record.typical_miss < found.record.naive_miss
