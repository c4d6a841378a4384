"""What came after a playbook's runs is held against facts like them where none ran, or said to be too little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from analytics.episodes.events import ComplaintsBurst
from analytics.lifecycle.events import ProductFellBehind
from analytics.restock.events import StockOutExpected
from core.events import dump
from core.tenancy import tenant
from ecommerce.models import Complaint, StockMove
from notifications.models import Firing
from notifications.playbooks.effects import FEWEST, Case, effects_of, held_against
from notifications.playbooks.queries import version_of
from tests import factories
from tests.analytics.demand_kit import sold, variants
from tests.notifications.playbooks_kit import TELL, playbook

NOW = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)
FACT_DAY = 40  # days ago


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def made(ann, kind: str):
    return playbook(
        ann, trigger=kind, conditions=[], steps=[TELL | {"settings": {"who": "all", "title": "t", "text": ""}}]
    )


def fact(event, days: float = FACT_DAY) -> Activity:
    row = Activity(kind=event.kind, payload=dump(event), at=timezone.now() - timedelta(days=days), actor_kind="system")
    row.save()
    return row


def ran(made, activity: Activity, state: str = "done") -> Firing:
    return Firing.objects.create(
        playbook=made, version=version_of(made), activity=activity, at=activity.at, state=state
    )


def behind(product: int) -> ProductFellBehind:
    return ProductFellBehind(
        stage_id=1, product_id=product, title="x", before="mature", stage="declining", why="against_shop", units=1,
        units_before=2, idle=0,
    )  # fmt: skip


def burst(product: int) -> ComplaintsBurst:
    return ComplaintsBurst(
        episode_id=1, product_id=product, title="x", variant_id=None, sku="", cases=5, complaints=5, returns=0,
        expected=1.0, times=5.0, chance=0.0,
    )  # fmt: skip


def shop_of(count: int, after: np.ndarray) -> list:
    """Products that sold 4 a day until the fact, and `after` each a day from then on."""
    things = variants(count, products=count)
    units = np.full((count, 90), 4)
    units[:, 90 - FACT_DAY :] = after[:, None]
    sold(things, units)
    return things


# The comparison


def test_cases_are_held_against_those_near_in_size():
    chance = np.random.default_rng(3)
    others = [Case(100, one) for one in chance.normal(10, 1, 40)] + [Case(5000, 1000.0)] * 40
    mine = [Case(110, one) for one in chance.normal(7, 1, 20)] + [Case(90_000, 3.0)]
    found = held_against(mine, others)
    assert (found.ran, found.others) == (20, 40)
    assert found.low < found.difference < found.high < 0
    assert found.difference == pytest.approx(-3, abs=0.7)
    assert held_against(mine, others) == found  # the same whenever it is asked


def test_the_range_holds_what_is_true_about_as_often_as_it_says():
    held, chance = 0, np.random.default_rng(11)
    for _ in range(150):
        mine = [Case(10, one) for one in chance.poisson(5, 15)]
        found = held_against(mine, [Case(10, one) for one in chance.poisson(5, 30)])
        held += found.low <= 0 <= found.high
    assert 0.65 <= held / 150 <= 0.9


@pytest.mark.parametrize(("mine", "others"), [(FEWEST - 1, 20), (20, FEWEST - 1)])
def test_too_few_cases_say_nothing(mine, others):
    found = held_against([Case(10, 1.0)] * mine, [Case(10, 2.0)] * others)
    assert not found.is_known
    assert (found.ran, found.others) == (mine, others)


# What is measured


def test_units_after_runs_are_held_against_facts_without_a_run(
    scope, ann, as_user, rival, cleo, django_assert_max_num_queries
):
    after = np.array([6] * 10 + [2] * 10 + [6] * 4)
    things = shop_of(24, after)
    clearing = made(ann, "lifecycle.fell_behind")
    facts = [fact(behind(thing.product_id)) for thing in things]
    for one in facts[:10]:
        ran(clearing, one)
    for one in facts[20:]:
        ran(clearing, one, state="failed")
    for thing in things[:10]:
        fact(behind(thing.product_id), days=5)  # too young to say anything
    with django_assert_max_num_queries(6):
        [found] = effects_of(clearing, "lifecycle.fell_behind")
    assert (found.ran, found.others) == (10, 10)
    assert (found.mean_ran, found.mean_others) == (150.0, 50.0)
    assert found.low == found.high == 100.0

    page = as_user(ann).get(reverse("playbook-detail", args=["luming", clearing.pk])).content.decode()
    assert "Where it ran (cases: 10)" in page
    assert "+100" in page
    assert "need not come from them" in page
    with tenant(rival):
        assert effects_of(clearing, "lifecycle.fell_behind")[0].ran == 0


def test_too_few_are_said_to_be_too_few(scope, ann, as_user):
    things = shop_of(4, np.full(4, 4))
    clearing = made(ann, "lifecycle.fell_behind")
    for thing in things:
        ran(clearing, fact(behind(thing.product_id)))
    page = as_user(ann).get(reverse("playbook-detail", args=["luming", clearing.pk])).content.decode()
    assert "Too few cases: 4 where it ran and 0 like them" in page


def test_complaints_after_a_burst(scope, ann):
    things = shop_of(20, np.full(20, 4))
    holding = made(ann, "episodes.complaints_burst")
    facts = [fact(burst(thing.product_id)) for thing in things]
    for one in facts[:10]:
        ran(holding, one)
    for step, thing in enumerate(things):
        for days in (FACT_DAY + 2, *((FACT_DAY - 3, FACT_DAY - 9) if step >= 10 else ()), FACT_DAY - 35):
            Complaint.objects.create(
                number=f"C{step}-{days}", product_id=thing.product_id, topic="damaged", subject="x",
                opened_at=NOW - timedelta(days=days), due_at=NOW,
            )  # fmt: skip
    found, rate = effects_of(holding, "episodes.complaints_burst")
    assert (found.mean_ran, found.mean_others) == (0.0, 2.0)
    assert (rate.mean_ran, rate.mean_others) == (0.0, pytest.approx(100 * 2 / 120))  # of 30 days with 4 units


def test_days_sold_out_after_a_warning(scope, ann):
    things = shop_of(20, np.full(20, 4))
    ordering = made(ann, "restock.stock_out_expected")
    place = factories.WarehouseFactory(is_default=True)
    values = {"warning_id": 1, "title": "x", "available": 4, "per_day": 4.0, "out_low": "", "out_middle": ""}
    for step, thing in enumerate(things):
        activity = fact(StockOutExpected(variant_id=thing.pk, sku=thing.sku, **values))
        if step < 10:
            ran(ordering, activity)
        StockMove.objects.create(
            warehouse=place, variant=thing, quantity=10, reason="count", at=NOW - timedelta(days=60)
        )
        if step >= 10:
            StockMove.objects.create(
                warehouse=place, variant=thing, quantity=-10, reason="count", at=NOW - timedelta(days=FACT_DAY - 20)
            )
    [found] = effects_of(ordering, "restock.stock_out_expected")
    assert (found.mean_ran, found.mean_others) == (0.0, 10.0)


def test_a_kind_that_is_gone_has_no_measure(scope, ann):
    assert effects_of(made(ann, "orders.placed"), "orders.gone") == []


def test_cases_of_another_group_are_nothing_like_it():
    mine = [Case(10, 1.0, ("late",))] * 10
    others = [Case(10, 2.0, ("late",))] * 10 + [Case(10, 90.0, ("broken",))] * 10
    found = held_against(mine, others)
    assert (found.others, found.difference) == (10, -1.0)
    assert not held_against(mine, others[10:]).is_known
