"""Past promotions are found in what was paid, plans are promised and kept, and both are reported on once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Activity
from analytics.facts.models import VariantFact
from analytics.promotions.actions import find_past_promotions, plan_promotion, report_due_plans
from analytics.promotions.models import Promotion, PromotionReport
from analytics.promotions.queries import is_unaltered
from analytics.promotions.rules import found_in, order_by, part_sold_in, planned_price, slope_doubt, staffing
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from notifications.models import Notification
from tests.analytics.promo_shop import TODAY, promoted_shop
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def plan(**given):
    values = {
        "title": "Summer  sale",
        "category": None,
        "skus": [],
        "first_day": TODAY + timedelta(days=21),
        "last_day": TODAY + timedelta(days=30),
        "depth": 25,
        "per_person": 10,
        "actor": SYSTEM,
    }
    return plan_promotion(**{**values, **given})


def test_a_past_promotion_is_found_and_measured_once(scope):
    things, monday = promoted_shop()

    assert find_past_promotions() == 1

    found = Promotion.objects.get()
    assert (found.kind, found.first_day, found.last_day) == ("found", monday, monday + timedelta(days=13))
    assert found.variants == [things[0].pk]
    assert found.depth == pytest.approx(25, abs=0.1)
    report = found.report
    assert report.units == sum(
        fact.units
        for fact in VariantFact.objects.filter(variant=things[0], day__range=(found.first_day, found.last_day))
    )
    assert report.extra_low < report.units - 9 * 14 < report.extra_high
    assert report.extra_low > 0
    assert report.discount == pytest.approx(25 * report.units, rel=0.02)
    assert len(report.figures["products"]) == 1
    assert sum(week["on"] for week in report.figures["weeks"]) == 2
    assert report.figures["sisters"]["low"] < 0 < report.figures["sisters"]["high"]
    assert is_unaltered(found)

    assert find_past_promotions() == 0
    assert Activity.objects.filter(kind="promotions.found").count() == 1


def test_what_is_not_over_is_not_measured(scope):
    promoted_shop(ago=20)
    assert find_past_promotions() == 0


def test_a_shop_that_never_sold_has_none(scope):
    assert find_past_promotions() == 0
    assert report_due_plans() == 0


def test_a_plan_is_promised_with_stock_and_hands(scope):
    things, _ = promoted_shop()

    made = plan(skus=[things[0].sku])

    low, middle, high = made.promise["units"]
    assert made.title == "Summer sale"
    assert made.promise["usual"] == pytest.approx(90, rel=0.15)
    assert low < 90 * 2.1 < high
    assert middle > 1.4 * made.promise["usual"]
    (need,) = made.promise["needs"]
    assert need["variant"] == things[0].pk
    assert need["need"] >= high - 1
    assert need["left"] == 0
    assert need["order"] == need["need"]
    assert made.promise["order_by"] == (made.first_day - timedelta(days=11)).isoformat()
    assert made.promise["parcels"] > made.promise["parcels_usual"] == pytest.approx(20)
    assert made.promise["people"] >= made.promise["parcels_high"] / 10
    assert is_unaltered(made)
    assert Activity.objects.filter(kind="promotions.planned").count() == 1


def test_deeper_cuts_sell_more(scope):
    things, _ = promoted_shop()
    shallow, deep = (plan(skus=[things[0].sku], depth=depth).promise["units"][1] for depth in (10, 30))
    assert deep > 1.2 * shallow


def test_a_plan_is_held_against_what_came(shop, ann, time_machine):
    with tenant(shop):
        things, monday = promoted_shop(ago=70)
    time_machine.move_to(datetime.combine(monday - timedelta(days=7), datetime.min.time(), UTC), tick=False)
    with tenant(shop):
        made = plan(skus=[things[0].sku], first_day=monday, last_day=monday + timedelta(days=13))
        time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)

        assert report_due_plans() == 1
        assert report_due_plans() == 0
        report = PromotionReport.objects.get()
        assert report.promotion == made
        assert report.is_clear
        assert find_past_promotions() == 0
    run_tasks()
    with tenant(shop):
        told = Notification.objects.get(kind="promotion-report")
    assert told.params["title"] == "Summer sale"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"first_day": TODAY}, "bad_days"),
        ({"last_day": TODAY + timedelta(days=20)}, "bad_days"),
        ({"last_day": TODAY + timedelta(days=60)}, "bad_days"),
        ({"first_day": TODAY + timedelta(days=90), "last_day": TODAY + timedelta(days=91)}, "bad_days"),
        ({"depth": 3}, "bad_depth"),
        ({"skus": []}, "nothing_chosen"),
        ({"skus": ["nobody"]}, "unknown_sku"),
    ],
)
def test_what_cannot_be_planned_is_refused(scope, given, code):
    things, _ = promoted_shop(days=160)
    with pytest.raises(Refused) as refusal:
        plan(**{"skus": [things[0].sku], **given})
    assert refusal.value.code == code
    assert not Promotion.objects.exists()


def test_too_short_a_past_is_refused(scope):
    things, _ = promoted_shop(days=100)
    with pytest.raises(Refused, match="twenty weeks"):
        plan(skus=[things[0].sku])


def test_another_shop_is_untouched(shop, rival):
    with tenant(shop):
        things, _ = promoted_shop()
        find_past_promotions()
    with tenant(rival):
        assert not Promotion.objects.exists()
        with pytest.raises(Refused):
            plan(skus=[things[0].sku])


def test_neither_promise_nor_report_can_be_changed(scope):
    promoted_shop()
    find_past_promotions()
    for model in (Promotion, PromotionReport):
        row = model.objects.get()
        with pytest.raises(TypeError):
            row.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=row.pk).update(digest="")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


def test_a_price_that_stays_low_is_no_promotion():
    price = np.full((2, 40), 10.0)
    price[0, 20:] = 8.0
    price[1, 20:23] = 8.0
    (only,) = found_in(price, np.ones((2, 40)), np.array([1, 1]))
    assert (only.rows, only.first, only.last) == ((1,), 20, 22)


def test_promotions_of_a_category_that_overlap_are_one():
    price = np.full((3, 40), 10.0)
    price[0, 20:22], price[1, 21:23], price[2, 21:23] = 8.0, 7.0, 7.0
    found = found_in(price, np.ones((3, 40)), np.array([1, 1, 2]))
    assert [(one.rows, one.first, one.last) for one in found] == [((0, 1), 20, 22), ((2,), 21, 22)]


def test_part_of_a_week():
    assert planned_price(100.0, 0.2, 7) == pytest.approx(80.0)
    assert part_sold_in(0.2, 7) == 1.0
    assert 3 / 7 < part_sold_in(0.2, 3) < 1.0
    assert 80.0 < planned_price(100.0, 0.2, 3) < 100.0


def test_hands_and_the_day_to_order():
    need = staffing(40.0, 20.0, 35.0, 30)
    assert (need.middle, need.high, need.people, need.extra_hours) == (60.0, 75.0, 3, 9.3)
    assert order_by(TODAY, 10) == TODAY - timedelta(days=11)


def test_the_less_is_known_of_price_cuts_the_wider_the_range(scope):
    things, _ = promoted_shop()
    seen, never = (plan(skus=[things[at].sku]).promise["units"] for at in (0, 1))
    assert never[2] / never[0] > 1.2 * seen[2] / seen[0]
    assert slope_doubt(0.3, 0) > slope_doubt(0.3, 4) > slope_doubt(0.1, 4) > 0
