"""The way of an order from placing to closing, and every step that is not allowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Activity, Job
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.fulfilment.actions import add_tracking_event, mark_parcel_delivered, ship_order
from ecommerce.models import Customer, Order, Shipment
from ecommerce.orders import actions
from tests.ecommerce.orders_kit import ANN, level_of, order_in, pay, placed, snapshot, stocked
from tests.queue import run_tasks

STATES = Order.State.values


def reasons() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def test_an_order_goes_all_the_way(scope):
    variant = stocked(10, price=Decimal("168.00"))
    order = placed((variant, 2), shipping_fee=Decimal("12.00"))
    assert (order.state, order.payment_state, order.total, order.ship_by) == (
        "placed",
        "unpaid",
        Decimal("348.00"),
        None,
    )
    assert level_of(variant) == (10, 0)

    order = pay(order)
    assert (order.state, order.payment_state, order.paid_total) == ("paid", "paid", Decimal("348.00"))
    assert order.ship_by - order.paid_at.replace(second=0, microsecond=0) == timedelta(hours=48)
    assert level_of(variant) == (10, 2)

    order = actions.confirm_order(order, actor=ANN)
    order = actions.pack_order(order, actor=ANN)
    shipment = ship_order(order, carrier="SF Express", tracking_number="sf 1389 0042", actor=ANN)
    order.refresh_from_db()
    assert (order.state, shipment.tracking_number, order.lines.get().shipped_quantity) == ("shipped", "SF13890042", 2)
    assert level_of(variant) == (8, 0)

    mark_parcel_delivered(shipment, actor=ANN)
    order.refresh_from_db()
    assert order.state == "delivered"
    assert actions.complete_orders(delivered_before=timezone.now() + timedelta(days=1), actor=ANN) == 1
    order.refresh_from_db()
    assert order.state == "completed"

    customer = Customer.objects.get()
    assert (customer.order_count, customer.spend, customer.last_order_at) == (1, Decimal("348.00"), order.placed_at)
    kinds = [kind for kind in reasons() if kind.startswith(("orders", "fulfilment"))]
    assert kinds == [
        "orders.placed",
        "orders.paid",
        "orders.confirmed",
        "orders.packed",
        "fulfilment.shipped",
        "fulfilment.delivered",
        "orders.delivered",
        "orders.completed_together",
    ]


STEPS = {
    "take_payment": (lambda order: actions.take_payment(order, method="alipay", actor=ANN), {"placed"}),
    "payment_failed": (lambda order: actions.payment_failed(order, method="a", reason="b", actor=ANN), {"placed"}),
    "confirm": (lambda order: actions.confirm_order(order, actor=ANN), {"placed", "paid"}),
    "pack": (lambda order: actions.pack_order(order, actor=ANN), {"paid"}),
    "hold": (
        lambda order: actions.hold_order(order, reason="x", actor=ANN),
        {"placed", "paid", "packed", "partly_shipped"},
    ),
    "release": (lambda order: actions.release_order(order, actor=ANN), {"on_hold"}),
    "cancel": (
        lambda order: actions.cancel_order(order, reason="x", actor=ANN),
        {"placed", "paid", "packed", "partly_shipped", "on_hold"},
    ),
    "ship": (lambda order: ship_order(order, actor=ANN), {"paid", "packed", "partly_shipped"}),
    "deliver": (lambda order: actions.mark_delivered(order, at=timezone.now(), actor=ANN), {"shipped"}),
    "refund": (
        lambda order: actions.refund_order(order, reason="x", actor=ANN),
        set(STATES) - {"placed", "cancelled"},
    ),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_steps_follow_the_table_of_states_and_a_refusal_moves_nothing(scope, step, state):
    do, allowed = STEPS[step]
    order = order_in(state)
    before, jobs, facts = snapshot(order), Job.objects.count(), Activity.objects.count()
    if state in allowed:
        do(order)
        assert snapshot(order) != before
        now = Order.objects.get(pk=order.pk).state
        assert now == state or now in Order.TRANSITIONS[state]
        return
    with pytest.raises(Refused) as refusal:
        do(order)
    assert order.number in refusal.value.message
    assert snapshot(order) == before
    assert (Job.objects.count(), Activity.objects.count()) == (jobs, facts)


def test_a_held_order_goes_on_where_it_stopped(scope):
    order = order_in("packed")
    held = actions.hold_order(order, reason=" Address unclear ", actor=ANN)
    assert (held.state, held.state_before_hold, held.hold_reason) == ("on_hold", "packed", "Address unclear")

    released = actions.release_order(held, actor=ANN)
    assert (released.state, released.state_before_hold, released.hold_reason) == ("packed", "", "")


def test_an_order_can_be_paid_while_it_is_held(scope):
    variant = stocked()
    order = actions.hold_order(placed((variant, 2)), reason="Check", actor=ANN)

    order = pay(order)
    assert (order.state, order.payment_state, level_of(variant)) == ("on_hold", "paid", (10, 2))
    assert actions.release_order(order, actor=ANN).state == "paid"


def test_the_same_payment_twice_is_one(scope):
    order = placed((stocked(), 1))
    first = actions.take_payment(order, method="alipay", reference="P-1", actor=ANN)
    facts = Activity.objects.count()

    assert actions.take_payment(order, method="alipay", reference="P-1", actor=ANN) == first
    assert (order.payments.count(), Activity.objects.count()) == (1, facts)
    with pytest.raises(Refused, match="paid already"):
        actions.take_payment(order, method="alipay", reference="P-2", actor=ANN)


def test_a_payment_of_another_amount_is_refused(scope):
    order = placed((stocked(), 1))
    with pytest.raises(Refused) as refusal:
        actions.take_payment(order, method="alipay", amount=Decimal("1.00"), actor=ANN)
    assert (refusal.value.code, order.payments.count()) == ("payment_differs", 0)


def test_a_failed_payment_leaves_the_order_open_for_another_try(scope):
    order = placed((stocked(), 1))
    actions.payment_failed(order, method="card", reason="Card declined", reference="T-1", actor=ANN)
    actions.payment_failed(order, method="card", reason="Card declined", reference="T-1", actor=ANN)
    order.refresh_from_db()
    assert (order.state, order.payment_state, order.payments.count()) == ("placed", "failed", 1)

    assert pay(order).payment_state == "paid"


def test_two_who_change_the_same_order_do_not_overwrite_each_other(scope, monkeypatch):
    """What one has in hand is stale once the other has written; the second is told so."""
    from ecommerce.orders.actions import handling

    order = order_in("paid")
    stale = handling.locked(order)
    actions.pack_order(order, actor=ANN)
    monkeypatch.setattr(handling, "locked", lambda _: stale)
    with pytest.raises(Refused) as refusal:
        actions.hold_order(order, reason="x", actor=ANN)

    assert (refusal.value.code, refusal.value.status) == ("changed_meanwhile", 409)
    assert Order.objects.get(pk=order.pk).state == "packed"


def test_more_is_ordered_than_is_there(scope):
    """Stock is promised as far as it goes, the parcel waits for the rest."""
    variant = stocked(3)
    order = placed((variant, 5), paid=True)
    assert (order.lines.get().reserved_quantity, level_of(variant)) == (3, (3, 3))
    assert Activity.objects.get(kind="orders.placed").payload["short_units"] == 2

    before = snapshot(order)
    with pytest.raises(Refused) as refusal:
        ship_order(order, actor=ANN)
    assert refusal.value.code == "not_enough_stock"
    assert snapshot(order) == before

    ship_order(order, units={order.lines.get().pk: 3}, actor=ANN)
    assert (Order.objects.get(pk=order.pk).state, level_of(variant)) == ("partly_shipped", (0, 0))


def test_a_parcel_cannot_take_what_is_promised_to_another_order(scope):
    variant = stocked(3)
    first, second = placed((variant, 3), paid=True), placed((variant, 1), paid=True)
    with pytest.raises(Refused, match="cannot leave"):
        ship_order(second, actor=ANN)
    ship_order(first, actor=ANN)
    assert level_of(variant) == (0, 0)


def test_lines_without_a_known_product_touch_no_stock(scope):
    from ecommerce.orders.rules import LineIn, OrderIn

    line = LineIn(sku="GONE-1", quantity=2, unit_price=Decimal("5.00"), title="Old cup")
    order = actions.place_order(OrderIn(lines=[line], paid=True), actor=ANN)
    ship_order(order, actor=ANN)
    order.refresh_from_db()
    assert (order.state, order.lines.get().variant, order.customer) == ("shipped", None, None)


def test_an_order_leaves_in_two_parcels(scope):
    cup, pot = stocked(10), stocked(10)
    order = placed((cup, 2), (pot, 1), paid=True)
    cups, pots = order.lines.all()

    first = ship_order(order, units={cups.pk: 1, pots.pk: 0}, tracking_number="A1", actor=ANN)
    order.refresh_from_db()
    assert (order.state, order.shipped_at) == ("partly_shipped", None)
    assert list(first.lines.values_list("order_line", "quantity")) == [(cups.pk, 1)]
    mark_parcel_delivered(first, actor=ANN)
    order.refresh_from_db()
    assert order.state == "partly_shipped"

    second = ship_order(order, tracking_number="A2", actor=ANN)
    order.refresh_from_db()
    assert order.state == "shipped"
    assert sorted(second.lines.values_list("order_line", "quantity")) == [(cups.pk, 1), (pots.pk, 1)]
    assert (level_of(cup), level_of(pot)) == ((8, 0), (9, 0))
    mark_parcel_delivered(second, actor=ANN)
    order.refresh_from_db()
    assert order.state == "delivered"
    whole = list(
        Activity.objects.filter(kind="fulfilment.shipped").order_by("pk").values_list("payload__whole", flat=True)
    )
    assert whole == [False, True]


def test_a_parcel_with_more_than_is_left_is_refused(scope):
    order = order_in("partly_shipped")
    before = snapshot(order)
    line = order.lines.get()
    wrong = [
        ({line.pk: 2}, "ship_units"),
        ({line.pk: 0}, "nothing_chosen"),
        ({line.pk + 99: 1}, "line_unknown"),
        ({line.pk: -1}, "ship_units"),
    ]
    for units, code in wrong:
        with pytest.raises(Refused) as refusal:
            ship_order(order, units=units, actor=ANN)
        assert refusal.value.code == code
    assert snapshot(order) == before


def test_cancelling_frees_the_stock_and_the_customers_count(scope):
    variant = stocked()
    order = placed((variant, 2), paid=True)
    order = actions.cancel_order(order, reason="Changed mind", actor=ANN)

    assert (order.state, order.payment_state, order.cancel_reason) == ("cancelled", "paid", "Changed mind")
    assert level_of(variant) == (10, 0)
    customer = Customer.objects.get()
    assert (customer.order_count, customer.spend) == (0, order.total)


def test_part_of_an_order_is_cancelled(scope):
    cup, pot = stocked(), stocked()
    order = placed((cup, 2), (pot, 1), paid=True)
    cups = order.lines.first()
    order = actions.cancel_order(order, reason="Sold out", lines={cups.pk: 1}, actor=ANN)

    assert (order.state, order.lines.get(pk=cups.pk).to_ship, level_of(cup), level_of(pot)) == (
        "paid",
        1,
        (10, 1),
        (10, 1),
    )
    assert Activity.objects.get(kind="orders.cancelled").payload["whole"] is False
    with pytest.raises(Refused, match="At most 1"):
        actions.cancel_order(order, reason="x", lines={cups.pk: 2}, actor=ANN)
    unpaid = placed((cup, 2), (pot, 1))
    with pytest.raises(Refused, match="not paid yet"):
        actions.cancel_order(unpaid, reason="x", lines={unpaid.lines.first().pk: 1}, actor=ANN)


def test_the_rest_of_a_partly_shipped_order_is_called_off(scope):
    """Nothing is left to ship then; when the parcels have arrived already, the order is delivered."""
    variant = stocked()
    order = placed((variant, 2), paid=True)
    left = timezone.now() - timedelta(days=3)
    parcel = ship_order(order, units={order.lines.get().pk: 1}, at=left, actor=ANN)
    mark_parcel_delivered(parcel, actor=ANN)

    order = actions.cancel_order(order, reason="Sold out", actor=ANN)
    assert (order.state, level_of(variant)) == ("shipped", (9, 0))
    assert order.shipped_at == left, "the last parcel's leaving, not the day its rest was called off"
    run_tasks()
    order.refresh_from_db()
    assert order.state == "delivered"


def test_reports_of_the_carrier_come_twice_and_in_any_order(scope):
    order = order_in("paid")
    shipment = ship_order(order, actor=ANN)
    t0 = shipment.shipped_at
    out = {"state": "out_for_delivery", "at": t0 + timedelta(hours=2), "location": "Shanghai"}
    add_tracking_event(shipment, **out, actor=ANN)
    facts = Activity.objects.count()
    assert add_tracking_event(shipment, **out, actor=ANN) == shipment.events.get()
    assert Activity.objects.count() == facts

    add_tracking_event(shipment, state="delivered", at=t0 + timedelta(hours=4), actor=ANN)
    add_tracking_event(shipment, state="in_transit", at=t0 + timedelta(hours=1), actor=ANN)
    add_tracking_event(shipment, state="out_for_delivery", at=t0 + timedelta(hours=5), actor=ANN)
    shipment.refresh_from_db()
    assert (shipment.state, shipment.delivered_at) == ("delivered", t0 + timedelta(hours=4))
    assert Activity.objects.filter(kind="fulfilment.delivered").count() == 1
    assert Activity.objects.filter(kind="orders.delivered").count() == 1
    with pytest.raises(Refused, match="arrived already"):
        mark_parcel_delivered(shipment, actor=ANN)


def test_reports_of_nonsense_are_refused(scope):
    shipment = ship_order(order_in("paid"), actor=ANN)
    for state, at in (("lost", timezone.now()), ("delivered", datetime(2999, 1, 1, tzinfo=UTC))):
        with pytest.raises(Refused):
            add_tracking_event(shipment, state=state, at=at, actor=ANN)
    assert shipment.events.count() == 0


def test_facts_name_the_days_of_the_merchant(scope):
    """In Shanghai it is already the next day at 17:00 UTC."""
    import time_machine

    variant = stocked()
    with time_machine.travel(datetime(2026, 3, 1, 17, 0, tzinfo=UTC), tick=False):
        order = placed((variant, 1), paid=True)
    with time_machine.travel(datetime(2026, 3, 4, 3, 0, tzinfo=UTC), tick=False):
        actions.cancel_order(order, reason="x", actor=ANN)
    with time_machine.travel(datetime(2026, 3, 5, 3, 0, tzinfo=UTC), tick=False):
        actions.refund_order(order, reason="x", actor=ANN)

    days = dict(Activity.objects.filter(kind__startswith="orders.").values_list("kind", "payload__days"))
    assert days == {
        "orders.placed": ["2026-03-02"],
        "orders.cancelled": ["2026-03-02", "2026-03-04"],
        "orders.refunded": ["2026-03-02", "2026-03-05"],
    }


def test_orders_of_another_shop_are_out_of_reach(scope, rival):
    order = order_in("paid")
    with tenant(rival), pytest.raises(Order.DoesNotExist):
        actions.pack_order(order, actor=ANN)
    assert Order.objects.get(pk=order.pk).state == "paid"
    assert Shipment.objects.count() == 0
