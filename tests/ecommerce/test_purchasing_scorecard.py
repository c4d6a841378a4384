"""The scorecard of a supplier says what receipts show, and nothing where they are too few."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.actors import SYSTEM
from ecommerce.models import SupplierPrice
from ecommerce.purchasing import actions
from ecommerce.purchasing.rules import Came
from ecommerce.purchasing.scorecard import scorecard
from tests import factories
from tests.ecommerce.purchasing_kit import kiln, sent

FIRST = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def clock(time_machine):
    """`clock(10)` is ten days after the first order."""

    def set_to(days):
        time_machine.move_to(FIRST + timedelta(days=days), tick=False)

    set_to(0)
    return set_to


def order(clock, supplier, day, *, units=10, due=10):
    clock(day)
    return sent(supplier, ("POT", units), expected_on=(FIRST + timedelta(days=day + due)).date())


def deliver(clock, purchase, day, accepted, damaged=0):
    clock(day)
    purchase.refresh_from_db()
    line = purchase.lines.get()
    actions.receive_goods(purchase, {line.pk: Came(accepted, damaged)}, key=f"{purchase.pk}-{day}", actor=SYSTEM)


def test_it_is_measured_on_receipts(clock, scope):
    supplier, other = kiln(lead_days=10), kiln()
    one, two, three = (order(clock, supplier, day) for day in (0, 1, 2))
    order(clock, other, 2, units=20)
    order(clock, kiln(currency="USD"), 2, units=500)
    deliver(clock, one, 8, 10)
    deliver(clock, two, 11, 9, 1)
    deliver(clock, three, 16, 10)
    two.refresh_from_db()
    actions.close_order(two, reason="Credit instead", actor=SYSTEM)
    clock(30)

    card = scorecard(supplier, scope.today())

    assert (card.receipts, card.on_time.part, card.on_time.whole) == (3, 2, 3)
    assert (card.complete.part, card.complete.whole) == (2, 3)
    assert (card.passed.part, card.passed.whole) == (29, 30)
    assert card.passed.percent == pytest.approx(96.67, abs=0.01)
    assert (card.lead.middle, card.lead.shortest, card.lead.longest, card.lead.count) == (10, 8, 14, 3)
    assert (card.bought, card.share) == (Decimal("105.00"), 60.0)


def test_two_receipts_are_too_few_to_tell(clock, scope, as_user, ann):
    supplier = kiln()
    for day in (0, 1):
        deliver(clock, order(clock, supplier, day), day + 5, 10)

    card = scorecard(supplier, scope.today())
    page = as_user(ann).get(supplier.get_absolute_url()).text

    assert card.on_time.percent is card.passed.percent is card.complete.percent is card.lead.middle is None
    assert page.count("Too few receipts to tell") == 3


def test_what_is_longer_ago_than_a_year_does_not_count(clock, scope):
    supplier = kiln()
    for day in (0, 1, 2):
        deliver(clock, order(clock, supplier, day), day + 5, 10)
    clock(400)

    card = scorecard(supplier, scope.today())

    assert (card.receipts, card.complete.whole, card.bought, card.share) == (0, 0, Decimal(0), None)


def test_price_moves_are_today_against_a_year_ago(clock, scope):
    supplier = factories.SupplierFactory()
    today = scope.today()
    ago = [today - timedelta(days=days) for days in (500, 400, 100, 0)]
    for prices in [(9, 10, 11, 12), (None, 10, 9, 9), (None, None, 5, 6), (None, None, None, 7)]:
        variant = factories.VariantFactory()
        for day, price in zip(ago, prices, strict=True):
            if price is not None:
                SupplierPrice.objects.create(supplier=supplier, variant=variant, price=price, valid_from=day)

    moves = scorecard(supplier, today).prices

    assert (moves.count, moves.up, moves.down) == (3, 2, 1)
    assert moves.middle == pytest.approx(20)


def test_it_costs_the_same_however_much_came(clock, scope, django_assert_num_queries):
    supplier = kiln()
    for day in range(6):
        deliver(clock, order(clock, supplier, day), day + 5, 10)

    with django_assert_num_queries(4):
        scorecard(supplier, scope.today())
