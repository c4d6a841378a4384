"""What sold lately is summed up with the days, and gives what the days themselves give."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.facts.actions import keep_pace, mark_everything, rebuild_dirty
from analytics.facts.models import VariantFact, VariantPace
from analytics.facts.tasks import begin_day
from analytics.restock.queries import stock_outlooks
from core.tenancy import tenant
from tests.ecommerce.orders_kit import order_in, placed, stocked
from tests.queue import run_tasks

TODAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def on_day(time_machine, back: int, *items):
    time_machine.move_to(NOON - timedelta(days=back), tick=False)
    order = placed(*items)
    time_machine.move_to(NOON, tick=False)
    return order


def paces() -> dict[int, tuple[int, int]]:
    return {one.variant_id: (one.sold, one.squares) for one in VariantPace.objects.filter(until=TODAY)}


def outlooks():
    return [(one.variant_id, one.available, one.per_day, one.lasts) for one in stock_outlooks(TODAY)]


def test_full_days_count_and_today_does_not(scope, rival, time_machine):
    pot, cup = stocked(100), stocked(100, title="Cup")
    for back, units in ((29, 50), (28, 2), (1, 3), (0, 7)):
        on_day(time_machine, back, (pot, units))
    on_day(time_machine, 0, (cup, 1))
    mark_everything()
    rebuild_dirty()

    assert paces() == {pot.pk: (5, 13)}
    assert VariantFact.objects.get(variant=cup).units == 1
    with tenant(rival):
        assert VariantPace.objects.count() == 0


def test_outlooks_are_the_same_with_and_without_the_sums(scope, time_machine):
    pot, cup = stocked(100), stocked(30, title="Cup")
    for back in range(1, 20):
        on_day(time_machine, back, (pot, 1 + back % 3), (cup, 1))
    mark_everything()
    rebuild_dirty()

    with_sums = outlooks()
    assert len(with_sums) == 2
    VariantPace.objects.all().delete()
    assert outlooks() == with_sums
    keep_pace(TODAY - timedelta(days=3))  # sums of another day are not taken for today's
    assert outlooks() == with_sums


def test_until_a_day_is_summed_up_the_sums_of_the_day_before_do(scope, time_machine):
    pot = stocked(100)
    for back in range(1, 30):
        on_day(time_machine, back, (pot, 2))
    mark_everything()
    rebuild_dirty()
    (before,) = outlooks()
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    with CaptureQueriesContext(connection) as seen:
        (midnight,) = stock_outlooks(TODAY + timedelta(days=1))

    assert not any(VariantFact._meta.db_table in one["sql"] for one in seen)
    assert (midnight.per_day, midnight.lasts) == (before[2], before[3])
    assert midnight.today == TODAY + timedelta(days=1)

    begin_day()
    assert {one.until for one in VariantPace.objects.all()} == {TODAY + timedelta(days=1)}
    (anew,) = stock_outlooks(TODAY + timedelta(days=1))
    assert anew.per_day == pytest.approx(27 * 2 / 28)


def test_a_shop_that_is_younger_than_that_is_read_day_by_day(scope, time_machine):
    pot = stocked(100)
    on_day(time_machine, 1, (pot, 3))
    mark_everything()
    rebuild_dirty()
    on_day(time_machine, 0, (pot, 5))
    mark_everything()
    rebuild_dirty()
    time_machine.move_to(NOON + timedelta(days=1), tick=False)

    (one,) = stock_outlooks(TODAY + timedelta(days=1))

    assert one.per_day == 4


def test_the_first_order_of_a_day_sums_up_anew(scope, time_machine):
    pot = stocked(100)
    on_day(time_machine, 1, (pot, 3))
    mark_everything()
    rebuild_dirty()
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    assert not VariantPace.objects.filter(until=TODAY + timedelta(days=1)).exists()
    order_in("paid", pot, 2)
    run_tasks()

    assert [(one.until, one.sold) for one in VariantPace.objects.all()] == [(TODAY + timedelta(days=1), 3)]


def test_a_change_of_a_past_day_shows(scope, time_machine):
    pot = stocked(100)
    on_day(time_machine, 2, (pot, 3))
    mark_everything()
    rebuild_dirty()
    on_day(time_machine, 1, (pot, 4))
    run_tasks()

    assert paces() == {pot.pk: (7, 25)}
