"""What is looked at after forecasts, plans, promotions, deliveries and prices, with figures worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from analytics.forecasts.events import DropExpected
from analytics.models import (
    DailyFact,
    Market,
    Player,
    PlayerWeek,
    Promise,
    Promotion,
    Scenario,
    ShareRun,
    VariantFact,
)
from analytics.promotions.events import PromotionReported
from analytics.scenarios.events import PromiseJudged
from ecommerce.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine, StockMove
from ecommerce.purchasing.events import GoodsReceived, SupplierPriceSet
from notifications.playbooks.effects import effects_of
from tests import factories
from tests.analytics.demand_kit import sold, variants
from tests.notifications.test_playbooks_effects import FACT_DAY, NOW, fact, made, ran, shop_of
from tests.notifications.test_playbooks_measures_orders import AT, DAY, EACH, looked_at, means


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(NOW, tick=False)


# Forecasts, plans and promotions


def drop(middle: float, days_ago: int) -> DropExpected:
    first = (NOW - (days_ago - 1) * DAY).date()
    return DropExpected(
        run_id=1, first_day=first.isoformat(), last_day=(first + 13 * DAY).isoformat(), usual=1400.0, low=1.0,
        middle=middle, high=9000.0, currency="CNY",
    )  # fmt: skip


def test_sales_against_the_drop_that_was_expected(scope, ann):
    """50 a day: 700 in each two weeks, where 500 were expected after the runs and 700 elsewhere."""
    playbook = made(ann, "forecasts.drop_expected")
    for back in range(120):
        DailyFact.objects.create(day=(NOW - back * DAY).date(), orders=1, units=1, value=50)
    for _ in range(EACH):
        ran(playbook, fact(drop(500.0, 80), days=80))
        fact(drop(700.0, FACT_DAY), days=FACT_DAY)
    [sales] = effects_of(playbook, "forecasts.drop_expected")
    assert means(sales) == (pytest.approx(140.0), pytest.approx(100.0))


def test_forecasts_of_nothing_are_no_cases(scope, ann):
    [sales] = looked_at(ann, "forecasts.drop_expected", lambda step, first: drop(0.0, FACT_DAY))
    assert (sales.is_known, sales.ran, sales.others) == (False, 0, 0)


def a_market(scope: Any, measure: str) -> tuple[Player, Scenario]:
    market = Market.objects.create(category=factories.CategoryFactory(), currency="CNY")
    player = Player.objects.create(market=market, merchant=scope)
    run = ShareRun.objects.create(market=market, measure=measure, last_week=AT.date(), data_digest="x", digest="x")
    scenario = Scenario.objects.create(name="x", market=market, measure=measure, run=run)
    return player, scenario


def judged(player: Player, scenario: Scenario, last_week: date, share: float) -> PromiseJudged:
    one = Scenario.objects.create(name="x", market=scenario.market, measure=scenario.measure, run=scenario.run)
    promise = Promise.objects.create(
        scenario=one, run=scenario.run, player=player, first_week=last_week - 4 * 7 * DAY, last_week=last_week,
        question={}, weeks=[], share=[0.2] * 7, digest="x",
    )  # fmt: skip
    return PromiseJudged(
        promise_id=promise.pk, scenario_id=one.pk, name="x", category="x", low=0.1, high=0.3, share=share, inside=True,
        as_planned=True,
    )  # fmt: skip


@pytest.mark.parametrize(("measure", "of"), [("units", 0), ("value", 1)])
def test_the_share_after_a_plan_against_the_one_it_came_to(scope, rival, ann, measure, of):
    """30 of 100 in the four weeks after the later plans and 20 of 100 after the earlier ones; each came to 20 %."""
    playbook = made(ann, "scenarios.promise_judged")
    player, scenario = a_market(scope, measure)
    other = Player.objects.create(market=scenario.market, merchant=rival)
    early, late = date(2025, 6, 2), date(2026, 3, 30)
    for last_week, ours in ((early, 20), (late, 30)):
        for step in range(0, 6):
            week = last_week + step * 7 * DAY
            mine = ours if 1 <= step <= 4 else 90
            for who, units in ((player, mine), (other, 100 - mine)):
                counted = (units, 7) if of == 0 else (7, units)
                PlayerWeek.objects.create(player=who, week=week, units=counted[0], value=counted[1])
    for _ in range(EACH):
        ran(playbook, fact(judged(player, scenario, late, 0.2), days=50))
        fact(judged(player, scenario, early, 0.2), days=370)
        fact(judged(player, scenario, date(2024, 1, 1), 0.2), days=700)  # of weeks that nobody counted
    [share] = effects_of(playbook, "scenarios.promise_judged")
    assert (share.ran, share.others) == (EACH, EACH)
    assert means(share) == (pytest.approx(10.0), pytest.approx(0.0))


def test_plans_whose_weeks_after_are_not_counted_are_no_cases(scope, ann):
    player, scenario = a_market(scope, "units")

    def make(step: int, first: bool) -> PromiseJudged:
        return judged(player, scenario, date(2026, 3, 30), 0.2)

    [share] = looked_at(ann, "scenarios.promise_judged", make)
    assert (share.is_known, share.ran, share.others) == (False, 0, 0)


def reported(*ids: int) -> PromotionReported:
    plan = Promotion.objects.create(
        kind="planned", title="x", first_day=AT.date(), last_day=AT.date(), depth=10, variants=list(ids), digest="x"
    )
    return PromotionReported(promotion_id=plan.pk, title="x", came=5, low=1.0, high=9.0)


def test_units_sold_after_the_report_of_a_promotion(scope, ann):
    """Two SKUs each that sold 4 a day before; 6 after where it ran, 3 elsewhere."""
    things = shop_of(4 * EACH, np.array([6] * 2 * EACH + [3] * 2 * EACH))
    pairs = [(things[2 * step].pk, things[2 * step + 1].pk) for step in range(2 * EACH)]
    [units] = looked_at(ann, "promotions.reported", lambda step, first: reported(*pairs[step]))
    # the day of the fact itself is on neither side
    assert means(units) == (pytest.approx(150.0), pytest.approx(75.0))


def test_promotions_of_what_sold_nothing_before_are_no_cases(scope, ann):
    thing = factories.VariantFactory()
    [units] = looked_at(ann, "promotions.reported", lambda step, first: reported(thing.pk))
    assert (units.is_known, units.ran, units.others) == (False, 0, 0)


# Suppliers


def receive(line: PurchaseLine, accepted: int, damaged: int, after: timedelta) -> Receipt:
    receipt = Receipt.objects.create(
        order=line.order, key=f"{line.pk}-{after}", digest="x", received_on=(AT + after).date(), accepted=accepted,
        damaged=damaged, at=AT + after,
    )  # fmt: skip
    ReceiptLine.objects.create(receipt=receipt, line=line, accepted=accepted, damaged=damaged)
    return receipt


def bought(units: int = 10) -> PurchaseLine:
    order = PurchaseOrder.objects.create(
        number=f"P{PurchaseOrder.objects.count()}", supplier=factories.SupplierFactory(), currency="CNY",
        warehouse=factories.WarehouseFactory(), units=units,
    )  # fmt: skip
    return PurchaseLine.objects.create(
        order=order, variant=factories.VariantFactory(), sku="x", title="x", quantity=units, unit_price=1
    )


def received(line: PurchaseLine, receipt: Receipt) -> GoodsReceived:
    return GoodsReceived(
        order_id=line.order_id, number=line.order.number, supplier_id=line.order.supplier_id, receipt_id=receipt.pk,
        accepted=receipt.accepted, damaged=receipt.damaged, state="partly_received",
    )  # fmt: skip


def test_what_was_missing_after_a_delivery_and_the_damage_of_the_next(scope, ann):
    """Of ten six came: the four others come within 30 days where it ran, two of them elsewhere, all after 31 days.

    The supplier's next delivery, of another order, is whole where it ran and a quarter of it broken elsewhere.
    """

    def make(step: int, first: bool) -> GoodsReceived:
        line = bought()
        now = receive(line, 6, 1, timedelta(0))
        receive(line, 4 if first else 2, 0, 29 * DAY)
        receive(line, 2, 0, 31 * DAY)
        other = bought()
        other.order.supplier = line.order.supplier
        other.order.save()
        receive(other, 8 if first else 4, 0 if first else 2, 10 * DAY)
        return received(line, now)

    missing, damaged = looked_at(ann, "purchasing.received", make)
    assert means(missing) == (0.0, pytest.approx(50.0))
    assert means(damaged) == (0.0, pytest.approx(25.0))


def test_deliveries_that_were_whole_and_the_last_are_no_cases(scope, ann):
    def make(step: int, first: bool) -> GoodsReceived:
        line = bought()
        return received(line, receive(line, 10, 0, timedelta(0)))

    missing, damaged = looked_at(ann, "purchasing.received", make)
    assert [(one.is_known, one.ran, one.others) for one in (missing, damaged)] == [(False, 0, 0)] * 2


def asked(variant: Any, **values: Any) -> SupplierPriceSet:
    given = {"price": "5.00", "currency": "CNY", "is_offered": True} | values
    return SupplierPriceSet(supplier_id=1, variant_id=variant.pk, sku=variant.sku, valid_from="2026-05-06", **given)


def at_prices(thing: Any, before: int, after: int) -> None:
    for day in range(-20, 21):
        VariantFact.objects.create(
            variant=thing, day=(AT + day * DAY).date(), units=1, orders=1, value=before if day <= 0 else after
        )


def test_the_margin_at_a_new_price_and_days_sold_out(scope, ann):
    """Bought at 5 and sold at 10: 50 %. Sold at 20 afterwards where it ran: 75 %. Sold out for ten days elsewhere."""
    things = variants(2 * EACH, products=2 * EACH)
    place = factories.WarehouseFactory(is_default=True)

    def make(step: int, first: bool) -> SupplierPriceSet:
        at_prices(things[step], 10, 20 if first else 10)
        StockMove.objects.create(
            warehouse=place, variant=things[step], quantity=5, reason="count", at=NOW - timedelta(days=60)
        )
        if not first:
            StockMove.objects.create(
                warehouse=place, variant=things[step], quantity=-5, reason="count", at=AT + 20 * DAY
            )
        return asked(things[step])

    margin, out = looked_at(ann, "purchasing.price_set", make)
    assert means(margin) == (pytest.approx(25.0), pytest.approx(0.0))
    assert means(out) == (0.0, 10.0)


def test_prices_in_another_currency_have_no_margin(scope, ann):
    things = variants(2 * EACH, products=2 * EACH)
    sold(things, np.full((2 * EACH, 90), 3))
    factories.WarehouseFactory(is_default=True)
    margin, out = looked_at(ann, "purchasing.price_set", lambda step, first: asked(things[step], currency="USD"))
    assert (margin.is_known, margin.ran, margin.others) == (False, 0, 0)
    assert out.is_known
