"""The promise not to run out is written down week by week, and reorder points move until it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from analytics.demand.actions import make_demand, reckon_again
from analytics.demand.kept import record_weeks
from analytics.demand.models import DemandOutlook, ServiceWeek
from analytics.demand.outlooks import read_stock, terms_of_shop
from analytics.demand.service import standings
from analytics.demand.tasks import nightly_demand
from analytics.demand.terms import known_outlooks, set_terms
from analytics.engine import service
from analytics.engine.demand import forecast_demand
from analytics.engine.lead_times import days_of, fixed, ordering_over
from analytics.engine.stock import cumulated
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.models import PurchaseOrder, StockMove, Variant, Warehouse
from tests import factories
from tests.analytics.demand_kit import TODAY, shop_with_past, text_of
from tests.api import program_of
from tests.queue import run_tasks

LAST = date(2026, 6, 8)  # the Monday of the newest week that is over
WEEK = timedelta(days=7)
AT_90 = NormalDist().inv_cdf(0.9)


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


def a_shop(count: int, *, sent_on: date | None = date(2026, 3, 1)) -> list[Variant]:
    """Variants of class A with a forecast; all of them stand in an order on its way since `sent_on`, if it is given."""
    things = shop_with_past(count)
    make_demand(actor=SYSTEM)
    DemandOutlook.objects.update(abc="A")
    if sent_on is not None:
        order = PurchaseOrder.objects.create(
            number="PO-1", supplier=factories.SupplierFactory(), warehouse=Warehouse.objects.get(), state="sent",
            currency="CNY", sent_on=sent_on,
        )  # fmt: skip
        for thing in things:
            order.lines.create(variant=thing, sku=thing.sku, title="x", quantity=9, unit_price=1, total=9)
    return things


def sold_out(things: list[Variant], since: date) -> None:
    """Nothing is on the shelf from the day after `since` on."""
    for thing in things:
        for quantity, day in ((5, date(2026, 1, 5)), (-5, since)):
            StockMove.objects.create(
                warehouse=Warehouse.objects.get(), variant=thing, quantity=quantity, reason="adjustment",
                at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
            )  # fmt: skip


def recorded(week: date, *, level: float = 0.9, score: float | None = None, variants: int = 24) -> None:
    """A week that was written down before, of all classes, kept as promised."""
    for abc in "ABC":
        ServiceWeek.objects.create(
            abc=abc, week=week, variants=variants, kept=variants * level, level=level,
            score=service.score_of(level) if score is None else score,
        )  # fmt: skip


def newest(abc: str = "A") -> ServiceWeek:
    return ServiceWeek.objects.filter(abc=abc).latest("week")


def test_the_score_moves_by_what_a_week_fell_short():
    start = service.score_of(0.95)

    assert service.moved(start, 0.95, 380, 400) == pytest.approx(start)
    assert service.moved(start, 0.95, 340, 400) == pytest.approx(start + 3 * 0.10)  # the gain of the benchmark
    assert service.moved(start, 0.95, 400, 400) == pytest.approx(start - 3 * 0.05)
    assert service.moved(start, 0.95, 0, 400) == service.HIGHEST
    assert service.moved(0.1, 0.95, 400, 400) == service.LOWEST


def test_few_series_long_lead_times_and_low_promises_damp_the_step():
    start = service.score_of(0.95)

    assert service.moved(start, 0.95, 0, 19) == start
    assert service.moved(start, 0.95, 10, 20) - start == pytest.approx(0.2 * 3 * 0.45)
    assert service.gain(0.95, 400, 3) == 3.0
    assert service.gain(0.95, 400, 12) == pytest.approx(3 / 4)
    steep = {level: NormalDist().pdf(service.score_of(level)) for level in (0.8, 0.95)}
    assert service.gain(0.8, 400) * steep[0.8] == pytest.approx(service.gain(0.95, 400) * steep[0.95])


def test_a_point_may_lie_beyond_the_quantiles_of_the_forecast():
    history = np.random.default_rng(3).poisson(3.0, (20, 160)).astype(float)
    said = forecast_demand(history, 28)
    curve = cumulated(said.mean, said.totals, [28])
    leads, none = days_of([fixed(14)] * 20), np.zeros(20)

    points = [ordering_over(curve, none, leads, 7, level).point for level in (0.95, 0.975, 0.976, 0.999)]

    assert all((after >= before).all() for before, after in pairwise(points))
    assert (points[3] > points[1]).all()
    assert (points[2] - points[1] <= 1).all()


def test_the_range_of_a_share_holds_it_and_stays_within_one():
    low, high = service.share_range(94, 100)
    assert low < 0.94 < high
    assert (round(low, 3), round(high, 3)) == (0.902, 0.964)
    assert service.share_range(20, 20)[1] == pytest.approx(1.0)
    assert 0.9 < service.share_range(20, 20)[0] < 1.0
    assert service.share_range(0, 0) == (0.0, 1.0)


def test_the_first_night_writes_down_twelve_weeks_and_moves_nothing(scope):
    things = a_shop(24)
    sold_out(things[:12], date(2026, 6, 9))

    assert record_weeks(TODAY) == 12

    rows = ServiceWeek.objects.filter(abc="A").order_by("week")
    assert [row.week for row in rows] == [LAST - back * WEEK for back in range(11, -1, -1)]
    assert {row.score for row in rows} == {AT_90}
    assert {row.variants for row in rows} == {24}
    assert rows[10].kept == 24
    assert newest().kept == pytest.approx(12, abs=0.01)  # five days without stock, about four asked for on each
    assert {row.variants for row in ServiceWeek.objects.exclude(abc="A")} == {0}


def test_a_missed_week_raises_the_points_and_a_second_run_changes_nothing(scope):
    things = a_shop(24)
    recorded(LAST - WEEK)
    sold_out(things[:12], date(2026, 6, 9))
    before = sum(DemandOutlook.objects.values_list("reorder_point", flat=True))

    assert record_weeks(TODAY) == 1
    assert record_weeks(TODAY) == 0
    assert record_weeks(TODAY + timedelta(days=5)) == 0

    week = newest()
    assert week.score == pytest.approx(service.moved(AT_90, 0.9, week.kept, 24, 17 / 7))
    assert week.score > AT_90 + 0.1
    assert ServiceWeek.objects.count() == 6
    reckon_again(known_outlooks())
    outlooks = DemandOutlook.objects.all()
    assert sum(one.reorder_point for one in outlooks) > before
    assert {(one.level, round(one.aim, 6)) for one in outlooks} == {(0.9, round(service.level_of(week.score), 6))}


def test_kept_weeks_lower_the_points(scope):
    a_shop(24)
    recorded(LAST - WEEK, score=AT_90 + 0.5)

    record_weeks(TODAY)

    assert AT_90 < newest().score < AT_90 + 0.5


def test_a_missed_night_is_made_up_for_and_only_its_newest_week_moves(scope):
    things = a_shop(24)
    recorded(LAST - 3 * WEEK)
    sold_out(things, LAST - 3 * WEEK)

    assert record_weeks(TODAY) == 3

    rows = list(ServiceWeek.objects.filter(abc="A", week__gt=LAST - 3 * WEEK).order_by("week"))
    assert [row.score for row in rows[:2]] == [AT_90, AT_90]
    assert rows[1].kept < 1
    assert rows[2].score == pytest.approx(service.moved(AT_90, 0.9, rows[2].kept, 24, 17 / 7))


def test_a_class_with_few_variants_stays_where_it_is(scope):
    things = a_shop(6)
    recorded(LAST - WEEK, score=1.5)
    sold_out(things, date(2026, 6, 1))

    record_weeks(TODAY)

    assert (newest().variants, newest().score) == (6, 1.5)


def test_another_promise_begins_anew(scope):
    things = a_shop(24)
    recorded(LAST - WEEK, score=3.0)
    reckon_again(known_outlooks())
    assert read_stock([things[0].pk], TODAY).shift[0] == pytest.approx(3.0 - AT_90)

    set_terms(None, lead_days=10, review_days=7, level=0.95, actor=SYSTEM)
    assert read_stock([things[0].pk], TODAY).shift[0] == 0
    sold_out(things, date(2026, 6, 1))
    record_weeks(TODAY)

    assert (newest().level, newest().score) == (0.95, service.score_of(0.95))
    standing = standings(terms_of_shop())[0]
    assert (standing.weeks, standing.kept) == (1, pytest.approx(0, abs=0.01))


def test_a_variant_with_terms_of_its_own_neither_counts_nor_moves(scope):
    things = a_shop(24)
    set_terms(things[0], lead_days=10, review_days=7, level=0.8, actor=SYSTEM)
    recorded(LAST - WEEK, score=2.0)

    record_weeks(TODAY)

    assert newest().variants == 23
    stock = read_stock([things[0].pk, things[1].pk], TODAY)
    assert stock.aim(stock.level)[0] == 0.8
    assert stock.aim(stock.level)[1] > 0.9


def test_what_nobody_orders_does_not_count_and_what_was_not_ordered_in_time_counts_neither_way(scope):
    things = a_shop(24, sent_on=None)
    recorded(LAST - WEEK)
    record_weeks(TODAY - WEEK)
    sold_out(things[:4], date(2026, 6, 9))
    order = PurchaseOrder.objects.create(
        number="PO-2", supplier=factories.SupplierFactory(), warehouse=Warehouse.objects.get(), state="cancelled",
        currency="CNY", sent_on=date(2026, 5, 1), ended_at=datetime(2026, 5, 20, 4, tzinfo=UTC),
    )  # fmt: skip
    for thing in things[:10]:
        order.lines.create(variant=thing, sku=thing.sku, title="x", quantity=9, unit_price=1, total=9)

    record_weeks(TODAY)

    assert (newest().variants, newest().kept, newest().unordered) == (6, 6, 4)


def test_a_day_without_stock_counts_by_the_chance_that_somebody_asked(scope):
    things = a_shop(24)
    DemandOutlook.objects.update(mean=2.8)  # a tenth of a unit a day
    recorded(LAST - WEEK)
    sold_out(things, date(2026, 6, 13))

    record_weeks(TODAY)

    assert newest().kept == pytest.approx(24 * 0.905, abs=0.01)


def test_weeks_are_never_changed_and_of_one_shop_alone(shop, rival):
    with tenant(shop):
        a_shop(24)
        recorded(LAST - WEEK, score=3.0)
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceWeek.objects.all().update(score=0)
    with tenant(rival):
        assert record_weeks(TODAY) == 0
        (thing,) = shop_with_past(1)
        make_demand(actor=SYSTEM)
        DemandOutlook.objects.update(abc="A")
        reckon_again(known_outlooks())
        assert DemandOutlook.objects.get(variant=thing).aim == 0.9
        assert not ServiceWeek.objects.exists()


def test_the_first_forecast_and_every_night_write_weeks_down(scope, time_machine):
    shop_with_past(4)
    make_demand(actor=SYSTEM)
    run_tasks()
    assert ServiceWeek.objects.count() == 36
    assert not DemandOutlook.objects.filter(abc="").exists()

    time_machine.move_to(datetime(2026, 6, 22, 18, 40, tzinfo=UTC), tick=False)
    recorded_before = ServiceWeek.objects.filter(week=LAST + WEEK).exists()
    nightly_demand()

    assert not recorded_before
    assert ServiceWeek.objects.filter(week=LAST + WEEK).count() == 3


def test_people_and_programs_see_what_was_promised_and_kept(shop, ann, as_user):
    browser = as_user(ann)
    terms = reverse("demand-terms", args=[shop.slug])
    assert "not measured yet" in browser.get(terms).content.decode()
    with tenant(shop):
        things = a_shop(24)
        recorded(LAST - WEEK)
        sold_out(things[:12], date(2026, 6, 9))
        record_weeks(TODAY)
        reckon_again(known_outlooks())
        standing = standings(terms_of_shop())[0]
    assert (standing.weeks, standing.why) == (2, "raised")
    assert standing.low < standing.kept < standing.high

    for page in (text_of(browser, "demand-terms", shop.slug), text_of(browser, "restock-order", shop.slug)):
        assert "What you promise, and what was kept" in page
        assert "70.0%" in page  # 90 of one week and 50 of the other
        assert "at a lower level fewer weeks were kept than promised" in page
    detail = text_of(browser, "demand-detail", shop.slug, things[0].pk)
    assert "Promised 90% · kept 70.0% of weeks over the last 2" in detail

    program = program_of(shop)
    rows = {row["abc"]: row for row in program.get("service-levels/").json()}
    assert (rows["A"]["level"], rows["A"]["why"], rows["A"]["variant_weeks"]) == (0.9, "raised", 48)
    assert rows["A"]["aim"] == pytest.approx(standing.aim)
    assert (rows["C"]["why"], rows["C"]["weeks"]) == ("few", 1)
    outlook = program.get(f"demand/{things[0].pk}/").json()
    assert (outlook["level"], outlook["aim"]) == (0.9, pytest.approx(standing.aim))


def test_the_pages_speak_chinese(shop, ann, as_user):
    ann.language = "zh-hans"
    ann.save()
    page = as_user(ann).get(reverse("demand-terms", args=[shop.slug]), headers={"Accept-Language": "zh-hans"})

    assert "承诺与兑现" in page.content.decode()
