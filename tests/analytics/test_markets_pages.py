"""A shop's page of its market share: what is shown, what is withheld, and that nobody else is in it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.models import Job
from analytics.markets import words
from analytics.markets.actions import (
    declare_plan,
    make_own_runs,
    make_share_runs,
    open_markets,
    rebuild_market,
    score_share_forecasts,
)
from analytics.markets.models import WEEK, Market, Player
from analytics.markets.queries import forecast_of
from analytics.markets.rules import Record, Verdict, is_stale, last_week_of_data
from core.actors import SYSTEM
from core.tenancy import tenant
from tests import factories
from tests.analytics.markets_kit import LAST, TODAY, seen, sells, wavy
from tests.queue import run_tasks

OTHERS = [f"Hidden Kiln {number}" for number in range(6)]


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 4, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def market(shop, db):
    """Thirty weeks of the shop and six others, and a competitor from outside."""
    teaware = factories.CategoryFactory(name="Teaware")
    for number in range(7):
        cheap = [(week + number) % 5 == 0 for week in range(30)]
        units = [count * (2 if is_cheap else 1) for count, is_cheap in zip(wavy(50, 30, number), cheap, strict=True)]
        merchant = factories.MerchantFactory(name=OTHERS[number - 1], slug=f"kiln-{number}") if number else shop
        sells(merchant, teaware, units, price=[80 if is_cheap else 100 for is_cheap in cheap])
    open_markets()
    found = Market.objects.get()
    seen(found, "Porcelain Park", wavy(30, 30))
    return rebuild_market(found, today=TODAY)


@pytest.fixture
def page(shop, ann, as_user):
    """`page(query)` opens the page as Ann and gives its text."""
    client = as_user(ann)

    def open_page(query: str = "", name: str = "market-share", status: int = 200, args: tuple = ()) -> str:
        response = client.get(reverse(name, args=[shop.slug, *args]) + query)
        assert response.status_code == status
        return re.sub(r"\s+", " ", response.content.decode()) if not response.streaming else ""

    open_page.client = client  # type: ignore[attr-defined]
    return open_page


def test_the_page_shows_share_range_record_and_reasons_and_names_nobody(market, shop, ann, page):
    runs = make_share_runs(market, "value", replay=8)
    score_share_forecasts(market)

    text = page(f"?market={market.pk}")

    own = forecast_of(runs[-1], Player.objects.get(merchant=shop))
    low, high = words.percent(own.quantiles[-1][1]), words.percent(own.quantiles[-1][5])
    assert f"most likely {low} to {high}" in text
    assert words.percent(own.last) in text
    assert "of 8 sellers" in text
    assert "of 5 weeks ended inside our “8 in 10” range" in text
    assert "What moved the share" in text
    assert "The largest rival" in text
    assert text.count("<h1") == 1
    detail = page(name="share-detail", args=(runs[0].pk,))
    assert "of 8 weeks so far ended inside" in detail
    for said in (text, detail, page(name="share-list")):
        for name in [*OTHERS, "Porcelain Park", "kiln-"]:
            assert name not in said
    ann.language = "zh-hans"
    ann.save()
    assert "八成可能在" in page()


def test_with_four_peers_nothing_is_shown_but_why(market, shop, page):
    Player.objects.filter(merchant__name__in=OTHERS[:3]).delete()
    (run,) = make_share_runs(market, "units")

    text = page("?measure=units")

    assert "Fewer than 5 other shops sold here" in text
    assert "d-share" not in text
    assert "d-share" not in page(name="share-detail", args=(run.pk,))
    page("?measure=units", name="share-export", status=404)


def test_the_plan_declared_stands_beside_the_forecast_without_it(market, shop, page):
    player = Player.objects.get(merchant=shop)
    make_share_runs(market, "value")
    assert "With the plan you declared" not in page()
    with tenant(shop):
        declare_plan(player, [(LAST + WEEK, 80, 1)], actor=SYSTEM, source="")
    (own,) = make_own_runs(market, "value")

    assert "With the plan you declared: about" in page()
    assert "It knew the plan you declared." in page(name="share-detail", args=(own.pk,))


def test_the_export_has_plain_numbers(market, shop, page):
    (run,) = make_share_runs(market, "value")

    response = page.client.get(reverse("share-export", args=[shop.slug]))
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))

    assert [row["kind"] for row in rows] == ["actual"] * 30 + ["forecast"] * 8
    assert float(rows[-1]["middle"]) == pytest.approx(
        forecast_of(run, Player.objects.get(merchant=shop)).quantiles[-1][3]
    )
    ahead = sum(float(rows[-1][name]) for name in ("share", "rival", "others"))
    assert ahead == pytest.approx(1, abs=1e-4)
    assert page.client.get(reverse("share-export", args=[shop.slug]) + f"?run={run.pk}").status_code == 200
    assert page.client.get(reverse("share-export", args=[shop.slug]) + "?run=x").status_code == 404


def test_asking_again_queues_one_forecast_that_names_nobody(market, shop, page, rival):
    address = reverse("share-run", args=[shop.slug])
    for _ in range(2):
        page.client.post(address, {"market": market.pk, "measure": "units"})

    job = Job.objects.get(task="analytics.markets.tasks.forecast_market")
    assert job.args[3] == "Storecast"
    assert "A new forecast is being made" in page()
    progress = page("?measure=units", name="share-progress", args=(job.pk,))
    assert "Waiting for its turn" in progress
    other = factories.CategoryFactory(name="Kettles", code="kettles")
    sells(rival, other, [3])
    open_markets()
    foreign = Market.objects.get(category=other)
    assert page.client.post(address, {"market": foreign.pk}).status_code == 404
    page(f"?market={foreign.pk}", status=404)


def test_the_job_makes_what_the_page_shows(market, shop, page):
    page.client.post(reverse("share-run", args=[shop.slug]), {"market": market.pk})
    run_tasks()

    assert "Who holds the market" in page()


def test_a_shop_without_a_market_and_one_without_a_forecast_are_told_what_comes(page, shop):
    assert "No market yet" in page()
    sells(shop, factories.CategoryFactory(name="Teaware"), [5, 5])
    (market,) = open_markets()
    market = rebuild_market(market, today=TODAY)
    assert "No forecast yet" in page()
    make_share_runs(market, "value")
    assert "Only one shop sells in this market." in page()


def test_data_that_ended_are_counted_to_their_end(market, shop, page):
    """A year later the market still ends where its sales do, and the page says so."""
    later = TODAY.replace(year=2027)
    market = rebuild_market(market, today=later)

    assert market.last_week == LAST
    assert is_stale(market.last_week, later)
    assert not is_stale(market.last_week, TODAY)


def test_weeks_in_which_data_run_out_are_not_counted():
    weeks = {LAST - back * WEEK: 100.0 for back in range(20)}
    weeks |= {LAST: 4.0, LAST - WEEK: 9.0, LAST - 2 * WEEK: 60.0}

    assert last_week_of_data(weeks, TODAY) == LAST
    assert last_week_of_data(weeks, TODAY + 52 * WEEK) == LAST - 2 * WEEK
    assert last_week_of_data({}, TODAY) is None


@pytest.mark.parametrize(
    ("weeks", "actual", "said"), [(0, 0.2, "none of our"), (3, 0.2, "too few"), (6, 0.21, "as near")]
)
def test_no_skill_is_said_plainly(weeks, actual, said):
    record = Record([Verdict(LAST, 0.1, 0.25, 0.3, actual, 0.22)] * weeks)

    assert "No skill yet" in words.skill(record)
    assert said in words.skill(record)


def test_chances_and_points_in_words():
    assert words.chance(0.01) == "less than 1 in 20"
    assert words.chance(0.26) == "about 3 in 10"
    assert words.chance(0.99) == "more than 19 in 20"
    assert words.points(0.0231, signed=True) == "+2.3 pts"
    assert words.points(-0.004, signed=True) == "−0.40 pts"
    assert words.percent(0.0042) == "0.42%"
    assert words.plan_and_model(None, is_own=False) == ""
    assert "the miss is the model’s" in words.plan_and_model((0.01, 0.02), is_own=True)
    codes = ("alone", "few_peers", "one_dominates", "not_selling", "too_small")
    assert len({words.withheld(code) for code in codes}) == len(codes)


def test_what_was_noticed_is_told_without_names():
    notes = [
        {"code": "gap", "player": 2, "name": "Secret", "week": "2026-01-05", "count": 2},
        {"code": "jump", "player": 1, "week": "2026-01-05", "factor": 7.0},
        {"code": "unit_change", "player": 2, "week": "2026-01-05", "factor": 12.0},
        {"code": "currency", "player": 2},
        {"code": "double", "player": 2, "name": "Secret"},
        {"code": "unheard of"},
    ]

    said = words.quality(notes, own=1)

    assert len(said) == 5
    assert "your sales" in said[1]
    assert "Secret" not in " ".join(said)
