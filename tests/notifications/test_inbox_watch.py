"""What comes with time: orders that fall due or late, stock that runs out, sleepers that wake."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from ecommerce.inventory.models import StockLevel, StockMove
from notifications.inbox import watch
from notifications.inbox.actions import put_away_stale, snooze, tell, wake
from notifications.inbox.models import LowStock, Notification
from notifications.inbox.queries import inbox_of
from notifications.inbox.tasks import look_at_late_orders, morning
from tests import factories

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


def stocked(available: int, sold: int, title: str = "Gaiwan"):
    variant = factories.VariantFactory(product=factories.ProductFactory(title=title))
    warehouse = factories.WarehouseFactory()
    StockLevel.objects.create(warehouse=warehouse, variant=variant, on_hand=available)
    if sold:
        at = timezone.now() - timedelta(days=2)
        StockMove.objects.create(warehouse=warehouse, variant=variant, quantity=-sold, reason="sale", at=at)
    return variant


def test_stock_that_runs_out_is_told_once_with_the_day(scope, ann, clock):
    variant = stocked(available=12, sold=112)  # four a day: three days
    stocked(available=100, sold=112)
    stocked(available=5, sold=0)
    watch.stock(scope)
    watch.stock(scope)
    row = only("stock-low")
    assert row.params == {
        "variant_id": variant.pk, "product": "Gaiwan", "sku": variant.sku, "units": 12, "pace": 4, "day": "2026-06-08",
    }  # fmt: skip


def test_stock_that_came_back_is_settled_and_told_anew_when_it_falls_again(scope, ann, clock):
    variant = stocked(available=12, sold=112)
    watch.stock(scope)
    StockLevel.objects.filter(variant=variant).update(on_hand=500)
    watch.stock(scope)
    assert only("stock-low").state == "handled"
    assert LowStock.objects.count() == 0

    clock.shift(timedelta(days=1))
    StockLevel.objects.filter(variant=variant).update(on_hand=4)
    watch.stock(scope)
    assert sorted(Notification.objects.values_list("state", flat=True)) == ["handled", "unread"]


def test_many_products_at_once_are_told_together(scope, ann, clock):
    variants = [stocked(available=1 + n, sold=112, title=f"Cup {n}") for n in range(5)]
    watch.stock(scope)
    row = only("stock-low-many")
    assert (row.params["count"], row.params["product"]) == (5, "Cup 0")
    StockLevel.objects.filter(variant__in=variants[:4]).update(on_hand=500)
    watch.stock(scope)
    row.refresh_from_db()
    assert row.state == "unread"
    StockLevel.objects.update(on_hand=500)
    watch.stock(scope)
    row.refresh_from_db()
    assert row.state == "handled"


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
