"""A festival is told thirty days ahead, once a year, with what it did before and to which products."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.utils import translation

from accounts.models import Activity
from analytics.calendar.actions import save_event, switch_occasion
from analytics.calendar.ahead import tell_festivals
from analytics.calendar.models import OccasionEffect, OwnEvent
from core.actors import Actor
from core.tenancy import tenant
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification
from tests.analytics.demand_kit import sold, variants
from tests.queue import run_tasks

ANN = Actor("user", 1, "Ann")
DOUBLE_11 = date(2026, 11, 11)


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def at(time_machine):
    """Move to the morning of so many days before Double 11."""

    def move(days: int) -> None:
        day = DOUBLE_11 - timedelta(days=days)
        time_machine.move_to(datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC), tick=False)

    move(30)
    return move


def facts(key: str = "double_11") -> list[dict]:
    kept = Activity.objects.filter(kind="calendar.festival_ahead").order_by("pk")
    return [one for one in kept.values_list("payload", flat=True) if one["key"] == key]


def test_a_festival_is_told_once_thirty_days_ahead(scope, ann, at, rival):
    at(31)
    tell_festivals()
    assert facts() == []
    at(30)
    OccasionEffect.objects.create(
        measure="sales_value", key="double_11", past=2, change=0.614, seen_to=date(2026, 10, 10)
    )
    tell_festivals()
    (fact,) = facts()
    assert (fact["day"], fact["days"], fact["past"], fact["effect_percent"]) == ("2026-11-11", 30, 2, 61)
    assert fact["products"] == []
    for days in (29, 1, 0):
        at(days)
        tell_festivals()
    assert len(facts()) == 1
    run_tasks()
    row = Notification.objects.get(user=ann, kind="festival-ahead", key="double_11:2026")
    with translation.override("en"):
        title, body = kind_of("festival-ahead").words(row.params)
    assert title == "Double 11 is on Wed 11 Nov"
    assert body == "Sales on its days, as the forecast saw them before: +61%."
    with tenant(rival):
        assert Notification.objects.count() == 0


def test_the_next_year_is_told_again(scope, at, time_machine):
    tell_festivals()
    time_machine.move_to(datetime(2027, 10, 20, tzinfo=UTC), tick=False)
    tell_festivals()
    assert [(one["day"], one["days"]) for one in facts()] == [("2026-11-11", 30), ("2027-11-11", 22)]


def test_what_moved_most_at_the_last_one_is_named(scope, at):
    things = variants(3, products=3)
    last = date(2025, 11, 20)
    units = np.full((3, 60), 4)
    day = 59 - (last - date(2025, 11, 11)).days
    units[0, day] = 400
    units[1, day - 3 : day + 1] = 30
    sold(things, units, last=last)
    tell_festivals()
    (fact,) = facts()
    assert [one["product_id"] for one in fact["products"]] == [things[0].product_id, things[1].product_id]
    assert fact["products"][0]["units"] > 400
    assert fact["products"][0]["usual"] == 44  # eleven days of four


def test_what_the_shop_does_not_follow_and_its_own_events_are_not_told(scope, at):
    switch_occasion("double_11", False, actor=ANN)
    save_event(OwnEvent(name="Birthday", first_day=DOUBLE_11, last_day=DOUBLE_11), actor=ANN)
    tell_festivals()
    assert facts() == []
    assert not Activity.objects.filter(kind="calendar.festival_ahead", payload__key__startswith="own").exists()


def test_the_look_costs_the_same_for_many_products(scope, at, django_assert_max_num_queries):
    tell_festivals()
    sold(variants(40, products=40), np.full((40, 60), 4), last=date(2025, 11, 20))
    with django_assert_max_num_queries(8):
        assert tell_festivals() == 0
