"""Products that stand out are told once a day, however many they are, to those who may look at them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from accounts.activity.models import Activity
from analytics.lifecycle.actions import refresh_stages
from analytics.lifecycle.models import ProductStage
from core.tenancy import tenant
from ecommerce.models import Product
from notifications.inbox.models import Notification
from tests import factories
from tests.analytics.demand_kit import TODAY, sold, variants
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _morning(time_machine, settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


def payloads(kind: str) -> list[dict[str, object]]:
    return list(Activity.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True))


def told(kind: str) -> list[tuple[str, str, dict[str, object]]]:
    rows = Notification.objects.filter(kind=kind).select_related("user").order_by("pk")
    return [(row.user.name, row.state, row.params) for row in rows]


def shop_of(count: int) -> list:
    """180 even days of products that are known for long and in stock."""
    things = variants(count, products=count)
    place = factories.WarehouseFactory(is_default=True)
    for thing in things:
        thing.stock_levels.create(warehouse=place, on_hand=40)
    Product.objects.update(created_at=datetime(2025, 1, 1, tzinfo=UTC))
    return things


def known_as(stage: str, things: list) -> None:
    """The last nights saw all of them in `stage`, and what the sales say now has held on two of them."""
    refresh_stages()
    for row in ProductStage.objects.filter(product__in=[thing.product_id for thing in things]):
        pending = row.stage, row.suggestion
        row.stage, row.suggestion, row.nights = stage, "keep", 2
        row.pending_stage, row.pending_suggestion = pending
        row.looked_on -= timedelta(days=1)
        row.save()


def test_a_first_look_tells_nothing(scope, ann):
    things = shop_of(3)
    units = np.full((3, 180), 4)
    units[0, 90:] = 9
    sold(things, units)
    refresh_stages()
    assert payloads("lifecycle.started_growing") == payloads("lifecycle.fell_behind") == []


def test_what_grows_and_what_falls_behind_is_announced_once_with_its_figures(scope, ann):
    things = shop_of(4)
    units = np.full((4, 180), 4)
    units[0, 90:] = 9
    units[1, 90:] = 2
    sold(things, units)
    known_as("mature", things)
    refresh_stages()
    refresh_stages()

    (behind,) = payloads("lifecycle.fell_behind")
    assert (behind["product_id"], behind["before"], behind["stage"]) == (things[1].product_id, "mature", "declining")
    assert (behind["why"], behind["units"], behind["units_before"]) == ("against_shop", 180, 360)
    assert (behind["change_percent"], behind["available"]) == (-50, 40)
    assert behind["against_shop_percent"] < -50
    (grows,) = payloads("lifecycle.started_growing")
    assert (grows["title"], grows["stage"]) == (things[0].product.title, "growing")

    run_tasks()
    ((who, state, figures),) = told("product-behind")
    assert (who, state, figures["count"], figures["product"]) == ("Ann", "unread", 1, things[1].product.title)
    assert [who for who, *_rest in told("product-growing")] == ["Ann"]


def test_many_of_one_night_are_one_notice(scope, ann, rival, cleo):
    things = shop_of(12)
    units = np.full((12, 180), 4)
    units[:7, 90:] = 1
    sold(things, units)
    known_as("mature", things[:7])
    refresh_stages()
    run_tasks()
    assert len(payloads("lifecycle.fell_behind")) == 7
    ((_who, _state, figures),) = told("product-behind")
    assert figures["count"] == 7
    with tenant(rival):
        assert told("product-behind") == []


def test_what_sells_no_more_is_behind_too(scope, ann):
    things = shop_of(3)
    units = np.full((3, 180), 4)
    units[1, 100:] = 0
    sold(things, units, last=TODAY - timedelta(days=1))
    known_as("declining", things[1:2])
    refresh_stages()
    (behind,) = payloads("lifecycle.fell_behind")
    assert (behind["before"], behind["stage"], behind["why"], behind["idle"]) == ("declining", "end", "idle", 80)
