"""The first page of a shop: what waits, how the day goes, what runs low."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.facts.models import DailyFact, VariantFact
from analytics.home.queries import look, restock
from analytics.restock.queries import stock_outlooks
from core.tenancy import tenant
from ecommerce.models import Order
from tests import factories
from tests.ecommerce.orders_kit import stocked

TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def sold(variant, per_day: int) -> None:
    for back in range(1, 29):
        day = TODAY - timedelta(days=back)
        VariantFact.objects.create(variant=variant, day=day, units=per_day, orders=per_day, value=1)
        DailyFact.objects.get_or_create(day=day, defaults={"orders": 1})


def seen(shop):
    return look(shop, timezone.now(), facts=True, forecasts=True, stock=True)


def test_what_waits_is_counted_for_this_shop_alone(scope, rival):
    now = timezone.now()
    for ship_by in (now - timedelta(hours=1), now + timedelta(hours=2), now + timedelta(days=3)):
        factories.OrderFactory(state=Order.State.PAID, ship_by=ship_by)
    factories.OrderFactory(state=Order.State.SHIPPED)
    with tenant(rival):
        factories.OrderFactory(merchant=rival, state=Order.State.PAID, ship_by=now)

    to_do = seen(scope).to_do

    assert (to_do.to_ship, to_do.due_today, to_do.late) == (3, 2, 1)
    assert (to_do.complaints, to_do.next_complaint, to_do.reviews, to_do.low_reviews) == (0, None, 0, 0)


def test_today_stands_beside_the_same_time_of_last_week(scope):
    now = timezone.now()
    factories.OrderFactory(placed_at=now - timedelta(hours=1), total=Decimal("30.00"))
    factories.OrderFactory(placed_at=now - timedelta(hours=2), total=Decimal("10.50"))
    factories.OrderFactory(placed_at=now - timedelta(days=7, hours=1), total=Decimal("7.25"))
    factories.OrderFactory(placed_at=now - timedelta(days=7) + timedelta(hours=1), total=Decimal("99.00"))

    found = seen(scope)

    assert (found.today.orders, found.today.value, found.today.average) == (2, Decimal("40.50"), Decimal("20.25"))
    assert (found.last_week.orders, found.last_week.value) == (1, Decimal("7.25"))


def test_a_shop_without_anything_has_a_first_page(ann, shop, as_user):
    page = as_user(ann).get(f"/m/{shop.slug}/")

    assert page.status_code == 200
    assert "Nothing waits to be shipped." in page.content.decode()
    assert "No sales yet" in page.content.decode()


def test_what_runs_low_is_found_among_what_lasts(scope, ann, as_user):
    low, gone, plenty, idle = (stocked(units) for units in (10, 1, 5000, 3))
    for variant, per_day in ((low, 4), (gone, 2), (plenty, 3)):
        sold(variant, per_day)

    count, first = restock(scope, seen(scope))

    assert count == 2
    assert [variant for _, variant in first] == [gone, low]
    everything = {one.variant_id: one.lasts.middle for one in stock_outlooks(TODAY)}
    assert everything == {gone.pk: 0.5, low.pk: 2.5, plenty.pk: pytest.approx(5000 / 3)}
    page = as_user(ann).get(f"/m/{scope.slug}/").content.decode()
    assert low.sku in page
    assert idle.sku not in page


def test_who_may_not_see_figures_sees_what_is_to_be_done(shop, as_user):
    from tests.conftest import _member

    page = as_user(_member(shop, "fulfilment", "Dan")).get(f"/m/{shop.slug}/")

    assert page.status_code == 200
    assert "Orders to ship" in page.content.decode()
