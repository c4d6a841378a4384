"""Units that suppliers are to send count as stock to come, from the day they are ordered until they are there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Job
from analytics.demand.actions import make_demand, refresh_outlooks
from analytics.demand.models import DemandOutlook
from analytics.demand.outlooks import read_stock
from analytics.demand.sheets import sheet_of
from analytics.demand.showing import stock_days
from core.actors import SYSTEM
from ecommerce.models import PurchaseOrder, Warehouse
from ecommerce.purchasing import actions
from ecommerce.purchasing.rules import Came, LineIn
from tests import factories
from tests.analytics.demand_kit import shop_with_past


@pytest.fixture(autouse=True)
def _night(time_machine):
    """02:40 in Shanghai on 15 June."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)


def order(variant, units, lead=3):
    supplier = factories.SupplierFactory(lead_days=lead)
    line = LineIn(variant.sku, units, Decimal("2.00"))
    return actions.draft_order(supplier, Warehouse.objects.get(), [line], actor=SYSTEM)


def came(purchase, accepted, damaged=0):
    line = purchase.lines.get()
    actions.receive_goods(purchase, {line.pk: Came(accepted, damaged)}, key=str(accepted), actor=SYSTEM)


def outlook_of(variant):
    return DemandOutlook.objects.get(variant=variant)


def test_only_what_is_ordered_and_has_not_come_is_on_its_way(scope, django_assert_num_queries):
    thing, other, drafted, gone = shop_with_past(4)
    order(drafted, 7)
    sent, more, off = order(thing, 100), order(thing, 20), order(gone, 50)
    for one in (sent, more, off):
        actions.send_order(one, actor=SYSTEM)
    actions.cancel_order(off, reason="Too dear", actor=SYSTEM)
    came(sent, 60, 5)

    with django_assert_num_queries(8):
        stock = read_stock([thing.pk, other.pk, drafted.pk, gone.pk], scope.today())

    assert stock.incoming.tolist() == [60, 0, 0, 0]
    assert stock.available.tolist() == [120, 60, 60, 60]


def test_stock_that_is_ordered_lasts_longer_and_is_not_suggested_again(scope):
    thing, other, *_ = shop_with_past(6, rate=4.0, on_hand=32)
    make_demand(actor=SYSTEM)
    before = outlook_of(thing)
    purchase = order(thing, 100)

    actions.send_order(purchase, actor=SYSTEM)
    touched = refresh_outlooks()

    after, same = outlook_of(thing), outlook_of(other)
    assert (before.to_order, before.incoming) == (True, 0)
    assert (touched, after.incoming, after.available, after.to_order) == (1, 100, 32, False)
    assert after.lasts == pytest.approx(before.lasts + 25, abs=2)
    assert after.out_middle > before.out_middle
    assert after.order_quantity <= max(before.order_quantity - 90, 0)
    assert (same.incoming, same.to_order) == (0, True)


def test_what_comes_after_the_shelf_is_empty_does_not_keep_it_full(scope, time_machine, as_user, ann):
    thing, *_ = shop_with_past(6, rate=4.0, on_hand=32)
    make_demand(actor=SYSTEM)
    before = outlook_of(thing)
    purchase = order(thing, 100, lead=20)

    actions.send_order(purchase, actor=SYSTEM)
    refresh_outlooks()

    late = outlook_of(thing)
    assert (late.incoming, late.lasts, late.out_middle) == (100, before.lasts, before.out_middle)
    assert late.order_quantity < before.order_quantity, "what is on its way is not ordered again"
    assert as_user(ann).get(f"/m/{scope.slug}/demand/{thing.pk}/").status_code == 200
    sheet = sheet_of(DemandOutlook.objects.select_related("run__merchant", "variant__merchant").get(pk=late.pk))
    middle = [row[3] for _day, row in stock_days(sheet)]
    assert (middle[15], middle[19]) == (0, 0)
    assert middle[20] == pytest.approx(96, abs=3)


def test_a_delivery_that_is_late_is_not_reckoned_with(scope):
    thing, *_ = shop_with_past(6, rate=4.0, on_hand=32)
    purchase = order(thing, 100)
    actions.send_order(purchase, actor=SYSTEM)
    make_demand(actor=SYSTEM)
    PurchaseOrder.objects.filter(pk=purchase.pk).update(expected_on=scope.today() - timedelta(days=1))

    make_demand(actor=SYSTEM)

    assert outlook_of(thing).lasts == pytest.approx(8, abs=1.5)


def test_what_came_is_stock_and_no_longer_on_its_way(scope):
    thing, *_ = shop_with_past(6, rate=4.0, on_hand=32)
    purchase = order(thing, 100)
    actions.send_order(purchase, actor=SYSTEM)
    make_demand(actor=SYSTEM)
    whole = outlook_of(thing)

    came(purchase, 40)
    refresh_outlooks()
    partly = outlook_of(thing)
    purchase.refresh_from_db()
    actions.close_order(purchase, reason="They have no more", actor=SYSTEM)
    refresh_outlooks()
    closed = outlook_of(thing)

    assert (whole.available, whole.incoming) == (32, 100)
    assert (partly.available, partly.incoming, partly.lasts) == (72, 60, whole.lasts)
    assert (closed.available, closed.incoming) == (72, 0)
    assert closed.lasts < partly.lasts
    assert refresh_outlooks() == 0


def test_sending_an_order_lets_stock_be_looked_at_again(scope):
    thing, *_ = shop_with_past(2)
    purchase = order(thing, 100)
    before = set(Job.objects.values_list("pk", flat=True))

    actions.send_order(purchase, actor=SYSTEM)

    queued = Job.objects.exclude(pk__in=before)
    assert any("units_on_their_way" in str(job.args) for job in queued)
