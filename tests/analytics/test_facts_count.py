"""Daily figures equal a recount, whatever happens, in every time zone, and stay current by themselves."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Job
from analytics.facts.actions import mark_days, mark_everything, rebuild_dirty
from analytics.facts.models import CategoryFact, DailyFact, DirtyDay, VariantFact
from analytics.facts.queries import differences
from analytics.facts.rules import spans
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.catalog.actions import change_product
from ecommerce.models import Order, Review
from ecommerce.orders.actions import cancel_order, refund_order
from ecommerce.reviews.actions import submit_review
from tests import factories
from tests.ecommerce.orders_kit import ANN, order_in, placed, stocked
from tests.queue import run_tasks


def an_order(at: datetime, *lines: tuple[str, int], state: str = "paid", shipping: str = "0") -> Order:
    """An order of (total of the line, quantity) lines, each of a variant of its own."""
    total = sum((Decimal(amount) for amount, _ in lines), Decimal(shipping))
    order = factories.OrderFactory(
        placed_at=at, state=state, subtotal=total, total=total, paid_total=total, shipping_fee=Decimal(shipping)
    )
    for position, (amount, quantity) in enumerate(lines, start=1):
        factories.OrderLineFactory(order=order, position=position, quantity=quantity, total=Decimal(amount))
    return order


def day_row(day: date) -> dict[str, object]:
    return DailyFact.objects.filter(day=day).values(
        "orders", "units", "value", "item_value", "cancellations", "cancelled_value"
    ).get()  # fmt: skip


def test_a_day_adds_up_by_its_definitions(scope):
    noon = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
    an_order(noon, ("100.10", 2), ("50.05", 1), shipping="12.00")
    an_order(noon, ("30.00", 3), state="cancelled")
    mark_everything()

    assert rebuild_dirty() == 1

    assert day_row(date(2026, 5, 4)) == {
        "orders": 2,
        "units": 6,
        "value": Decimal("192.15"),
        "item_value": Decimal("180.15"),
        "cancellations": 1,
        "cancelled_value": Decimal("30.00"),
    }
    assert sorted(VariantFact.objects.values_list("orders", "units", "value")) == [
        (1, 1, Decimal("50.05")),
        (1, 2, Decimal("100.10")),
        (1, 3, Decimal("30.00")),
    ]
    assert CategoryFact.objects.values_list("orders", "units", "value").get() == (2, 6, Decimal("180.15"))


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Asia/Shanghai", datetime(2026, 5, 3, 16, 0, tzinfo=UTC), date(2026, 5, 4)),
        ("Asia/Shanghai", datetime(2026, 5, 3, 15, 59, tzinfo=UTC), date(2026, 5, 3)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 2, 59, tzinfo=UTC), date(2018, 11, 3)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 3, 0, tzinfo=UTC), date(2018, 11, 4)),  # midnight was skipped
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),  # 23 hours
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # 25 hours
        ("Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        ("Asia/Kathmandu", datetime(2026, 1, 1, 18, 15, tzinfo=UTC), date(2026, 1, 2)),
        ("Pacific/Apia", datetime(2026, 1, 1, 11, 0, tzinfo=UTC), date(2026, 1, 2)),
    ],
)
def test_a_day_is_a_day_of_the_merchant(db, zone, at, day):
    merchant = factories.MerchantFactory(time_zone=zone)
    with tenant(merchant):
        an_order(at, ("10.00", 1))
        mark_everything()
        rebuild_dirty()

        assert list(DailyFact.objects.values_list("day", flat=True)) == [day]
        assert differences(merchant) == []


def test_facts_of_other_shops_are_not_counted(shop, rival):
    at = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
    for merchant, amount in ((shop, "10.00"), (rival, "99.00")):
        with tenant(merchant):
            an_order(at, (amount, 1))
            mark_everything()
            rebuild_dirty()
    for merchant, amount in ((shop, "10.00"), (rival, "99.00")):
        with tenant(merchant):
            assert DailyFact.objects.get().value == Decimal(amount)
            assert differences(merchant) == []


def _change_something(chance: random.Random) -> None:
    """One thing that really happens in a shop, by its action."""
    kind = chance.choice(["place", "place", "cancel", "refund", "review", "move"])
    orders = list(Order.objects.order_by("pk"))
    if kind == "place" or not orders:
        placed((stocked(1000), chance.randint(1, 4)), (stocked(1000), 1), paid=True)
    elif kind == "cancel":
        order = chance.choice(orders)
        if order.may_be_cancelled:
            cancel_order(order, reason="Out of stock", actor=ANN)
    elif kind == "refund":
        order = chance.choice(orders)
        if order.refundable:
            refund_order(order, amount=(order.refundable / 2).quantize(Decimal("0.01")), reason="Broken", actor=ANN)
    elif kind == "review":
        order = chance.choice(orders)
        product = order.lines.first().variant.product
        with suppress(Refused):  # it has one already
            submit_review(order=order, product=product, rating=chance.randint(1, 5), text="As described.", actor=ANN)
    else:
        product = chance.choice(orders).lines.filter(variant__isnull=False).first().variant.product
        category = factories.CategoryFactory(code=f"c{chance.randint(1, 3)}")
        change_product(product, category=category, actor=ANN)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_random_changes_the_facts_equal_a_recount(scope, seed, time_machine):
    chance = random.Random(seed)
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for _ in range(25):
        moment += timedelta(hours=chance.randint(1, 40))
        time_machine.move_to(moment, tick=False)
        _change_something(chance)
        if chance.random() < 0.3:
            run_tasks()
    run_tasks()

    assert differences(scope) == []
    assert DirtyDay.objects.count() == 0
    assert DailyFact.objects.count() > 3


def test_a_change_reaches_the_figures_by_itself(scope):
    order = order_in("paid")
    run_tasks()
    today = scope.today()
    assert DailyFact.objects.values_list("day", "orders", "cancellations").get() == (today, 1, 0)

    cancel_order(order, reason="Out of stock", actor=ANN)
    run_tasks()

    assert DailyFact.objects.values_list("day", "orders", "cancellations").get() == (today, 1, 1)


def test_many_changes_wait_for_one_rebuild(scope):
    variant = stocked(100)
    for _ in range(10):
        placed((variant, 1), paid=True)

    run_tasks()

    assert Job.objects.filter(task="analytics.facts.tasks.rebuild_facts").count() == 1
    assert DailyFact.objects.get().orders == 10


def test_a_day_marked_while_it_is_counted_stays_marked(scope, monkeypatch):
    day = date(2026, 5, 4)
    an_order(datetime(2026, 5, 4, 4, tzinfo=UTC), ("10.00", 1))
    mark_days([day])
    from analytics.facts import actions

    count = actions.count_days

    def count_and_be_overtaken(*args):
        counted = count(*args)
        mark_days([day])
        return counted

    monkeypatch.setattr(actions, "count_days", count_and_be_overtaken)
    rebuild_dirty()

    assert list(DirtyDay.objects.values_list("day", flat=True)) == [day]


def test_rebuilding_twice_changes_nothing(scope):
    an_order(timezone.now(), ("10.00", 1))
    mark_everything()
    rebuild_dirty()
    before = list(DailyFact.objects.values_list("day", "orders", "value"))
    mark_everything()

    rebuild_dirty()

    assert list(DailyFact.objects.values_list("day", "orders", "value")) == before


def test_a_day_that_became_empty_loses_its_row(scope):
    day = date(2026, 5, 4)
    DailyFact.objects.create(day=day, orders=3, value=5)
    mark_days([day])

    rebuild_dirty()

    assert DailyFact.objects.count() == 0


def test_days_near_each_other_are_counted_together():
    start = date(2026, 1, 1)

    def days(*steps: int) -> list[date]:
        return [start + timedelta(days=step) for step in steps]

    assert list(spans([])) == []
    assert list(spans(days(0))) == [(*days(0), *days(0))]
    assert list(spans(days(5, 0, 14, 40))) == [tuple(days(0, 14)), tuple(days(40, 40))]
    assert list(spans(days(*range(200)))) == [tuple(days(0, 183)), tuple(days(184, 199))]


def test_the_commands_find_and_mend_what_is_wrong(shop, capsys):
    with tenant(shop):
        an_order(timezone.now(), ("10.00", 1))
        mark_everything()
        rebuild_dirty()
        call_command("check_facts")
        DailyFact.objects.update(orders=7)
        with pytest.raises(CommandError):
            call_command("check_facts")
    out = capsys.readouterr().out
    assert "orders: 7 instead of 1" in out

    call_command("rebuild_facts", all=True)
    call_command("check_facts", merchant=shop.slug)

    assert "0 figures differ, 0 days wait" in capsys.readouterr().out


def test_only_published_reviews_count(scope):
    at = datetime(2026, 5, 4, 4, tzinfo=UTC)
    for state, rating in ((Review.State.PUBLISHED, 5), (Review.State.PUBLISHED, 2), (Review.State.HELD, 1)):
        Review.objects.create(rating=rating, state=state, created_at=at)
    mark_everything()
    rebuild_dirty()

    assert DailyFact.objects.values_list("reviews", "rating_sum").get() == (2, 7)
