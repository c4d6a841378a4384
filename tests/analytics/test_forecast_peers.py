"""A shop's first Double 11 is forecast from what other shops lived through, and nothing of any one of them is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.urls import reverse

from analytics.calendar.marking import mark_festivals
from analytics.calendar.models import FestivalMark
from analytics.calendar.queries import peers_of
from analytics.facts.models import DailyFact
from analytics.forecasts.actions import make_forecast
from analytics.forecasts.models import Forecast, Measure
from analytics.forecasts.tasks import nightly_forecasts
from core.actors import SYSTEM
from core.tenancy import tenant
from tests.factories import MerchantFactory

TODAY = date(2026, 11, 2)
SINGLES = date(2026, 11, 11)


@pytest.fixture(autouse=True)
def _autumn(time_machine):
    time_machine.move_to(datetime(2026, 11, 2, 4, 0, tzinfo=UTC), tick=False)


def sold(first: date, level: float, *, seed: int, factor: float = 4.0) -> None:
    """Daily figures of the shop in scope up to yesterday; on Double 11 and the day after it sells more."""
    chance = np.random.default_rng(seed)
    rows = []
    for step in range((TODAY - first).days):
        day = first + timedelta(days=step)
        lift = factor if (day.month, day.day) == (11, 11) else factor / 2 if (day.month, day.day) == (11, 12) else 1.0
        orders = int(chance.poisson(level * lift))
        rows.append(DailyFact(day=day, orders=orders, units=orders, value=100 * orders, item_value=100 * orders))
    DailyFact.objects.bulk_create(rows)


def neighbours(count: int, country: str = "CN") -> None:
    for at in range(count):
        with tenant(MerchantFactory(country=country)):
            sold(date(2025, 6, 1), 50.0, seed=at)
            mark_festivals(date(2025, 6, 1), TODAY - timedelta(days=1))


def test_a_first_festival_is_forecast_from_other_shops_and_the_page_says_so(client, shop, ann):
    neighbours(5)
    with tenant(shop):
        sold(date(2026, 6, 1), 30.0, seed=50)
        run = make_forecast(Measure.ORDERS, actor=SYSTEM)
        days = {one.day: one.mean for one in Forecast.objects.filter(run=run)}
    assert days[SINGLES] > 2.5 * days[SINGLES + timedelta(days=10)]
    assert {"code": "festival", "key": "double_11", "day": "2026-11-11", "past": 0, "shops": 5} in run.backtest["notes"]
    client.force_login(ann)
    page = client.get(reverse("forecast-detail", args=[shop.slug, run.pk])).content.decode()
    assert "is the first one we see with you. It is expected to go as 5 other shops of the marketplace saw it." in page


@pytest.mark.parametrize(("count", "country"), [(4, "CN"), (6, "BR")])
def test_four_shops_or_those_of_another_country_say_nothing(shop, count, country):
    neighbours(count, country)
    with tenant(shop):
        sold(date(2026, 6, 1), 30.0, seed=50)
        run = make_forecast(Measure.ORDERS, actor=SYSTEM)
        days = {one.day: one.mean for one in Forecast.objects.filter(run=run)}
    assert not [note for note in run.backtest["notes"] if note["code"] == "festival"]
    assert days[SINGLES] < 1.5 * days[SINGLES + timedelta(days=10)]


def test_a_replay_of_a_past_day_knows_only_the_marks_of_then(shop):
    neighbours(5)
    before, after = date(2025, 12, 1), date(2025, 12, 31)
    with tenant(shop):
        then, later = peers_of(shop, "orders", before).marks, peers_of(shop, "orders", after).marks
    assert "double_11" not in {one.key for one in then}
    assert "double_11" in {one.key for one in later}
    assert all(one.known_on <= before for one in then)


def test_the_night_marks_each_festival_once_and_never_an_own_event(scope):
    sold(date(2025, 6, 1), 50.0, seed=1)
    nightly_forecasts()
    marks = list(FestivalMark.objects.values_list("figure", "key", "day"))
    assert ("value", "double_11", date(2025, 11, 11)) in marks
    assert len(marks) == len(set(marks))
    assert mark_festivals(date(2025, 6, 1), TODAY - timedelta(days=1)) == 0
    assert not peers_of(scope, "value", TODAY).marks  # its own are not among those of others
