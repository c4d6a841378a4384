"""What promotions did and will do beyond extra units: by channel, net of losses, for what they cost, for the share."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation

from analytics.calendar.models import OwnEvent
from analytics.facts.models import VariantFact
from analytics.markets.actions import make_share_runs, open_markets, rebuild_market
from analytics.markets.models import WEEK, Market
from analytics.promotions.actions import find_past_promotions, plan_promotion, report_due_plans
from analytics.promotions.models import Promotion, PromotionReport
from analytics.promotions.overview import overview
from analytics.promotions.queries import plan_digest
from analytics.promotions.rules import added, part_of
from analytics.promotions.shares import KEPT_WEEKS, share_story
from analytics.promotions.words import name_them
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.models import Order, OrderLine, Variant
from tests import factories
from tests.analytics.markets_kit import sells, wavy
from tests.analytics.promo_shop import TODAY, promoted_shop
from tests.api import program_of

LAST = TODAY - timedelta(days=7)


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def ordered(thing: Variant, quiet: str, loud: str, usual: int = 4) -> None:
    """Orders behind the facts of a thing: up to `usual` a day on the `quiet` channel, all else on the `loud` one."""
    rows = []
    for fact in VariantFact.objects.filter(variant=thing):
        at = datetime.combine(fact.day, datetime.min.time(), UTC) + timedelta(hours=4)
        calm = min(usual, fact.units)
        rows += [(channel, at, units) for channel, units in ((quiet, calm), (loud, fact.units - calm)) if units]
    orders = Order.objects.bulk_create(
        Order(number=str(at), channel=channel, currency="CNY", placed_at=when, units=units)
        for at, (channel, when, units) in enumerate(rows)
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, variant=thing, sku=thing.sku, title="x", quantity=units, unit_price=1, total=units)
        for order, (_channel, _at, units) in zip(orders, rows, strict=True)
    )


def planned_and_over(time_machine, things, monday, **given) -> Promotion:
    """A plan that was written down a week before `monday`, reported on today."""
    time_machine.move_to(datetime.combine(monday - timedelta(days=7), datetime.min.time(), UTC), tick=False)
    days = {"first_day": monday, "last_day": monday + timedelta(days=13)}
    values = {"title": "Spring", "category": None, "skus": [things[0].sku], "depth": 25, "per_person": 10}
    plan_promotion(**{**values, **days, "actor": SYSTEM, **given})
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)
    assert report_due_plans() == 1
    return Promotion.objects.planned().get()


def test_the_uplift_is_told_by_channel(scope):
    things, _ = promoted_shop(lift=3.0)
    ordered(things[0], "tmall", "online_store")

    find_past_promotions()

    report = PromotionReport.objects.get()
    by = {one["channel"]: one for one in report.figures["channels"]}
    assert sum(one["units"] for one in by.values()) == report.units
    assert by["online_store"]["effect"]["low"] > 0
    assert by["tmall"]["effect"]["low"] < 5
    assert by["online_store"]["effect"]["middle"] == pytest.approx(report.extra, rel=0.15)


def test_the_overview_says_how_many_promotions_stand_behind_a_figure(shop, ann, as_user):
    with tenant(shop):
        things, _ = promoted_shop()
        ordered(things[0], "tmall", "online_store")
        find_past_promotions()
        rows = {row.by: row for row in overview()}
    assert {row.count for row in rows.values()} == {1}
    assert (rows["depth"].key, rows["product"].key) == ((20, 30), things[0].pk)
    assert rows["depth"].low < 120 < rows["depth"].high
    client = as_user(ann)

    text = text_of(client.get(reverse("promotion-uplift", args=[shop.slug])))
    exported = b"".join(client.get(reverse("promotion-uplift-export", args=[shop.slug])).streaming_content).decode()
    told = program_of(shop).get("promotions/uplift/").data

    assert "rests on 1 past promotion." in text
    assert things[0].sku in text
    assert "Tmall" in text
    assert "depth,20-30,1," in exported
    assert {one["by"] for one in told} == {"depth", "product", "channel"}


def test_a_plan_says_what_is_left_after_losses_and_the_report_holds_it(shop, ann, as_user, time_machine):
    with tenant(shop):
        things, monday = promoted_shop()
        Variant.objects.update(cost=Decimal("60"))
        made = planned_and_over(time_machine, things, monday, spend=Decimal("500"))
        report = made.report
    said = made.promise

    assert said["extra"][1] == pytest.approx(said["units"][1] - said["usual"], rel=1e-4)
    parts = [said[name] for name in ("extra", "after", "sisters")]
    assert sum(part[1] for part in parts) == pytest.approx(said["net"][1], abs=0.1 * said["extra"][1])
    assert said["after"][0] < said["after"][1] < said["after"][2]
    figures = report.figures
    assert figures["spend"] == 500
    whole = report.extra + figures["dip"]["middle"] + figures["sisters"]["middle"]
    assert figures["net"][1] == pytest.approx(whole, rel=1e-4)
    spent = report.discount + 500
    assert figures["sales"][1] == pytest.approx(100 * figures["net"][1], rel=0.01)
    assert figures["per_spent"][1] == pytest.approx(figures["sales"][1] / spent, rel=1e-4)
    assert figures["profit"][1] == pytest.approx(40 * figures["net"][1] - spent, rel=0.01)
    client = as_user(ann)
    text = text_of(client.get(made.get_absolute_url()))
    assert "Left after all" in text
    stock = client.get(reverse("promotion-needs-export", args=[shop.slug, made.pk])).streaming_content
    assert f"{things[0].sku}," in b"".join(stock).decode()
    assert "Sales for each 1 spent" in text
    assert "the discount, and ¥500.00 beside it" in text


def test_a_changed_promise_is_noticed(scope, time_machine):
    things, monday = promoted_shop()
    made = planned_and_over(time_machine, things, monday)
    made.promise["net"] = [0.0, 1.0, 2.0]
    assert plan_digest(made) != made.digest


def test_measured_losses_of_the_past_lead_what_is_expected(scope):
    things, _ = promoted_shop()
    days = {"first_day": TODAY + timedelta(days=21), "last_day": TODAY + timedelta(days=27)}
    values = {"title": "x", "category": None, "skus": [things[0].sku], "depth": 25, "per_person": 10, "actor": SYSTEM}
    before = plan_promotion(**values, **days).promise
    find_past_promotions()
    after = plan_promotion(**values, **days).promise
    assert (before["after_from"], after["after_from"]) == (0, 1)
    assert before["after"] != after["after"]


def test_past_promotions_bear_names_people_recognise(scope, shop):
    things, monday = promoted_shop()
    find_past_promotions()
    found = Promotion.objects.get()
    name_them([found], shop)
    assert found.name.startswith(f"{things[0].full_title} −25%, ")
    with translation.override("zh-hans"):
        name_them([found], shop)
        assert "降价 25%" in found.name
    OwnEvent.objects.create(name="Founding day", first_day=monday, last_day=monday)
    name_them([found], shop)
    assert "Founding day" in found.name


def test_the_list_names_thirty_at_the_price_of_one(shop, ann, as_user, django_assert_max_num_queries):
    with tenant(shop):
        thing = factories.VariantFactory()
        for week in range(20):
            day = TODAY - timedelta(days=7 * week + 30)
            Promotion.objects.create(
                kind="found", category=thing.product.category, first_day=day, last_day=day, depth=9, variants=[thing.pk]
            )
    client = as_user(ann)
    address = reverse("promotion-list", args=[shop.slug])
    client.get(address)
    with django_assert_max_num_queries(22):
        text = text_of(client.get(address))
    assert text.count("−9%") >= 20
    lines = b"".join(client.get(reverse("promotion-list-export", args=[shop.slug])).streaming_content).decode()
    assert len(lines.strip().splitlines()) == 21


def test_pages_cost_few_queries(shop, ann, as_user, django_assert_max_num_queries):
    with tenant(shop):
        promoted_shop()
        find_past_promotions()
        address = Promotion.objects.get().get_absolute_url()
    client = as_user(ann)
    client.get(address)
    with django_assert_max_num_queries(22):
        client.get(address)
    with django_assert_max_num_queries(18):
        client.get(reverse("promotion-uplift", args=[shop.slug]))


def test_the_chart_draws_its_range_as_a_band_and_exports_it(shop, ann, as_user):
    with tenant(shop):
        promoted_shop()
        find_past_promotions()
        found = Promotion.objects.get()
    client = as_user(ann)
    context = client.get(found.get_absolute_url()).context
    chart = context["report"]["chart"]
    bands = [row for row in chart["then"] if row is not None]
    assert len(bands) == 4
    assert all(low <= middle <= high for low, middle, high in bands)
    exported = client.get(reverse("promotion-weeks-export", args=[shop.slug, found.pk])).streaming_content
    assert len(b"".join(exported).decode().strip().splitlines()) == 1 + len(chart["actual"])


@pytest.fixture
def market(shop, db):
    """Fifty weeks of a category; the shop sells three times as much in the two weeks that end five weeks ago."""
    teaware = factories.CategoryFactory(name="Teaware")
    for number in range(8):
        units = wavy(50, 50, number)
        merchant = factories.MerchantFactory(slug=f"kiln-{number}") if number else shop
        if merchant == shop:
            units[-7:-5] = [3 * count for count in units[-7:-5]]
        sells(merchant, teaware, units, last=LAST)
    open_markets()
    return rebuild_market(Market.objects.get(), today=TODAY)


def told_of(shop, market, weeks_ago: int = 6) -> object:
    first = LAST - weeks_ago * WEEK
    with tenant(shop):
        promotion = Promotion.objects.create(
            kind="found",
            category=market.category,
            first_day=first,
            last_day=first + timedelta(days=13),
            depth=20,
            variants=[Variant.objects.first().pk],
        )
        return share_story(promotion, shop)


def test_the_share_won_is_told_and_none_kept(market, shop):
    story = told_of(shop, market)
    assert story.before == pytest.approx(1 / 8, abs=0.02)
    assert story.won.gained[0] > 0.05
    low, _middle, high = story.kept.gained
    assert low < 0 < high
    assert (story.kept.weeks, story.told) == (KEPT_WEEKS, False)


def test_the_forecast_made_before_it_is_what_the_share_is_held_against(market, shop):
    (run,) = make_share_runs(market, "value", until=LAST - 7 * WEEK)
    assert run.is_made
    story = told_of(shop, market)
    assert story.told
    assert story.won.gained[0] > 0.05


def test_a_share_that_would_tell_rivals_sales_stays_withheld(shop, ann):
    teaware = factories.CategoryFactory(name="Teaware")
    for number in range(3):
        merchant = factories.MerchantFactory(slug=f"kiln-{number}") if number else shop
        sells(merchant, teaware, wavy(50, 50, number), last=LAST)
    open_markets()
    market = rebuild_market(Market.objects.get(), today=TODAY)
    assert told_of(shop, market) == "few_peers"
    with tenant(shop):
        found = Promotion.objects.get()
    told = program_of(shop).get(f"promotions/{found.pk}/share/").data
    assert (told["withheld"], told["before"], told["won"]) == ("few_peers", None, None)


def test_without_a_market_or_history_it_says_so(market, shop):
    assert told_of(shop, market, weeks_ago=47) == "too_short"
    with tenant(shop):
        lonely = Promotion(
            category=factories.CategoryFactory(name="Lamps", code="lamps"), first_day=LAST, last_day=LAST
        )
        assert share_story(lonely, shop) == "no_market"


def test_ranges_of_what_errs_apart_add_up_by_squares():
    assert added((7.0, 10.0, 14.0), (-5.0, -1.0, 2.0)) == pytest.approx((4.0, 9.0, 14.0))
    part, variance = part_of((-30.0, -20.0, -10.0), (80.0, 100.0, 120.0))
    assert part == -0.2
    assert np.sqrt(variance) == pytest.approx(0.084, abs=0.002)
