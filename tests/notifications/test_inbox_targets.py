"""Where a notification counts something, its action leads to the list of just that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.activity.log import record
from analytics.episodes.models import ProductEpisode
from analytics.lifecycle.models import ProductStage
from analytics.restock.models import StockWarning
from core.actors import SYSTEM
from ecommerce.fulfilment.models import Carrier, ParcelCase, Shipment
from ecommerce.fulfilment.queries import overdue_cases
from ecommerce.inventory.events import LotsExpiring
from ecommerce.inventory.models import Lot
from notifications.inbox import watch
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification
from tests import factories
from tests.notifications.test_inbox_kinds import SAMPLES
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _morning(time_machine, settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    time_machine.move_to(datetime(2026, 6, 5, 0, 0, tzinfo=UTC), tick=False)  # 08:00 in Shanghai


@pytest.fixture
def listed(ann, as_user):
    """The rows of the list that the one notification of a kind leads Ann to."""

    def rows(name: str, **params):
        if params:
            path = kind_of(name).path("luming", params)
        else:
            note = Notification.objects.get(kind=name, user=ann)
            path = kind_of(name).path("luming", note.params)
        response = as_user(ann).get(path)
        assert response.status_code == 200
        return list(response.context["page"].rows)

    return rows


def numbers(rows) -> set[str]:
    return {row.number for row in rows}


def test_new_orders_are_those_of_that_day_that_still_stand(scope, ann, listed):
    now = timezone.now()
    new = [factories.OrderFactory(placed_at=now - timedelta(hours=hours)) for hours in (1, 2)]
    factories.OrderFactory(placed_at=now, state="cancelled")
    factories.OrderFactory(placed_at=now - timedelta(hours=9))  # the evening before
    watch.new_orders(scope)
    assert Notification.objects.get(user=ann).params["count"] == 2
    assert numbers(listed("order-new")) == {order.number for order in new}


def test_orders_to_ship_are_those_of_today(scope, ann, listed):
    now = timezone.now()
    due = [factories.OrderFactory(ship_by=now + timedelta(hours=hours)) for hours in (-2, 3)]
    factories.OrderFactory(ship_by=now + timedelta(hours=30))
    watch.orders_to_ship(scope, begin=True)
    assert Notification.objects.get(user=ann).params["count"] == 2
    assert numbers(listed("order-to-ship")) == {order.number for order in due}


def test_a_new_morning_puts_the_line_of_the_day_before_away(scope, ann, time_machine):
    factories.OrderFactory(ship_by=timezone.now() + timedelta(hours=3))
    watch.orders_to_ship(scope, begin=True)
    time_machine.shift(timedelta(days=1))
    watch.orders_to_ship(scope, begin=True)
    states = Notification.objects.filter(user=ann).order_by("key").values_list("state", flat=True)
    assert list(states) == ["handled", "unread"]


def test_late_orders_are_all_that_are_late(scope, ann, listed):
    late = [factories.OrderFactory(ship_by=timezone.now() - timedelta(hours=hours)) for hours in (1, 2)]
    factories.OrderFactory(ship_by=timezone.now() + timedelta(hours=3))
    watch.late_orders(scope)
    assert numbers(listed("order-late")) == {order.number for order in late}


def test_stock_that_runs_out_is_what_was_found_that_day(scope, ann, listed):
    def warn(**fields):
        variant = factories.VariantFactory()
        day = timezone.localdate()
        return StockWarning.objects.create(
            variant=variant, available=2, per_day=1.0, out_low=day, out_middle=day, out_high=day, **fields
        )

    warn(opened_at=timezone.now() - timedelta(days=2))
    warn(closed_at=timezone.now())
    found = [warn() for _n in range(5)]
    watch.stock_warnings(scope, scope.today())
    row = Notification.objects.get(kind="stock-low-many", user=ann)
    assert row.params["count"] == 5
    assert {variant.pk for variant in listed("stock-low-many")} == {warning.variant_id for warning in found}
    old = {key: value for key, value in row.params.items() if key != "told"}
    assert kind_of("stock-low-many").path("luming", old).endswith("?tab=low")


def test_lots_are_those_told_of_that_night(scope, ann, listed):
    soon, now = timezone.localdate() + timedelta(days=9), timezone.now()
    place = factories.WarehouseFactory()
    lots = []
    for told_at in (now, now, now - timedelta(days=3)):
        variant = factories.VariantFactory()
        level = variant.stock_levels.create(warehouse=place, on_hand=5, in_lots=5)
        lot = Lot.objects.create(
            variant=variant, code=f"B-{len(lots)}", expires_on=soon, told_at=told_at, received_on=now.date()
        )
        level.lots.create(lot=lot, units=5)
        lots.append(lot)
    record(LotsExpiring(lot_ids=[lot.pk for lot in lots[:2]], lot_id=lots[0].pk, count=2, days=30), actor=SYSTEM)
    run_tasks()
    assert {row.lot_id for row in listed("lot-expiring")} == {lot.pk for lot in lots[:2]}


def test_parcels_are_those_of_the_carrier_that_are_not_put_to_rest(scope, ann, listed):
    carrier = Carrier.objects.create(name="SF")
    mine = [Shipment.objects.create(order=factories.OrderFactory(), carried_by=carrier) for _n in range(3)]
    unknown = Shipment.objects.create(order=factories.OrderFactory())
    late, _resting, back = (
        ParcelCase.objects.create(shipment=shipment, reason=reason, snoozed_until=until)
        for shipment, reason, until in zip(
            mine,
            ("overdue", "overdue", "returned"),
            (None, timezone.now() + timedelta(days=1), None),
            strict=True,
        )
    )
    other = ParcelCase.objects.create(shipment=unknown, reason="overdue")
    sample = SAMPLES["parcel-cases"][0]
    of_carrier = {**sample, "carrier_id": carrier.pk}
    assert {case.pk for case in listed("parcel-cases", **of_carrier)} == {late.pk, back.pk}
    assert {case.pk for case in listed("parcel-cases", **of_carrier, others=True)} == {back.pk}
    assert {case.pk for case in listed("parcel-cases", **{**sample, "carrier_id": 0})} == {other.pk}
    assert overdue_cases([carrier.pk]) == {carrier.pk: 1}
    failing = {**SAMPLES["carrier-late"][0], "carrier_id": carrier.pk}
    assert {case.pk for case in listed("carrier-late", **failing)} == {late.pk}


def test_products_are_those_that_came_to_their_stage_or_were_praised_that_day(scope, ann, listed):
    today = timezone.localdate()
    rows = {}
    for name, stage, days in (("end", "end", 0), ("less", "declining", 0), ("old", "end", 3), ("more", "growing", 0)):
        rows[name] = ProductStage.objects.create(
            product=factories.ProductFactory(),
            stage=stage,
            suggestion="none",
            since=today - timedelta(days=days),
            looked_on=today,
        )
    for name, days in (("end", 0), ("old", 2)):
        opened_at = timezone.now() - timedelta(days=days)
        ProductEpisode.objects.create(kind="praised", product=rows[name].product, opened_at=opened_at)
    ProductEpisode.objects.create(kind="complaints", product=rows["less"].product)
    several = {**SAMPLES["product-behind"][0], "count": 2, "since": today.isoformat()}

    def found(kind: str, **params):
        return {name for name, row in rows.items() if row.pk in {one.pk for one in listed(kind, **params)}}

    assert found("product-behind", **several) == {"end", "less"}
    assert found("product-growing", **{**several, "stage": "growing"}) == {"more"}
    praise = {**SAMPLES["product-praised"][0], "count": 4, "day": today.isoformat()}
    assert found("product-praised", **praise) == {"end"}
