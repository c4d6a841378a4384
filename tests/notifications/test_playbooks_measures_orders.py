"""What is looked at after facts about orders, complaints, returns and parcels, with figures worked out by hand.

The first eight facts of each test have a run; the ones after them have none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from core.tenancy import tenant
from ecommerce.complaints.events import ComplaintEscalated, ComplaintOpened
from ecommerce.fulfilment.events import ParcelCasesFound
from ecommerce.fulfilment.models import Carrier
from ecommerce.models import Complaint, Order, ParcelCase, Payment, Return, Shipment
from ecommerce.orders.events import OrderPlaced, OrderRanShort, PaymentFailed
from ecommerce.returns.events import ReturnOverdue, ReturnRated, ReturnRequested
from notifications.playbooks.effects import Effect, effects_of
from notifications.playbooks.measures import MEASURES
from notifications.playbooks.triggers import TRIGGERS
from tests import factories
from tests.notifications.test_playbooks_effects import FACT_DAY, NOW, fact, made, ran

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = NOW - FACT_DAY * DAY
EACH = 8


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def looked_at(ann, kind: str, make: Callable[[int, bool], Any], count: int = 2 * EACH) -> list[Effect]:
    """Effects of a playbook that ran on the first EACH of the facts; `make` is told the number and whether it ran."""
    playbook = made(ann, kind)
    for step in range(count):
        activity = fact(make(step, step < EACH))
        if step < EACH:
            ran(playbook, activity)
    return effects_of(playbook, kind)


def means(effect: Effect) -> tuple[float | None, float | None]:
    return effect.mean_ran, effect.mean_others


def order(**values: Any) -> Order:
    found: Order = factories.OrderFactory(**{"placed_at": AT} | values)
    return found


def placed(about: Order, **values: Any) -> OrderPlaced:
    given = {"channel": "online_store", "units": 1, "total": str(about.total), "currency": "CNY", "paid": True}
    return OrderPlaced(order_id=about.pk, number=about.number, customer_id=about.customer_id, **(given | values))


def back(about: Order, amount: int, after: timedelta, **values: Any) -> None:
    Payment.objects.create(order=about, kind="refund", amount=amount, at=AT + after, **values)


# Which facts are measured


def test_every_fact_that_a_playbook_may_run_on_is_measured():
    assert set(MEASURES) == {trigger.kind for trigger in TRIGGERS}
    for kind, measures in MEASURES.items():
        assert measures, kind
        assert {(one.thing, one.same, one.since) for one in measures} == {
            (measures[0].thing, measures[0].same, measures[0].since)
        }, f"{kind}: the facts of one kind are read once for all its measures"


def test_a_fact_that_is_gone_says_why_nothing_is_measured(scope, ann, as_user, monkeypatch):
    playbook = made(ann, "orders.placed")
    monkeypatch.delitem(MEASURES, "orders.placed")
    page = as_user(ann).get(reverse("playbook-detail", args=["luming", playbook.pk])).content.decode()
    assert "what comes after it is not measured" in page
    assert "Not a trial" not in page


# Orders


def test_days_until_orders_left_and_what_of_them_was_lost(scope, ann, as_user):
    """Sent after a day, or after three and never by turns; half of 168 is given back elsewhere, or all cancelled."""

    def make(step: int, first: bool) -> OrderPlaced:
        if first:
            about = order(shipped_at=AT + DAY)
            back(about, 168, 31 * DAY)
            back(about, 168, DAY, state="failed")
        elif step % 2:
            about = order(shipped_at=AT + 3 * DAY)
            back(about, 84, 2 * DAY)
        else:
            about = order()
        if not first and not step % 4:
            Order.objects.filter(pk=about.pk).update(shipped_at=AT + 3 * DAY, cancelled_at=AT + 9 * DAY)
        return placed(about)

    days, lost = looked_at(ann, "orders.placed", make)
    # elsewhere: 4 after three days with half lost, 2 after three days with all lost, 2 never and nothing lost
    assert means(days) == (1.0, pytest.approx((6 * 3 + 2 * 30) / 8))
    assert means(lost) == (0.0, pytest.approx((4 * 50 + 2 * 100) / 8))
    assert days.low < days.difference < days.high < 0


def test_orders_are_held_against_those_paid_and_in_stock_as_they_are(scope, ann, rival):
    """Half of the others were not paid and left late: they are nothing like those that ran; nor are another shop's."""

    def make(step: int, first: bool) -> OrderPlaced:
        paid = step < 2 * EACH
        return placed(order(shipped_at=AT + (DAY if paid else 9 * DAY)), paid=paid)

    days, _lost = looked_at(ann, "orders.placed", make, count=3 * EACH)
    assert (days.ran, days.others) == (EACH, EACH)
    assert (means(days), days.low, days.high) == ((1.0, 1.0), 0.0, 0.0)
    with tenant(rival):
        playbook = made(factories.UserFactory(), "orders.placed")
        assert [(one.ran, one.others) for one in effects_of(playbook, "orders.placed")] == [(0, 0)] * 2


def test_orders_cancelled_before_they_left_have_no_time_of_leaving(scope, ann):
    days, lost = looked_at(ann, "orders.placed", lambda step, first: placed(order(cancelled_at=AT + DAY)))
    assert (days.is_known, days.ran, days.others) == (False, 0, 0)
    assert means(lost) == (100.0, 100.0)


def test_orders_that_ran_short_left_after_all_and_their_buyers_came_again(scope, ann):
    def make(step: int, first: bool) -> OrderRanShort:
        about = order(shipped_at=AT + (20 * DAY if first else 31 * DAY))
        again = {"customer": about.customer, "placed_at": AT + 5 * DAY}
        if first and step % 2:
            order(**again)
        if not first:
            order(**again, replaces=about)
            order(**again, cancelled_at=AT + 6 * DAY)
            order(**again | {"placed_at": AT + 31 * DAY})
        return OrderRanShort(
            order_id=about.pk, number=about.number, units=1, outcome="hold", customer_id=about.customer_id
        )

    left, again = looked_at(ann, "orders.ran_short", make)
    assert means(left) == (100.0, 0.0)
    assert means(again) == (50.0, 0.0)


def failed(about: Order) -> PaymentFailed:
    return PaymentFailed(
        order_id=about.pk, number=about.number, payment_id=1, customer_id=about.customer_id, amount="168.00",
        currency="CNY", method="card", reason="x",
    )  # fmt: skip


def test_payments_that_failed_and_came_within_seven_days(scope, ann):
    def make(step: int, first: bool) -> PaymentFailed:
        return failed(order(paid_at=AT + (7 * DAY if first else 8 * DAY if step % 2 else HOUR)))

    [paid] = looked_at(ann, "orders.payment_failed", make)
    assert means(paid) == (100.0, 50.0)


def test_orders_paid_before_a_payment_failed_are_no_cases(scope, ann):
    [paid] = looked_at(ann, "orders.payment_failed", lambda step, first: failed(order(paid_at=AT - DAY)))
    assert (paid.is_known, paid.ran, paid.others) == (False, 0, 0)


# Complaints


def complaint(**values: Any) -> Complaint:
    number = f"C{Complaint.objects.count()}"
    found: Complaint = Complaint.objects.create(
        **{"number": number, "topic": "late", "subject": "x", "opened_at": AT, "due_at": NOW} | values
    )
    return found


def words_of(about: Complaint) -> dict[str, Any]:
    return {
        "complaint_id": about.pk, "number": about.number, "topic": about.topic, "state": about.state, "due_at": "",
        "order_id": about.order_id,
    }  # fmt: skip


def test_hours_until_complaints_were_answered_and_those_passed_on(scope, ann):
    """Answered after two hours, or after eight and never; a quarter of the others closed unanswered after four."""

    def make(step: int, first: bool) -> ComplaintOpened:
        if first:
            about = complaint(answered_at=AT + 2 * HOUR, escalated_at=AT + 31 * DAY)
        elif step % 4 == 0:
            about = complaint(closed_at=AT + 4 * HOUR)
        elif step % 4 == 1:
            about = complaint(escalated_at=AT + 2 * DAY)
        else:
            about = complaint(answered_at=AT + 8 * HOUR)
        return ComplaintOpened(**words_of(about), refund_asked="50.00")

    hours, passed = looked_at(ann, "complaints.opened", make)
    assert means(hours) == (pytest.approx(2.0), pytest.approx((4 + 720 + 8 + 8) / 4))
    assert means(passed) == (0.0, 25.0)


def test_complaints_about_something_else_are_nothing_like_it(scope, ann):
    def make(step: int, first: bool) -> ComplaintOpened:
        return ComplaintOpened(**words_of(complaint(topic="late" if first else "damaged", answered_at=AT + HOUR)))

    hours, passed = looked_at(ann, "complaints.opened", make)
    assert [(one.is_known, one.ran, one.others) for one in (hours, passed)] == [(False, 8, 0)] * 2


def test_what_the_platform_decided_and_what_it_cost(scope, ann):
    """For the shop where it ran; elsewhere by turns for the buyer with 42 of 168 and for the shop, or too late."""

    def make(step: int, first: bool) -> ComplaintEscalated:
        days = 31 if step >= 3 * EACH else 5
        ours = first or step % 2
        about = complaint(order=order(), decided_at=AT + days * DAY, decision="for_merchant" if ours else "partly")
        if not ours:
            back(about.order, 42, 5 * DAY)
        return ComplaintEscalated(**words_of(about), because="buyer")

    ours, lost = looked_at(ann, "complaints.escalated", make, count=4 * EACH)
    assert (ours.ran, ours.others) == (EACH, 2 * EACH)
    assert means(ours) == (100.0, 50.0)
    assert means(lost) == (0.0, pytest.approx(12.5))


# Returns


def returned(**values: Any) -> Return:
    number = f"R{Return.objects.count()}"
    found: Return = Return.objects.create(**{"number": number, "order": order(), "requested_at": AT} | values)
    return found


def said(about: Return, units: int = 2) -> dict[str, Any]:
    return {
        "return_id": about.pk, "number": about.number, "state": about.state, "order_id": about.order_id,
        "order_number": about.order.number, "customer_id": about.order.customer_id, "units": units, "due_at": "",
    }  # fmt: skip


def test_hours_until_returns_were_answered_and_the_stars_for_it(scope, ann):
    def make(step: int, first: bool) -> ReturnRequested:
        rated = {"rating": 5 if first else 3, "rated_at": AT + (20 * DAY if first or step % 2 else 40 * DAY)}
        if step >= 3 * EACH:
            about = returned(ended_at=AT + HOUR)  # called off by the buyer
        else:
            about = returned(answered_at=AT + (3 if first else 12) * HOUR, **rated)
        return ReturnRequested(**said(about), requested_by="buyer")

    hours, stars = looked_at(ann, "returns.requested", make, count=4 * EACH)
    assert (hours.ran, hours.others) == (EACH, 2 * EACH)
    assert means(hours) == (pytest.approx(3.0), pytest.approx(12.0))
    assert (stars.ran, stars.others) == (EACH, EACH)
    assert means(stars) == (5.0, 3.0)


def test_returns_that_the_shop_asked_for_are_nothing_like_a_buyers(scope, ann):
    def make(step: int, first: bool) -> ReturnRequested:
        return ReturnRequested(**said(returned(answered_at=AT + HOUR)), requested_by="buyer" if first else "merchant")

    hours, stars = looked_at(ann, "returns.requested", make)
    assert (hours.is_known, hours.others) == (False, 0)
    assert (stars.is_known, stars.ran, stars.others) == (False, 8, 0)


def test_days_until_the_late_step_of_a_return_was_done(scope, ann):
    """Answers and settlements are late by themselves: one is held against its like."""

    def make(step: int, first: bool) -> ReturnOverdue:
        days = 1 if first else 4
        if step % 2:
            about = returned(state="requested", answered_at=AT + days * DAY, ended_at=AT + 20 * DAY)
        else:
            about = returned(state="received", answered_at=AT - 5 * DAY, ended_at=AT + (days + 2) * DAY)
        return ReturnOverdue(**said(about))

    [days] = looked_at(ann, "returns.overdue", make)
    assert means(days) == (pytest.approx(2.0), pytest.approx(5.0))


def test_returns_never_done_count_thirty_days(scope, ann):
    [days] = looked_at(ann, "returns.overdue", lambda step, first: ReturnOverdue(**said(returned(state="received"))))
    assert (means(days), days.low, days.high) == ((30.0, 30.0), 0.0, 0.0)


def test_buyers_who_rated_a_return_came_again(scope, ann):
    def make(step: int, first: bool) -> ReturnRated:
        about = returned()
        if first or step % 4 == 0:
            order(customer=about.order.customer, placed_at=AT + 29 * DAY)
        return ReturnRated(**said(about), rating=2 if step < 2 * EACH else 5)

    [again] = looked_at(ann, "returns.rated", make, count=3 * EACH)
    assert (again.ran, again.others) == (EACH, EACH)  # five stars are nothing like two
    assert means(again) == (100.0, 25.0)


# Parcels


def stuck(carrier: Carrier | None, told: datetime, delivered: datetime | None) -> Order:
    about = order()
    parcel = Shipment.objects.create(order=about, carried_by=carrier, delivered_at=delivered)
    ParcelCase.objects.create(shipment=parcel, reason="no_movement", told_at=told, closed_at=delivered)
    return about


def found(carrier: Carrier | None, parcels: int) -> ParcelCasesFound:
    name = carrier.name if carrier else ""
    return ParcelCasesFound(
        carrier_id=carrier.pk if carrier else 0, carrier=name, found=parcels, open=parcels, reason="no_movement"
    )


def test_parcels_with_a_problem_that_arrived_and_the_trouble_there_was(scope, ann):
    """All of four arrive within a week where it ran, half elsewhere, where a quarter of the orders has a refund."""

    def make(step: int, first: bool) -> ParcelCasesFound:
        carrier = Carrier.objects.create(name=f"Carrier {step}")
        for number in range(4):
            soon = first or number % 2
            about = stuck(carrier, AT - timedelta(seconds=2), AT + (6 if soon else 8) * DAY)
            if not first and number == 3:
                back(about, 10, 2 * DAY)
        back(stuck(carrier, AT - timedelta(minutes=5), None), 10, DAY)  # told of before
        return found(carrier, 4)

    there, trouble = looked_at(ann, "fulfilment.cases_found", make)
    assert means(there) == (100.0, 50.0)
    assert means(trouble) == (0.0, 25.0)


def test_parcels_that_are_gone_are_no_cases(scope, ann):
    there, trouble = looked_at(ann, "fulfilment.cases_found", lambda step, first: found(None, 3))
    assert [(one.is_known, one.ran) for one in (there, trouble)] == [(False, 0)] * 2
