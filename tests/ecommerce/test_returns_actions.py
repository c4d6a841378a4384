"""Returns: no unit comes back twice, only units for the shelf enter stock, and never more goes back than was paid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Activity, Job
from core.actors import SYSTEM
from core.clocks import WorkingTime
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import Order, Return, StockMove
from ecommerce.orders.actions import refund_order
from ecommerce.returns import rules
from ecommerce.returns.actions import (
    LineIn,
    approve_return,
    cancel_return,
    receive_return,
    refuse_return,
    request_return,
    run_clocks,
    send_back,
    settle_return,
)
from ecommerce.returns.queries import reasons_by_product, returnable, worth_of
from ecommerce.returns.rules import Inspection
from tests.ecommerce.orders_kit import level_of, order_in
from tests.ecommerce.returns_kit import ANN, BUYER, arrived, received, requested, wanted
from tests.race import alone, shared_database, together

D = Decimal
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAILY = WorkingTime(ZoneInfo("UTC"))
WEEKDAYS = WorkingTime(ZoneInfo("UTC"), frozenset({1, 2, 3, 4, 5}))


def kinds() -> list[str]:
    return list(Activity.objects.filter(kind__startswith="returns.").order_by("pk").values_list("kind", flat=True))


def test_from_the_request_to_the_refund(scope):
    order = arrived(2)
    variant = order.lines.get().variant
    shelf, _reserved = level_of(variant)

    case = received(order, 2, restock=1, write_off=1)
    line = case.lines.get()
    assert (case.number, case.state, line.restocked, line.written_off) == ("R-1001", "received", 1, 1)
    assert level_of(variant) == (shelf + 1, 0)
    moves = StockMove.objects.filter(reference="R-1001").order_by("pk").values_list("reason", "quantity")
    assert list(moves) == [("return", 1), ("return", 1), ("damage", -1)], "what is written off goes in and out"

    case = settle_return(case, outcome="refund", actor=ANN)
    order.refresh_from_db()
    assert (case.state, case.refund_amount, case.due_at) == ("settled", D("336.00"), None)
    assert (order.refunded_total, order.payment_state, order.lines.get().refunded_quantity) == (
        D("336.00"),
        "refunded",
        2,
    )
    assert kinds() == ["returns.requested", "returns.approved", "returns.received", "returns.settled"]
    assert Activity.objects.get(kind="orders.refunded").payload["amount"] == "336.00"


def test_units_come_back_once(scope):
    order = arrived(3)
    first = requested(order, 2)
    with pytest.raises(Refused, match="At most 1") as refusal:
        requested(order, 2)
    assert set(refusal.value.fields) == {f"units_{order.lines.get().pk}"}

    cancel_return(first, actor=ANN)
    assert list(returnable(order).values()) == [3]
    received(order, 3, restock=1)
    assert list(returnable(order).values()) == [2], "what did not come stays with the buyer"


def test_units_taken_back_with_a_refund_do_not_come_back_again(scope):
    order = arrived(2)
    refund_order(order, lines={order.lines.get().pk: 1}, reason="Damaged", restock=True, actor=ANN)
    assert list(returnable(order).values()) == [1]


def test_what_was_not_shipped_cannot_come_back(scope):
    order = order_in("paid")
    jobs, facts = Job.objects.count(), Activity.objects.count()
    with pytest.raises(Refused, match="At most 0"):
        requested(order, 1)
    assert (Return.objects.count(), Job.objects.count(), Activity.objects.count()) == (0, jobs, facts)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"line": 10**9}, "line_unknown"),
        ({"reason": "because"}, "reason_unknown"),
        ({"quantity": -1}, "return_units"),
        ({"quantity": 0}, "lines_missing"),
        ({"details": "4111 1111 1111 1111"}, "card_number"),
    ],
)
def test_requests_that_make_no_sense(scope, change, code):
    order = arrived()
    line = {"line": order.lines.get().pk, "quantity": 1, "reason": "damaged", **change}
    with pytest.raises(Refused) as refusal:
        request_return(order, lines=[LineIn(**line)], actor=ANN)
    assert refusal.value.code == code
    assert not Return.objects.exists()


def test_the_same_reference_is_the_same_return(scope):
    order = arrived(2)
    assert requested(order, reference="A-1") == requested(order, reference="A-1")
    assert kinds() == ["returns.requested"]
    with pytest.raises(Refused, match="R-1001 has this reference"):
        requested(arrived(), reference="A-1")


def test_a_buyer_waits_for_the_first_answer(scope):
    order = arrived(2)
    requested(order, actor=BUYER)
    with pytest.raises(Refused, match="waits for the shop"):
        requested(order, actor=BUYER)


def test_a_refusal_says_why(scope):
    case = requested()
    with pytest.raises(Refused, match="Say why"):
        refuse_return(case, reason="  ", actor=ANN)
    case = refuse_return(case, reason="Worn", actor=ANN)
    assert (case.state, case.refusal, case.due_at) == ("refused", "Worn", None)
    assert list(returnable(case.order).values()) == [2]


STEPS = {
    "approve": lambda case: approve_return(case, actor=ANN),
    "refuse": lambda case: refuse_return(case, reason="x", actor=ANN),
    "cancel": lambda case: cancel_return(case, actor=ANN),
    "receive": lambda case: receive_return(case, inspected={case.lines.get().pk: Inspection(restock=1)}, actor=ANN),
    "settle": lambda case: settle_return(case, outcome="exchange", actor=ANN),
    "repair": lambda case: settle_return(case, outcome="repair", actor=ANN),
    "send_back": lambda case: send_back(case, actor=ANN),
}


@pytest.mark.parametrize("state", Return.State.values)
def test_steps_that_the_state_does_not_allow(scope, state):
    """A second delivery of a step finds the state changed and does nothing."""
    case = requested()
    stock = level_of(case.lines.get().order_line.variant)
    Return.objects.update(state=state)
    before = len(kinds())
    for name, step in STEPS.items():
        if not rules.may(name, state):
            with pytest.raises(Refused) as refusal:
                step(case)
            assert refusal.value.code == f"not_to_{name}"
    assert Return.objects.get().state == state
    assert (len(kinds()), level_of(case.lines.get().order_line.variant)) == (before, stock)


@pytest.mark.parametrize("found", [{"restock": 2}, {"restock": 1, "repair": 1}, {"restock": -1, "repair": 1}, {}])
def test_inspections_that_do_not_fit(scope, found):
    case = approve_return(requested(), actor=ANN)
    line = case.lines.get()
    stock = level_of(line.order_line.variant)
    with pytest.raises(Refused):
        receive_return(case, inspected={line.pk: Inspection(**found)}, actor=ANN)
    assert (Return.objects.get().state, level_of(line.order_line.variant)) == ("approved", stock)


@pytest.mark.parametrize("found", ["repair", "write_off"])
def test_only_units_for_the_shelf_enter_stock(scope, found):
    order = arrived()
    before = level_of(order.lines.get().variant)
    received(order, 1, **{found: 1})
    assert level_of(order.lines.get().variant) == before
    ledger = sum(StockMove.objects.filter(variant=order.lines.get().variant).values_list("quantity", flat=True))
    assert ledger == before[0]


def test_part_of_the_money_and_never_more_than_was_paid(scope):
    case = received(arrived(1))
    for amount in ("168.01", "0", "0.005"):
        with pytest.raises(Refused):
            settle_return(case, outcome="refund", amount=D(amount), actor=ANN)
    assert (Return.objects.get().state, Order.objects.get().refunded_total) == ("received", 0)
    case = settle_return(case, outcome="refund", amount=D("100.00"), actor=ANN)
    order = Order.objects.get()
    assert (case.refund_amount, order.refunded_total, order.payment_state) == (
        D("100.00"),
        D("100.00"),
        "partly_refunded",
    )


def test_a_refund_is_at_most_what_an_earlier_one_left(scope):
    order = arrived(1)
    refund_order(order, amount=D("100.00"), reason="Late", actor=ANN)
    case = received(order)
    assert worth_of(case) == D("68.00")
    assert settle_return(case, outcome="refund", actor=ANN).refund_amount == D("68.00")


def test_settled_without_money(scope):
    case = received()
    with pytest.raises(Refused, match="Say why nothing"):
        settle_return(case, outcome="none", actor=ANN)
    case = settle_return(case, outcome="none", reason="Used for months", actor=ANN)
    assert (case.outcome, case.outcome_reason, case.payment, Order.objects.get().refunded_total) == (
        "none",
        "Used for months",
        None,
        0,
    )


def test_the_clock_stands_while_goods_are_on_their_way():
    answered, came = NOON + timedelta(hours=10), NOON + timedelta(days=9)
    due = rules.settle_due(requested=NOON, answered=answered, received=came, at=DAILY)
    assert due == came + timedelta(hours=62), "72 hours of the shop's own time, 10 of which the answer took"


def test_the_clock_stands_on_days_off():
    friday, monday = datetime(2026, 3, 6, 12, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert rules.answer_due(friday, WEEKDAYS) == monday
    answered = friday + timedelta(days=2)
    settled = rules.settle_due(requested=friday, answered=answered, received=friday, at=WEEKDAYS)
    assert settled == datetime(2026, 3, 11, tzinfo=UTC), "the answer took 12 hours"

    clock = rules.clock(state="requested", due=monday, now=friday + timedelta(hours=12), at=WEEKDAYS)
    assert (clock.left, clock.used, clock.tone) == (timedelta(hours=12), 50, "ok")


@pytest.mark.parametrize(
    ("due", "warned"),
    [
        (datetime(2026, 3, 11, 12, tzinfo=UTC), datetime(2026, 3, 11, 6, tzinfo=UTC)),
        (datetime(2026, 3, 9, 2, tzinfo=UTC), datetime(2026, 3, 6, 20, tzinfo=UTC)),
        (datetime(2026, 3, 9, 6, tzinfo=UTC), datetime(2026, 3, 9, 0, tzinfo=UTC)),
    ],
)
def test_a_warning_comes_on_a_day_the_shop_is_open(due, warned):
    assert rules.warn_at(due, WEEKDAYS) == warned


def test_the_shops_days_off_are_in_its_deadlines(scope, shop, time_machine):
    time_machine.move_to(datetime(2026, 3, 6, 4, tzinfo=UTC), tick=False)  # noon of a Friday in Shanghai
    shop.working_days = "12345"
    shop.save()
    case = requested()
    assert case.due_at == datetime(2026, 3, 9, 4, tzinfo=UTC)
    assert case.warn_at == datetime(2026, 3, 8, 22, tzinfo=UTC)


def test_a_return_that_stays_late_goes_to_the_owner_once_for_each_clock(scope):
    case = requested()
    run_clocks(case.due_at + timedelta(hours=23))
    assert "returns.escalated" not in kinds()
    for _ in range(2):
        run_clocks(case.due_at + timedelta(hours=25))
    assert kinds().count("returns.escalated") == 1

    case = approve_return(Return.objects.get(), actor=ANN)
    case = receive_return(case, inspected={case.lines.get().pk: Inspection(restock=1)}, actor=ANN)
    run_clocks(case.due_at + timedelta(hours=25))
    assert kinds().count("returns.escalated") == 2


def test_clocks_tell_once_before_and_once_after(scope):
    case = requested()
    run_clocks(case.due_at - timedelta(hours=7))
    assert kinds() == ["returns.requested"]
    for _ in range(2):
        run_clocks(case.due_at - timedelta(hours=5))
    for _ in range(2):
        run_clocks(case.due_at + timedelta(minutes=1))
    assert kinds() == ["returns.requested", "returns.due_soon", "returns.overdue"]

    case = approve_return(Return.objects.get(), actor=ANN)
    run_clocks(timezone.now() + timedelta(days=30))
    assert kinds()[-1] == "returns.approved", "no clock runs while the goods are on their way"
    case = receive_return(case, inspected={case.lines.get().pk: Inspection(restock=1)}, actor=ANN)
    run_clocks(case.due_at + timedelta(minutes=1))
    assert kinds()[-1] == "returns.overdue", "the second clock is told of by itself"


def test_reasons_are_counted_of_the_units_shipped(scope):
    order = arrived(4)
    request_return(order, lines=wanted(order, 1, "size"), actor=ANN)
    refuse_return(requested(order, 1), reason="x", actor=ANN)
    received(order, 2, restock=1)
    [one] = reasons_by_product(timezone.now() - timedelta(days=1))
    assert (one.product, one.shipped, one.returned) == (order.lines.get().variant.product, 4, 2)
    assert sorted(one.reasons) == [("damaged", 1), ("size", 1)]
    assert one.rate == 0.5


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_return_the_same_unit(shop, tmp_path):
    with tenant(shop):
        order = arrived(3)

    def ask():
        with tenant(shop):
            return requested(Order.objects.get(pk=order.pk), 2, actor=SYSTEM).number

    def claimed():
        with tenant(shop):
            return [line.quantity for case in Return.objects.all() for line in case.lines.all()]

    with shared_database(tmp_path):
        outcomes = together(ask, ask)
        assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "str"], outcomes
        assert alone(claimed) == [2]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_refund_once(shop, tmp_path):
    with tenant(shop):
        case = received(arrived(2), 1)

    def settle():
        with tenant(shop):
            return settle_return(Return.objects.get(pk=case.pk), outcome="refund", actor=SYSTEM).state

    def refunded():
        with tenant(shop):
            return Order.objects.get().refunded_total

    with shared_database(tmp_path):
        outcomes = together(settle, settle)
        assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "str"], outcomes
        assert alone(refunded) == D("168.00")
