"""Stock held for a while, and what channels are offered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Refused
from ecommerce.inventory import actions
from ecommerce.inventory.offers import free_by_variant, offer, offered_by_channel
from ecommerce.inventory.rules import offered
from ecommerce.inventory.tasks import release_holds
from ecommerce.models import Reservation
from ecommerce.orders.actions import cancel_order
from tests import factories
from tests.ecommerce.orders_kit import ANN, level_of, pay, placed, stocked


@pytest.fixture
def cup(scope):
    return stocked(5, sku="CUP")


@pytest.fixture
def holding(cup):
    actions.save_rules(hold_minutes=30, actor=ANN)


def later(minutes):
    Reservation.objects.update(until=timezone.now() - timedelta(minutes=minutes))


def test_by_default_an_unpaid_order_holds_nothing(cup):
    placed((cup, 2))
    assert level_of(cup) == (5, 0)


def test_an_unpaid_order_holds_its_stock_for_the_merchants_minutes(holding, cup):
    placed((cup, 2))
    row = Reservation.objects.get()
    assert level_of(cup) == (5, 2)
    assert timedelta(minutes=29) < row.until - timezone.now() <= timedelta(minutes=30)
    release_holds()
    assert level_of(cup) == (5, 2)

    later(1)
    release_holds()
    release_holds()

    assert level_of(cup) == (5, 0)
    assert not Reservation.objects.exists()


def test_payment_turns_the_hold_into_a_promise_without_end(holding, cup):
    order = placed((cup, 5))
    other = placed((cup, 1))
    pay(order)
    assert (level_of(cup), order.lines.get().reserved_quantity) == ((5, 5), 5)
    assert not Reservation.objects.filter(holder=order.number).exists()
    later(1)
    release_holds()
    assert level_of(cup) == (5, 5)
    pay(other)
    assert other.lines.get().reserved_quantity == 0


def test_a_cancelled_order_lets_its_hold_go(holding, cup):
    cancel_order(placed((cup, 2)), reason="x", actor=ANN)
    assert level_of(cup) == (5, 0)


def test_two_holders_never_hold_more_than_there_is(cup):
    until = timezone.now() + timedelta(minutes=5)
    assert actions.hold("a", {cup.pk: 4}, until=until) == 0
    assert actions.hold("b", {cup.pk: 4}, until=until) == 3
    assert actions.hold("a", {cup.pk: 1}, until=until) == 0
    assert level_of(cup) == (5, 2)
    assert actions.let_go("b") == 1
    assert actions.let_go("b") == 0


@pytest.mark.parametrize("minutes", [-1, 100_000])
def test_minutes_that_cannot_be_are_refused(cup, minutes):
    with pytest.raises(Refused):
        actions.save_rules(hold_minutes=minutes, actor=ANN)


@pytest.mark.parametrize(
    ("available", "units", "percent", "left"),
    [(10, 0, 0, 10), (10, 3, 0, 7), (10, 0, 25, 7), (10, 2, 50, 3), (2, 5, 0, 0), (-1, 0, 50, 0), (1, 0, 1, 0)],
)
def test_what_a_channel_is_offered(available, units, percent, left):
    assert offered(available, units=units, percent=percent) == left


def test_a_variants_own_buffer_goes_before_the_general_one(cup):
    pot = stocked(8, sku="POT")
    factories.VariantFactory(sku="UNCOUNTED")
    actions.set_buffer("tmall", units=2, actor=ANN)
    actions.set_buffer("tmall", variant=pot, percent=50, actor=ANN)
    placed((cup, 1), paid=True)

    def say(channel):
        return {row["sku"]: row["offered"] for row in offer(free_by_variant().order_by("sku"), channel)}

    assert say("tmall") == {"CUP": 2, "POT": 4}
    assert say("jd") == {"CUP": 4, "POT": 8}
    for thing, free in ((cup, 4), (pot, 8)):
        told = {one.channel: one.offered for one in offered_by_channel(thing.pk, free)}
        assert told == {"tmall": say("tmall")[thing.sku], "": free}
