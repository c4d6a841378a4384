"""The pages of demand say what is expected of each variant, how long it lasts, what to order, and how runs went."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.urls import reverse

from analytics.demand import showing
from analytics.demand.actions import make_demand
from analytics.demand.models import DemandOutlook, DemandRun
from analytics.demand.scoring import score_due_runs
from analytics.demand.sheets import Sheet, sheet_of
from analytics.demand.words import between
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.models import StockLevel, Variant
from tests import factories
from tests.analytics.demand_kit import TODAY, shop_with_past, sold, text_of, variants


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def browser(ann, as_user):
    return as_user(ann)


def sheet_for(variant: Variant) -> Sheet:
    rows = DemandOutlook.objects.select_related("run__merchant", "variant__merchant")
    sheet = sheet_of(rows.get(variant=variant))
    assert sheet is not None
    return sheet


@pytest.fixture
def things(shop) -> list[Variant]:
    """Six variants with a past and a forecast, all with 40 units in stock."""
    with tenant(shop):
        made = shop_with_past(6, 120, on_hand=40)
        make_demand(actor=SYSTEM)
    return made


def test_the_list_says_what_is_expected_how_long_it_lasts_and_what_to_order(shop, browser, things):
    text = text_of(browser, "demand-list", shop.slug)

    with tenant(shop):
        one = DemandOutlook.objects.get(variant=things[0])
    assert text.count("<h1") == 1
    assert things[0].sku in text
    assert f"about {one.middle:.0f}" in text
    assert "most likely" in text
    assert f"order {one.order_quantity} units" in text
    assert "Forecast again" in text
    assert "Made on" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6), ("?tab=order", 6), ("?tab=out", 0), ("?tab=moved", 0), ("?tab=without", 0), ("?tab=nonsense", 6),
        ("?q=no-such-thing", 0), ("?pattern=steady", 6), ("?pattern=lumpy", 0), ("?pattern=x", 6), ("?sort=-mean", 6),
        ("?sort=moved", 6), ("?after=x", 6),
    ],
)  # fmt: skip
def test_tabs_search_and_filters_narrow_the_list_and_its_export_alike(shop, browser, things, query, count):
    shop.low_stock_days = 7
    shop.save()
    page = text_of(browser, "demand-list", shop.slug, query=query)
    response = browser.get(reverse("demand-export", args=[shop.slug]) + query)
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))

    assert page.count('class="id"') == count
    assert len(rows) == count


def test_search_finds_by_sku_and_by_product_and_the_category_includes_what_is_below(shop, browser):
    with tenant(shop):
        above = factories.CategoryFactory(code="tea", path="tea")
        below = factories.CategoryFactory(code="tea-green", path="tea/green", parent=above)
        product = factories.ProductFactory(title="Longjing spring tin", category=below)
        one = factories.VariantFactory(product=product, sku="LJ-100")
        other = factories.VariantFactory(sku="KETTLE")
        sold([one, other], np.full((2, 60), 3))
        make_demand(actor=SYSTEM)

    for query in ("?q=lj-1", "?q=spring+tin", "?category=tea", "?category=tea-green"):
        text = text_of(browser, "demand-list", shop.slug, query=query)
        assert "LJ-100" in text, query
        assert "KETTLE" not in text, query


def test_the_export_has_the_figures_of_the_row(shop, browser, things):
    response = browser.get(reverse("demand-export", args=[shop.slug]))
    rows = {row["SKU"]: row for row in csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))}

    with tenant(shop):
        for one in DemandOutlook.objects.select_related("variant"):
            row = rows[one.variant.sku]
            assert float(row["Mean"]) == pytest.approx(one.mean, abs=0.01)
            assert row["Order quantity"] == str(one.order_quantity)
            assert row["Sold out, middle"] == str(one.out_middle)
            assert row["Available"] == "40"


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (0, "Nothing has been sold yet."),
        (20, "There are 20 days of sales so far; a forecast needs 28. It comes by itself on Tue 23 Jun"),
        (40, "The first forecast is made tonight at 02:40."),
    ],
)
def test_where_there_is_none_it_says_what_comes_when(shop, browser, days, sentence):
    with tenant(shop):
        things = variants(2)
        if days:
            sold(things, np.full((2, days), 3))

    assert sentence in text_of(browser, "demand-list", shop.slug)


def test_a_variant_has_its_page_with_range_stock_order_and_reasons(shop, browser, things):
    text = text_of(browser, "demand-detail", shop.slug, things[0].pk)

    with tenant(shop):
        sheet = sheet_of(
            DemandOutlook.objects.select_related("run__merchant", "variant__merchant").get(variant=things[0])
        )
        low, middle, high = sheet.until(14)
        order = {one.sure: one for one in sheet.suggestions()}
    assert f"{middle:.0f} <small>units</small>" in text
    assert f"most likely {between(low, high)}" in text
    assert f"<b>{order['90'].quantity}</b>" in text
    assert order["80"].quantity <= order["90"].quantity <= order["95"].quantity
    assert "Stock if you order nothing" in text
    assert "It sells on most days, in amounts that are alike." in text
    assert "Show as table" in text
    assert text.count("<h1") == 1


def test_the_address_says_day_or_week_and_how_sure(shop, browser, things):
    page = reverse("demand-detail", args=[shop.slug, things[0].pk])
    with tenant(shop):
        sheet = sheet_of(
            DemandOutlook.objects.select_related("run__merchant", "variant__merchant").get(variant=things[0])
        )
        order = {one.sure: one for one in sheet.suggestions()}

    weekly = browser.get(f"{page}?by=week&sure=95").content.decode()
    assert "Units per week" in weekly
    assert f"<b>{order['95'].quantity}</b>" in weekly
    assert "Units per day" in browser.get(f"{page}?by=month&sure=7").content.decode()


def test_weeks_add_up_to_what_the_days_say(shop, things):
    with tenant(shop):
        sheet = sheet_of(
            DemandOutlook.objects.select_related("run__merchant", "variant__merchant").get(variant=things[0])
        )
        weeks = showing.fan(sheet, weekly=True)
        days = showing.fan(sheet, weekly=False)

    assert sum(weeks["actual"]) == sum(days["actual"])
    assert len(weeks["fan"]) == 4
    for week, first in enumerate(range(0, 28, 7)):
        low, high = weeks["fan"][week][1], weeks["fan"][week][5]
        assert low < sheet.mean[first : first + 7].sum() < high


def test_what_was_predicted_then_is_shown_and_counted(shop, ann, browser, things, time_machine):
    with tenant(shop):
        sold(things, np.random.default_rng(5).poisson(4, (6, 30)), last=TODAY + timedelta(days=29))
        for _ in range(3):
            time_machine.shift(timedelta(days=10))
            make_demand(actor=SYSTEM)
            score_due_runs()
        sheet = sheet_of(
            DemandOutlook.objects.select_related("run__merchant", "variant__merchant").get(variant=things[0])
        )
    browser.force_login(ann)

    text = text_of(browser, "demand-detail", shop.slug, things[0].pk)

    assert len(sheet.told) == 30
    assert all(one.low <= one.middle <= one.high for one in sheet.told)
    inside = sum(one.inside for one in sheet.told)
    assert f"On {inside} of the last 30 days" in text
    assert "Variants that sell alike (Regularly)" in text
    assert "What we predicted then" in text


def test_a_variant_without_a_counted_stock_gets_no_order(shop, browser, things):
    with tenant(shop):
        StockLevel.objects.filter(variant=things[0]).delete()
        make_demand(actor=SYSTEM)

    text = text_of(browser, "demand-detail", shop.slug, things[0].pk)

    assert "Count the stock first." in text
    assert "we cannot say how much to order" in text
    assert "d-stock" not in text


def test_what_is_new_failed_or_asleep_says_so(shop, browser, things):
    with tenant(shop):
        new = factories.VariantFactory()
        failed = things[0]
        DemandOutlook.objects.filter(variant=failed).update(reason="failed", has_forecast=False)
        asleep = factories.VariantFactory(sku="ASLEEP")
        make_demand(actor=SYSTEM)
        DemandOutlook.objects.filter(variant=failed).update(reason="failed", has_forecast=False)
        DemandOutlook.objects.filter(variant=new).delete()

    assert "It came after the last run." in text_of(browser, "demand-detail", shop.slug, new.pk)
    assert "It could not be worked out last time." in text_of(browser, "demand-detail", shop.slug, failed.pk)
    assert "It has never been sold." in text_of(browser, "demand-detail", shop.slug, asleep.pk)
    assert "Never sold" in text_of(browser, "demand-list", shop.slug, query="?tab=without")


def test_the_export_of_a_variant_has_its_days_and_its_stock(shop, browser, things):
    response = browser.get(reverse("demand-detail-export", args=[shop.slug, things[0].pk]))
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))

    assert len(rows) == 28
    assert rows[0]["day"] == TODAY.isoformat()
    assert float(rows[0]["q100"]) <= float(rows[0]["q500"]) <= float(rows[0]["q900"])
    assert float(rows[0]["left_low_80"]) <= float(rows[0]["left_high_80"]) <= 40


def test_product_and_stock_pages_show_the_demand(shop, browser, things):
    one = things[0]
    panel = reverse("product-demand", args=[shop.slug, one.product_id])
    assert panel in text_of(browser, "product-detail", shop.slug, one.product_id)
    text = browser.get(panel, headers={"HX-Request": "true", "HX-Target": "product-demand"}).content.decode()
    assert one.sku in text
    assert "<h1" not in text

    panel = reverse("stock-demand", args=[shop.slug, one.pk])
    assert panel in text_of(browser, "stock-detail", shop.slug, one.pk)
    assert reverse("demand-detail", args=[shop.slug, one.pk]) in browser.get(panel).content.decode()


def test_another_shop_sees_nothing_of_it(shop, rival, cleo, as_user, things):
    browser = as_user(cleo)
    with tenant(shop):
        run = DemandRun.objects.get()

    for name, pk in [
        ("demand-detail", things[0].pk),
        ("demandrun-detail", run.pk),
        ("demand-variant-terms", things[0].pk),
    ]:
        assert browser.get(reverse(name, args=[rival.slug, pk])).status_code == 404
    assert browser.post(reverse("demandrun-cancel", args=[rival.slug, run.pk])).status_code == 404
    assert things[0].sku not in text_of(browser, "demand-list", rival.slug)


def test_an_old_forecast_is_named_as_such(shop, ann, browser, things, time_machine):
    time_machine.shift(timedelta(days=40))
    browser.force_login(ann)

    assert "This forecast knows sales up to Sun 14 Jun only." in text_of(browser, "demand-list", shop.slug)
    assert "All days of this forecast are over." in text_of(browser, "demand-detail", shop.slug, things[0].pk)


def test_pages_cost_few_queries_and_have_chinese_words(shop, ann, browser, things, django_assert_max_num_queries):
    text_of(browser, "demand-list", shop.slug)
    with django_assert_max_num_queries(26):
        text_of(browser, "demand-list", shop.slug)
    with django_assert_max_num_queries(24):
        text_of(browser, "demand-detail", shop.slug, things[0].pk)
    ann.language = "zh-hans"
    ann.save()
    assert "八成可能在" in text_of(browser, "demand-list", shop.slug)
    assert "建议订货量" in text_of(browser, "demand-detail", shop.slug, things[0].pk)
