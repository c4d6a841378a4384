"""A person's own figure stands beside the machine's, is never changed, and both are held against what came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Activity
from analytics.accuracy.actions import override_forecast, score_due_overrides
from analytics.accuracy.models import ForecastOverride, OverrideScore
from analytics.accuracy.queries import nearer_counts, spans_of
from analytics.accuracy.tasks import score_overrides
from analytics.demand.actions import make_demand
from analytics.facts.actions import mark_days
from analytics.facts.models import DailyFact
from analytics.forecasts.queries import altered_runs
from core.actors import Actor
from core.errors import Refused
from core.tenancy import tenant
from tests.analytics.accuracy_kit import made_run
from tests.analytics.demand_kit import shop_with_past
from tests.analytics.sales_kit import TODAY, sales_history
from tests.api import program_of

ANN = Actor("user", 1, "Ann")
NEW = "/m/luming/accuracy/own-figures/new/?measure=orders"
WEEK = f"{TODAY.isoformat()}/7"


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 14, 18, 30, tzinfo=UTC), tick=False)


@pytest.fixture
def forecast(shop):
    """Of orders, 100 a day from TODAY on."""
    with tenant(shop):
        sales_history(10)
        return made_run(TODAY - timedelta(days=1))


def test_a_member_states_a_figure_with_a_reason(forecast, shop, as_user, ann):
    browser = as_user(ann)
    assert "most likely 525 to 875, middle 700" in browser.get(NEW).content.decode()

    response = browser.post(NEW, {"span": WEEK, "value": "820", "reason": "Live show on Friday"})

    assert response.status_code == 302
    with tenant(shop):
        made = ForecastOverride.objects.get()
        assert (made.value, made.machine_middle, made.days, made.first_day) == (820, 700, 7, TODAY)
        assert (made.actor_label, made.reason, made.run_id) == ("Ann", "Live show on Friday", forecast.pk)
        assert Activity.objects.filter(kind="accuracy.forecast_overridden").count() == 1
        assert altered_runs() == []  # the machine's figures are as they were
    page = browser.get(response["Location"]).content.decode()
    assert "Live show on Friday" in page
    assert "not yet" in page


@pytest.mark.parametrize(
    "given",
    [
        {"span": WEEK, "value": "820", "reason": ""},
        {"span": WEEK, "value": "820", "reason": " .. "},
        {"span": WEEK, "value": "-1", "reason": "because"},
        {"span": "2026-01-01/7", "value": "5", "reason": "because"},
        {"span": WEEK, "value": "nan", "reason": "because"},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_kept(forecast, shop, as_user, ann, given):
    response = as_user(ann).post(NEW, given)

    assert response.status_code == 422
    with tenant(shop):
        assert not ForecastOverride.objects.exists()
        assert not Activity.objects.filter(kind="accuracy.forecast_overridden").exists()


def test_who_may_not_is_told_so(forecast, as_user, ben, cleo):
    assert as_user(ben).post(NEW, {"span": WEEK, "value": "1", "reason": "because"}).status_code == 403
    assert as_user(cleo).get(NEW).status_code == 404


def test_days_that_have_begun_cannot_be_chosen(forecast, shop, time_machine):
    time_machine.move_to(datetime(2026, 6, 16, 3, tzinfo=UTC), tick=False)
    with tenant(shop):
        assert all(span.first >= TODAY + timedelta(days=1) for span in spans_of("orders", TODAY + timedelta(days=1)))
        with pytest.raises(Refused):
            override_forecast("orders", WEEK, value=1, reason="because", actor=ANN)


def test_both_are_scored_when_the_days_are_over(forecast, shop, time_machine, as_user, ann):
    with tenant(shop):
        for value in (500, 820):  # stated again: the later one counts
            override_forecast("orders", WEEK, value=value, reason="because", actor=ANN)
            time_machine.shift(timedelta(minutes=1))
        override_forecast("orders", f"{TODAY}/1", value=90, reason="because", actor=ANN)
        assert score_due_overrides() == 0
        for step in range(7):
            DailyFact.objects.create(day=TODAY + timedelta(days=step), orders=115, units=1, value=1, item_value=1)
        time_machine.move_to(datetime(2026, 6, 21, 18, 30, tzinfo=UTC), tick=False)
        mark_days([TODAY + timedelta(days=2)])
        score_overrides()
        assert OverrideScore.objects.count() == 1  # the week has a day that is being counted again
        from analytics.facts.models import DirtyDay

        DirtyDay.objects.all().delete()
        assert score_due_overrides() == 2
        assert score_due_overrides() == 0
        last = OverrideScore.objects.get(override__value=820)
        assert (last.actual, last.error, last.machine_error, last.nearer) == (805, 15, -105, "person")
        assert nearer_counts() == {"person": 1, "machine": 1}

    page = as_user(ann).get("/m/luming/accuracy/").content.decode()
    assert "Your figures were nearer than ours in 1 of 2 cases." in page


def test_it_cannot_be_changed_or_deleted(forecast, shop):
    with tenant(shop):
        made = override_forecast("orders", WEEK, value=820, reason="because", actor=ANN)
        made.value = 1
        with pytest.raises(TypeError):
            made.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            ForecastOverride.objects.update(value=1)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM analytics_forecastoverride")


def test_units_of_a_variant(shop, as_user, ann):
    with tenant(shop):
        (thing, _) = shop_with_past(2, 60)
        make_demand(actor=ANN)
    address = f"/m/luming/accuracy/own-figures/new/?variant={thing.pk}"
    response = as_user(ann).post(address, {"span": WEEK, "value": "44", "reason": "Shown in a magazine"})
    assert response.status_code == 302
    with tenant(shop):
        made = ForecastOverride.objects.get()
        assert (made.measure, made.variant_id, made.value) == ("units", thing.pk, 44)
        assert 10 < made.machine_low < made.machine_middle < made.machine_high
    assert as_user(ann).get("/m/luming/accuracy/own-figures/new/?variant=999999").status_code == 404


def test_programs_state_figures_too(forecast, shop, rival, ann, cleo):
    body = {"measure": "orders", "first_day": str(TODAY), "days": 7, "value": 820, "reason": "Live show"}
    program = program_of(shop, {"forecasts.view", "forecasts.override"})

    answer = program.post("forecast-overrides/", body)
    assert answer.status_code == 201
    assert (answer.data["machine_middle"], answer.data["nearer"]) == (700.0, None)
    assert program.get("forecast-overrides/").data["results"][0]["value"] == 820
    late = program.post("forecast-overrides/", {**body, "first_day": "2026-01-01"})
    assert (late.status_code, late.data["error"]["code"]) == (422, "span_gone")
    assert program_of(rival, {"forecasts.view"}).get("forecast-overrides/").data["results"] == []
    assert program_of(shop, {"forecasts.view"}).post("forecast-overrides/", body).status_code == 403
