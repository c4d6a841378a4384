"""What a member deals with on other pages counts as acted on, and calls nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.activity.log import record
from analytics.restock.events import ProposalDismissed
from analytics.restock.models import StockWarning
from core.actors import SYSTEM
from ecommerce.fulfilment.events import OrderShipped
from ecommerce.inventory.events import StockAdjusted
from ecommerce.purchasing.actions import draft_order, set_price
from ecommerce.purchasing.rules import LineIn
from notifications.inbox import watch
from notifications.inbox.models import Notification
from notifications.inbox.queries import inbox_of
from notifications.routing.models import Escalation
from notifications.usefulness.actions import measure
from notifications.usefulness.queries import own_use, shop_use
from tests import factories
from tests.queue import run_tasks

NOON = datetime(2026, 6, 5, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(time_machine, settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    time_machine.move_to(NOON, tick=False)


def ship(order, actor) -> None:
    """What fulfilment leaves and announces when the last parcel of an order goes."""
    order.state = "shipped"
    order.save()
    record(
        OrderShipped(
            order_id=order.pk, number=order.number, shipment_id=1, customer_id=None, carrier="SF",
            tracking_number="SF1", units=1, whole=True,
        ),
        actor=actor,
        subject=order,
    )  # fmt: skip


def states(kind: str) -> set[tuple[str, str | None, bool]]:
    rows = Notification.objects.filter(kind=kind).select_related("handled_by")
    return {
        (row.user.name, row.handled_by and row.handled_by.name, row.acted_at is not None)
        for row in rows.filter(state="handled").select_related("user")
    }


def late(hours: float = -2):
    return factories.OrderFactory(ship_by=timezone.now() + timedelta(hours=hours))


@pytest.mark.parametrize("by_member", [True, False])
def test_whoever_ships_the_last_of_them_has_handled_them(scope, ann, ben, time_machine, by_member):
    one, other = late(), late(-1)
    watch.orders_to_ship(scope, begin=True)
    watch.late_orders(scope)
    time_machine.shift(timedelta(minutes=10))
    ship(one, SYSTEM)
    ship(other, ben.actor if by_member else SYSTEM)
    watch.orders_to_ship(scope, begin=False)
    watch.late_orders(scope)
    told = {("Ann", "Ben", False), ("Ben", "Ben", True)} if by_member else {("Ann", None, False), ("Ben", None, False)}
    assert states("order-late") == states("order-to-ship") == told
    measure(timezone.now())
    use = {use.kind.name: use for use in shop_use()}["order-late"]
    assert (use.told, use.acted, use.settled) == ((2, 2, 0) if by_member else (2, 0, 2))


def test_what_a_member_shipped_before_it_was_told_is_not_why_it_is_over(scope, ann, ben, time_machine):
    ship(late(), ben.actor)
    time_machine.shift(timedelta(minutes=10))
    order = late()
    watch.late_orders(scope)
    ship(order, SYSTEM)
    watch.late_orders(scope)
    assert states("order-late") == {("Ann", None, False), ("Ben", None, False)}


@pytest.mark.parametrize(
    ("hours", "by_member", "waiting"), [(-2, True, 0), (-2, False, 2), (40, True, 2), (3, True, 1)]
)
def test_the_first_parcel_of_what_was_told_stops_its_going_further(scope, ann, ben, hours, by_member, waiting):
    late()
    late(-1)
    order = late(hours)
    watch.orders_to_ship(scope, begin=True)
    watch.late_orders(scope)
    assert Escalation.objects.filter(due_at__isnull=False).count() == 2
    ship(order, ben.actor if by_member else SYSTEM)
    run_tasks()
    assert Escalation.objects.filter(due_at__isnull=False).count() == waiting
    assert inbox_of(ann.pk).get(kind="order-late").state == "unread"


def warn() -> StockWarning:
    day = date(2026, 6, 8)
    variant = factories.VariantFactory()
    return StockWarning.objects.create(
        variant=variant, available=2, per_day=1.0, out_low=day, out_middle=day, out_high=day
    )


def order_of(warnings, actor) -> None:
    supplier, place = factories.SupplierFactory(), factories.WarehouseFactory(is_default=True)
    for warning in warnings:
        set_price(supplier, warning.variant, price=Decimal("2"), minimum=1, multiple=1, actor=SYSTEM)
    draft_order(supplier, place, [LineIn(one.variant.sku, 5) for one in warnings], actor=actor)
    run_tasks()


def test_whoever_drafts_a_purchase_order_has_handled_what_runs_out(scope, ann, ben):
    warnings = [warn() for _n in range(5)]
    watch.stock_warnings(scope, scope.today())
    order_of(warnings[:1], ann.actor)
    handled = Notification.objects.filter(kind="stock-low", state="handled")
    assert set(handled.values_list("key", "handled_by__name")) == {(str(warnings[0].pk), "Ann")}
    assert states("stock-low-many") == set()


def test_the_line_about_many_is_handled_once_all_of_them_are_ordered(scope, ann):
    warnings = [warn() for _n in range(5)]
    watch.stock_warnings(scope, scope.today())
    order_of(warnings, ann.actor)
    assert states("stock-low-many") == states("stock-low") == {("Ann", "Ann", True)}


def test_a_draft_that_no_member_made_handles_nothing(scope, ann):
    warning = warn()
    watch.stock_warnings(scope, scope.today())
    order_of([warning], SYSTEM)
    assert states("stock-low") == set()


def test_whoever_decides_against_ordering_or_corrects_the_stock_has_handled_it(scope, ann):
    refused, counted, gone = warn(), warn(), warn()
    watch.stock_warnings(scope, scope.today())
    event = ProposalDismissed(variant_id=refused.variant_id, **dismissed(refused))
    record(event, actor=ann.actor, subject=refused.variant)
    change = StockAdjusted(variant_id=counted.variant_id, warehouse_id=1, change=9, on_hand=11, reason="count")
    record(change, actor=ann.actor, subject=counted.variant)
    StockWarning.objects.filter(pk__in=[counted.pk, gone.pk]).update(closed_at=timezone.now())
    run_tasks()
    watch.stock_is_back(scope)
    rows = dict(Notification.objects.filter(kind="stock-low").values_list("key", "handled_by__name"))
    assert rows == {str(refused.pk): "Ann", str(counted.pk): "Ann", str(gone.pk): None}


def dismissed(warning: StockWarning) -> dict[str, object]:
    fields = ProposalDismissed.__dataclass_fields__
    values = {"sku": warning.variant.sku, "until": "2026-07-01", "reason": "not this season", "units": 5}
    return {name: values[name] for name in fields if name in values}


def test_work_done_elsewhere_is_no_reason_to_mute(scope, ann):
    for number in range(25):
        Notification.objects.create(
            user=ann, kind="order-late", key=str(number), params={}, urgency=1, at=timezone.now(), state="handled"
        )
    measure(timezone.now())
    use = {use.kind.name: use for use in shop_use()}["order-late"]
    assert (use.told, use.acted, use.settled, use.is_idle) == (25, 0, 25, False)
    assert not own_use(ann.pk, timezone.now())["order-late"].is_idle
