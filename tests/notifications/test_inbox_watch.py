"""What comes with time: orders that fall due or late, stock that runs out, sleepers that wake."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.activity.log import record
from analytics.forecasts.events import DropExpected, ForecastMade, SurgeExpected
from analytics.restock.events import StockOutExpected
from analytics.restock.models import StockWarning
from core.actors import SYSTEM
from notifications.inbox import watch
from notifications.inbox.actions import put_away_stale, snooze, tell, wake
from notifications.inbox.models import Notification
from notifications.inbox.queries import inbox_of
from notifications.inbox.tasks import look_at_late_orders, morning
from tests import factories
from tests.queue import run_tasks

MORNING = "2026-06-05T00:00:00Z"  # 08:00 in Shanghai


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


def due(hours: float, **fields):
    return factories.OrderFactory(ship_by=timezone.now() + timedelta(hours=hours), **fields)


def only(kind: str) -> Notification:
    return Notification.objects.get(kind=kind, user__name="Ann")


def test_in_the_morning_one_line_says_what_must_leave_today(scope, ann, clock):
    late, first = due(-2), due(3)
    due(30)
    due(4, state="shipped")
    watch.orders_to_ship(scope, begin=True)
    params = only("order-to-ship").params
    assert params == {"count": 2, "late": 1, "number": late.number, "due": late.ship_by.isoformat()}

    late.state = first.state = "shipped"
    late.save()
    watch.orders_to_ship(scope, begin=False)
    assert only("order-to-ship").params["count"] == 1
    first.save()
    watch.orders_to_ship(scope, begin=False)
    assert only("order-to-ship").state == "handled"


def test_without_orders_to_ship_the_morning_is_quiet(scope, ann, clock):
    due(30)
    morning()
    watch.orders_to_ship(scope, begin=False)
    assert Notification.objects.count() == 0


def test_late_orders_are_one_line_a_day(scope, ann, clock):
    order = due(1)
    look_at_late_orders()
    assert Notification.objects.count() == 0
    clock.shift(timedelta(hours=2))
    look_at_late_orders()
    assert only("order-late").params["count"] == 1

    due(-1)
    look_at_late_orders()
    assert only("order-late").params["count"] == 2
    clock.shift(timedelta(days=1))
    look_at_late_orders()
    assert list(Notification.objects.order_by("key").values_list("key", "state")) == [
        ("2026-06-05", "handled"),
        ("2026-06-06", "unread"),
    ]
    type(order).objects.update(state="shipped")
    look_at_late_orders()
    assert set(Notification.objects.values_list("state", flat=True)) == {"handled"}


def warn(title: str = "Gaiwan", available: int = 12) -> StockWarning:
    """What analytics writes and announces when stock runs out."""
    variant = factories.VariantFactory(product=factories.ProductFactory(title=title))
    day = date(2026, 6, 8)
    days = {"out_low": date(2026, 6, 7), "out_middle": day, "out_high": date(2026, 6, 10)}
    warning = StockWarning.objects.create(variant=variant, available=available, per_day=4.2, **days)
    event = StockOutExpected(
        warning_id=warning.pk, variant_id=variant.pk, sku=variant.sku, title=title, available=available, per_day=4.2,
        out_low="2026-06-07", out_middle="2026-06-08", out_high="2026-06-10",
    )  # fmt: skip
    record(event, actor=SYSTEM, subject=variant)
    run_tasks()
    return warning


def close(warning: StockWarning) -> None:
    StockWarning.objects.filter(pk=warning.pk).update(closed_at=timezone.now())


def test_stock_that_runs_out_is_told_with_the_day(scope, ann, ben, clock):
    warning = warn()
    row = only("stock-low")
    assert row.params == {
        "variant_id": warning.variant_id, "product": "Gaiwan", "sku": warning.variant.sku, "units": 12, "pace": 4,
        "day": "2026-06-08",
    }  # fmt: skip
    assert Notification.objects.filter(user=ben).count() == 1


def test_stock_that_came_back_is_settled(scope, ann, clock):
    gone, staying = warn(), warn()
    close(gone)
    watch.stock_is_back(scope)
    assert dict(Notification.objects.values_list("key", "state")) == {
        str(gone.pk): "handled",
        str(staying.pk): "unread",
    }


def test_after_the_first_few_of_a_day_all_of_them_are_one_line(scope, ann, clock):
    warnings = [warn(f"Cup {n}") for n in range(6)]
    assert Notification.objects.filter(kind="stock-low").count() == 3
    row = only("stock-low-many")
    assert (row.params["count"], row.params["product"]) == (6, "Cup 0")

    close(warnings[0])
    watch.stock_is_back(scope)
    row.refresh_from_db()
    assert (row.state, row.params["count"], row.params["product"]) == ("unread", 5, "Cup 1")
    for warning in warnings:
        close(warning)
    watch.stock_is_back(scope)
    assert set(Notification.objects.values_list("state", flat=True)) == {"handled"}


def outlook(event_class, **fields):
    dates = {"first_day": "2026-06-05", "last_day": "2026-06-18"}
    sums = {"usual": 7000.0, "low": 9000.0, "middle": 10500.0, "high": 12000.0, "currency": "CNY"}
    record(event_class(**{"run_id": 1, **dates, **sums, **fields}), actor=SYSTEM)
    run_tasks()


def test_a_surge_is_told_in_per_cent_of_what_is_usual(scope, ann, ben, clock):
    outlook(SurgeExpected)
    assert only("forecast-shift").params["percent"] == 50
    outlook(DropExpected, middle=3500.0, low=3000.0, high=4000.0)
    percents = Notification.objects.filter(user=ann).values_list("params__percent", flat=True)
    assert sorted(percents) == [-50, 50]


@pytest.mark.parametrize(("asked", "count"), [(True, 1), (False, 0)])
def test_a_forecast_is_told_to_whoever_asked(scope, ann, ben, clock, asked, count):
    run = {"run_id": 1, "measure": "sales_value", "data_to": "2026-06-04", "first_day": "2026-06-05"}
    sums = {"last_day": "2026-07-02", "low": 1.0, "middle": 2.0, "high": 3.0}
    record(ForecastMade(**run, **sums, asked=asked), actor=ann.actor)
    run_tasks()
    assert list(Notification.objects.values_list("user__name", "params__days")) == [("Ann", 28)] * count


def test_a_snoozed_one_comes_back_unread_and_on_top(scope, ann, clock):
    params = {"by": "Ben", "role": "manager"}
    for key in ("1", "2"):
        tell("member-invited", key=key, params=params)
        clock.shift(timedelta(minutes=1))
    mine = inbox_of(ann.pk)
    mine.filter(key="1").update(state="read")
    assert snooze(mine.filter(key="1"), until=timezone.now() + timedelta(hours=3)) == 1
    assert list(mine.open(timezone.now()).values_list("key", flat=True)) == ["2"]
    assert wake(timezone.now()) == 0
    clock.shift(timedelta(hours=3))
    assert wake(timezone.now()) == 1
    assert list(mine.open(timezone.now()).values_list("key", "state")) == [("1", "unread"), ("2", "unread")]


def test_what_is_of_no_more_use_goes_by_itself(scope, ann, clock):
    tell("order-late", key="d", params={"count": 1, "number": "1", "due": MORNING})
    tell("complaint-due", key="1", params={"number": "C-1", "topic": "late", "due": MORNING})
    clock.shift(timedelta(days=8))
    assert put_away_stale(timezone.now()) == 1
    assert only("order-late").state == "archived"
    assert only("complaint-due").state == "unread"
