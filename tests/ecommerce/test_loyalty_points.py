"""Points: earned once, taken back in proportion, used oldest first, never below zero."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Activity
from core.errors import Refused
from core.events import load
from core.tenancy import tenant
from ecommerce.loyalty import actions, handlers, rules
from ecommerce.loyalty.queries import balance_of, ending_soon, ledger_of, standing_of
from ecommerce.loyalty.rules import Lot, Step
from ecommerce.models import Order, PointsEntry
from ecommerce.orders.actions import complete_orders, refund_order
from tests import factories
from tests.ecommerce.loyalty_kit import completed, granted, ledger, points_on
from tests.ecommerce.orders_kit import ANN, order_in, stocked
from tests.queue import run_tasks


def told_again(kind: str) -> None:
    """Every fact of that kind reaches the handlers of points a second time."""
    for entry in Activity.objects.filter(kind=kind):
        event = load(entry.kind, entry.payload)
        (handlers.earn if kind == "orders.completed_together" else handlers.take_back)(event, entry)


def test_a_completed_order_brings_points_once(scope):
    points_on(per_unit=D("1.5"), months=12)
    order = completed("168.00")
    told_again("orders.completed_together")

    entry = ledger_of(order.customer).get()
    assert (entry.points, entry.balance, entry.order) == (252, 252, order)
    assert entry.expires_on == rules.last_day(scope.today(), 12)
    assert Activity.objects.filter(kind="points.earned").count() == 1


def test_a_shop_gives_no_points_unless_it_says_so(scope):
    assert ledger(completed().customer) == []


def test_a_refund_takes_points_back_in_proportion_and_once(scope):
    points_on()
    order = completed("100.00")
    for amount in ("33.33", "33.33"):
        refund_order(order, reason="late", amount=D(amount), actor=ANN)
    run_tasks()
    told_again("orders.refunded")
    assert ledger(order.customer) == [("earned", 100, 100), ("taken_back", -33, 67), ("taken_back", -33, 34)]

    refund_order(order, reason="late", actor=ANN)
    run_tasks()
    assert balance_of(order.customer) == 0


def test_what_went_back_before_the_order_was_completed_brings_nothing(scope):
    points_on()
    order = order_in("delivered", stocked(price=D("100.00")), 1)
    refund_order(order, reason="late", amount=D("40.00"), actor=ANN)
    run_tasks()
    complete_orders(delivered_before=Order.objects.get(pk=order.pk).updated_at, actor=ANN)
    run_tasks()
    told_again("orders.refunded")

    assert ledger(order.customer) == [("earned", 100, 100), ("taken_back", -40, 60)]


def test_points_that_are_spent_already_are_not_taken_back(scope):
    points_on(exchange_points=90)
    order = completed("100.00")
    actions.exchange_points(order.customer, key="once", actor=ANN)
    refund_order(order, reason="broken", actor=ANN)
    run_tasks()
    granted(order.customer, 50)
    told_again("orders.refunded")

    assert [row[1:] for row in ledger(order.customer)] == [(100, 100), (-90, 10), (-10, 0), (50, 50)]


def test_points_are_exchanged_once_for_each_key_and_never_for_more_than_there_are(scope):
    points_on(exchange_points=100, exchange_amount=D("10.00"), exchange_days=30)
    buyer = factories.CustomerFactory()
    with pytest.raises(Refused) as no:
        actions.exchange_points(buyer, key="a", actor=ANN)
    assert no.value.code == "points_short"
    assert buyer.coupons.count() == 0

    granted(buyer, 150)
    first = actions.exchange_points(buyer, key="a", actor=ANN)
    again = actions.exchange_points(buyer, key="a", actor=ANN)

    assert first == again
    assert (first.amount, first.customer, first.valid_until) == (D("10.00"), buyer, scope.today() + timedelta(days=30))
    assert balance_of(buyer) == 50


def test_points_are_changed_by_hand_with_a_reason(scope):
    buyer = factories.CustomerFactory()
    granted(buyer, 30, key="a")
    granted(buyer, 30, key="a")
    granted(buyer, -10, key="b")
    assert ledger(buyer) == [("by_hand", 30, 30), ("by_hand", -10, 20)]
    for points, reason, code in (
        (-21, "x", "points_short"),
        (0, "x", "points_out_of_range"),
        (5, " ", "reason_missing"),
    ):
        with pytest.raises(Refused) as no:
            actions.change_points(buyer, points=points, reason=reason, key="c", actor=ANN)
        assert no.value.code == code


def test_old_points_run_out_once_and_the_soonest_are_used_first(scope):
    buyer = factories.CustomerFactory()
    points_on(months=1)
    granted(buyer, 30, key="soon")
    points_on(months=3)
    granted(buyer, 50, key="late")
    granted(buyer, -10, key="used")
    over = rules.last_day(scope.today(), 1) + timedelta(days=1)

    assert standing_of(buyer).ending == 20
    assert actions.expire_points(over - timedelta(days=1), actor=ANN) == 0
    assert [[(one.customer_id, one.points) for one in some] for some in ending_soon(scope.today(), over)] == [
        [(buyer.pk, 20)]
    ]
    assert actions.expire_points(over, actor=ANN) == 20
    assert actions.expire_points(over, actor=ANN) == 0
    assert balance_of(buyer) == 50


def test_a_ledger_is_never_changed_and_never_below_zero(scope):
    entry = granted(factories.CustomerFactory(), 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        PointsEntry.objects.filter(pk=entry.pk).update(points=20)
    with pytest.raises(IntegrityError), transaction.atomic():
        PointsEntry.objects.create(
            customer=entry.customer, sequence=2, kind="by_hand", points=-11, balance=-1, cause="below zero"
        )


def test_another_shop_knows_nothing_of_the_points(scope, rival):
    buyer = factories.CustomerFactory()
    granted(buyer, 10)
    with tenant(rival):
        assert balance_of(buyer) == 0


def test_terms_out_of_range_are_refused_at_their_field(scope):
    for name, value in (("per_unit", D(0)), ("months", 0), ("exchange_points", 0), ("exchange_amount", D(0))):
        with pytest.raises(Refused) as no:
            points_on(**{name: value})
        assert list(no.value.fields) == [name]


def test_the_last_day_is_counted_in_months():
    assert rules.last_day(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert rules.last_day(date(2026, 11, 30), 14) == date(2028, 1, 30)
    assert rules.last_day(date(2026, 11, 30), None) is None


def test_lots_give_the_soonest_first():
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    assert rules.lots([Step(10, june), Step(5, may), Step(3), Step(-7)]) == [Lot(8, june), Lot(3, None)]


@given(st.integers(0, 10_000), st.lists(st.integers(1, 500), min_size=1, max_size=8))
def test_refunds_of_all_that_was_paid_take_back_all_that_was_earned(earned, parts):
    paid, before, back = D(sum(parts)) / 100, D(0), 0
    for part in parts:
        taken = rules.points_back(earned, paid, before, D(part) / 100)
        assert taken >= 0
        back, before = back + taken, before + D(part) / 100
    assert back == earned


steps = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(1, 300)),
        st.tuples(st.just("refund"), st.integers(1, 300)),
        st.tuples(st.just("hand"), st.integers(-200, 200)),
        st.tuples(st.just("spend"), st.just(0)),
        st.tuples(st.just("pass"), st.integers(1, 45)),
        st.tuples(st.just("again"), st.just(0)),
    ),
    min_size=3,
    max_size=14,
)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_happens_the_balance_is_the_sum_and_not_below_zero(shop, done):
    with transaction.atomic(), tenant(shop):
        points_on(months=1, exchange_points=60)
        day, buyer, orders = shop.today(), None, []
        for turn, (what, figure) in enumerate(done):
            try:
                with transaction.atomic():
                    if what == "earn":
                        orders.append(completed(f"{figure}.00"))
                        buyer = orders[-1].customer
                    elif what == "refund" and orders:
                        refund_order(orders[-1], reason="late", amount=D(figure), actor=ANN)
                        run_tasks()
                    elif what == "hand" and buyer:
                        granted(buyer, figure, key=f"{turn}")
                    elif what == "spend" and buyer:
                        actions.exchange_points(buyer, key=f"{turn}", actor=ANN)
                    elif what == "pass":
                        day += timedelta(days=figure)
                        actions.expire_points(day, actor=ANN)
                    elif what == "again":
                        told_again("orders.completed_together")
                        told_again("orders.refunded")
            except Refused:
                continue
            sums = PointsEntry.objects.aggregate(sum=Sum("points"))["sum"] or 0
            assert sums == (balance_of(buyer) if buyer else 0) >= 0
            if buyer:
                assert standing_of(buyer).balance == sums
        earned = PointsEntry.objects.filter(kind="earned")
        assert earned.count() == earned.values("order").distinct().count() <= len(orders)
        transaction.set_rollback(True)
