"""The pages of forecasts say what we expect, how well we did, and why there is nothing where there is nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Job
from analytics.forecasts.actions import make_forecast, score_due_forecasts
from analytics.forecasts.models import ForecastRun
from analytics.forecasts.words import figure
from core.actors import SYSTEM
from core.tenancy import tenant
from tests.analytics.sales_kit import TODAY, sales_history
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def page(shop, ann, as_user):
    """`page(query)` opens the forecast page as Ann and gives its text."""
    client = as_user(ann)

    def open_page(query: str = "", status: int = 200) -> str:
        response = client.get(reverse("forecast-sales", args=[shop.slug]) + query)
        assert response.status_code == status
        return re.sub(r"\s+", " ", response.content.decode())

    open_page.client = client  # type: ignore[attr-defined]
    return open_page


def test_the_page_shows_range_record_and_reason(shop, page):
    with tenant(shop):
        sales_history(200)
        run = make_forecast("sales_value", actor=SYSTEM)

    text = page()

    low, middle, high = (figure(run.total(1, 28)[i], "sales_value", "CNY") for i in (1, 3, 5))
    assert f"most likely {low} to {high}" in text
    assert f"Next 28 days: about {middle}" in text
    assert "of 12 weeks inside the “8 in 10” range" in text
    assert "nearer to what happened than “same as last week”" in text
    assert text.count("<h1") == 1
    assert run.model_label in text


def test_each_measure_has_its_forecast(shop, page):
    with tenant(shop):
        sales_history(100)
        make_forecast("orders", actor=SYSTEM)

    assert "Orders per day" in page("?measure=orders")
    assert "No forecast yet" in page("?measure=sales_value")
    assert "No forecast yet" in page("?measure=nonsense")


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (0, "Nothing has been sold yet. The first forecast comes four weeks after the first sale."),
        (20, "There are 20 days of sales so far; a forecast needs 28. It comes by itself on Tue 23 Jun"),
    ],
)
def test_where_there_is_none_it_says_why_and_what_would_change_it(shop, page, days, sentence):
    with tenant(shop):
        sales_history(days)
        if days:
            make_forecast("sales_value", actor=SYSTEM)

    assert sentence in page()


def test_run_now_shows_progress_and_then_the_forecast(shop, page):
    with tenant(shop):
        sales_history(100)
    assert "No forecast yet" in page()

    response = page.client.post(reverse("forecast-run", args=[shop.slug]), {"measure": "orders"})
    assert response["Location"] == reverse("forecast-sales", args=[shop.slug]) + "?measure=orders"
    text = page("?measure=orders")
    job = Job.objects.get()
    poll = reverse("forecast-progress", args=[shop.slug, job.pk])
    assert f'hx-get="{poll}"' in text
    assert "Run now" not in text
    assert "HX-Redirect" not in page.client.get(poll).headers

    with tenant(shop):
        run_tasks()

    assert page.client.get(poll)["HX-Redirect"] == reverse("forecast-sales", args=[shop.slug]) + "?measure=orders"
    text = page("?measure=orders")
    assert "Next 28 days" in text
    assert "Ann" in text
    assert "Run now" in text


def test_a_failed_attempt_keeps_the_older_forecast_in_sight(shop, page, time_machine):
    with tenant(shop):
        sales_history(100)
        make_forecast("orders", actor=SYSTEM)
        time_machine.shift(timedelta(minutes=1))
        ForecastRun.objects.create(measure="orders", outcome="refused", refusal="not_numbers", digest="x")

    text = page("?measure=orders")

    assert "The newest attempt gave no forecast." in text
    assert "Next 28 days" in text


def test_old_data_are_named_as_such(shop, page):
    with tenant(shop):
        sales_history(100, last=date(2018, 8, 20))
        make_forecast("sales_value", actor=SYSTEM)

    text = page()

    assert "The newest order is of 20 Aug 2018, so the forecast begins on the day after it." in text
    assert "The 28 days after" in text


def test_a_forecast_that_missed_newer_sales_says_so(shop, page, time_machine):
    with tenant(shop):
        sales_history(100)
        time_machine.shift(timedelta(days=-3))
        make_forecast("sales_value", actor=SYSTEM)
        time_machine.shift(timedelta(days=3))

    assert "This forecast knows sales up to Thu 11 Jun only. Run a new one." in page()


def test_a_member_who_may_not_run_forecasts_has_no_button(shop, ben, as_user):
    with tenant(shop):
        sales_history(100)
        make_forecast("sales_value", actor=SYSTEM)
    client, queued = as_user(ben), Job.objects.count()

    assert "Run now" not in client.get(reverse("forecast-sales", args=[shop.slug])).content.decode()
    assert client.post(reverse("forecast-run", args=[shop.slug])).status_code == 403
    assert Job.objects.count() == queued


def test_the_export_has_all_digits_and_what_came(shop, ann, page, time_machine):
    with tenant(shop):
        sales_history(100, last=TODAY + timedelta(days=1))
        run = make_forecast("orders", actor=SYSTEM)
        time_machine.shift(timedelta(days=2))
        score_due_forecasts()
        first = run.days.first()

    page.client.force_login(ann)  # the session of days ago is over
    response = page.client.get(reverse("forecast-export", args=[shop.slug]) + "?measure=orders")
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))

    assert len(rows) == 28
    assert rows[0]["day"] == TODAY.isoformat()
    assert float(rows[0]["low_80"]) == first.q10
    assert rows[0]["actual"] != ""
    assert rows[5]["actual"] == ""
    same = page.client.get(reverse("forecast-export", args=[shop.slug]) + f"?run={run.pk}")
    assert list(csv.DictReader(io.StringIO(same.getvalue().decode("utf-8-sig")))) == rows


@pytest.mark.parametrize("query", ["?run=999999", "?run=x", "?run=-1", "?measure=orders", "?run=9999999999999999999"])
def test_an_export_of_what_is_not_there_is_not_found(shop, page, query):
    assert page.client.get(reverse("forecast-export", args=[shop.slug]) + query).status_code == 404


def test_a_run_has_its_page_with_what_became_of_it(shop, ann, page, time_machine):
    with tenant(shop):
        sales_history(100, last=TODAY + timedelta(days=4))
        run = make_forecast("orders", actor=SYSTEM)
        time_machine.shift(timedelta(days=4))
        assert score_due_forecasts() == 4

    page.client.force_login(ann)
    text = page.client.get(run.get_absolute_url()).content.decode()

    assert "of 4 days so far ended inside the “8 in 10” range." in text
    assert run.digest in text


def test_the_page_costs_few_queries_and_has_chinese_words(shop, ann, page, django_assert_max_num_queries):
    with tenant(shop):
        sales_history(300)
        for _ in range(3):
            make_forecast("sales_value", actor=SYSTEM)
    page()

    with django_assert_max_num_queries(16):
        page()
    ann.language = "zh-hans"
    ann.save()
    text = page()
    assert "八成可能在" in text
    assert "周落在“八成可能”的范围内" in text


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (3.44, "3.4"), (4.0, "4"), (27.36, "27"), (1234.5, "1,230"), (87_654, "87,700")]
)
def test_three_significant_digits(value, shown):
    assert figure(value, "orders", "CNY") == shown
