"""Market shares for programs: what the page shows, and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from accounts.models import Job
from analytics.accuracy.queries import share_records
from analytics.markets.actions import declare_plan, make_own_runs, make_share_runs, score_share_forecasts
from analytics.markets.models import WEEK, Market, Player
from core.actors import SYSTEM
from core.tenancy import tenant
from tests import factories
from tests.analytics.markets_kit import LAST
from tests.analytics.test_markets_pages import OTHERS, market  # noqa: F401
from tests.api import program_of


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 4, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def program(shop, ann):
    return program_of(shop)


def test_a_program_reads_what_the_page_shows_and_nobody_elses(market, shop, program):  # noqa: F811
    runs = make_share_runs(market, "value", replay=6)
    score_share_forecasts(market)

    (found,) = program.get("markets/").data["results"]
    share = program.get(f"markets/{market.pk}/share/")
    record = program.get(f"markets/{market.pk}/record/")
    listed = program.get("share-runs/")
    one = program.get(f"share-runs/{runs[0].pk}/")

    assert (found["name"], found["last_week"]) == ("Teaware", LAST.isoformat())
    assert [group["group"] for group in share.data["groups"]] == ["own", "rival", "others"]
    assert [group["sellers"] for group in share.data["groups"]] == [1, 1, 6]
    for step in range(8):
        assert sum(group["mean"][step] for group in share.data["groups"]) == pytest.approx(1, abs=1e-4)
    low, middle, high = (share.data["groups"][2]["quantiles"][7][at] for at in (1, 3, 5))
    assert low < middle < high
    assert middle == pytest.approx(share.data["groups"][2]["mean"][7], abs=0.05)
    assert len(share.data["groups"][0]["quantiles"][7]) == 7
    assert share.data["weeks"][0] == (LAST + WEEK).isoformat()
    assert len(record.data["weeks"]) == 3
    with tenant(shop):
        assert share_records(shop, shop.today()) == [], "what was made afterwards was not said"
        (replayed,) = share_records(shop, shop.today(), live=False)
    assert (replayed.name, replayed.whole.points) == ("Teaware", sum(range(1, 7)))
    assert record.data["skill"] is None
    assert len(listed.data["results"]) == 7
    assert one.data["is_replay"] is True
    said = json.dumps([found, share.data, record.data, listed.data, one.data])
    assert not any(name in said for name in [*OTHERS, "Porcelain Park", "kiln-"])


def test_what_is_withheld_says_why_and_gives_no_figure(market, program):  # noqa: F811
    Player.objects.filter(merchant__name__in=OTHERS[:3]).delete()
    make_share_runs(market, "value")

    share = program.get(f"markets/{market.pk}/share/").data

    assert share["withheld"] == "few_peers"
    assert share["groups"] == share["size"] == share["gain_a_point"] == []
    assert program.get(f"markets/{market.pk}/record/").status_code == 404


def test_a_plan_shows_in_its_own_shops_runs_only(market, shop, program, rival, cleo):  # noqa: F811
    with tenant(shop):
        declare_plan(Player.objects.get(merchant=shop), [(LAST + WEEK, 80, 1)], actor=SYSTEM, source="")
    (own,) = make_own_runs(market, "value")
    Player.objects.create(market=market, merchant=rival)

    seen = program.get(f"share-runs/{own.pk}/").data

    assert seen["information"] == "own"
    assert seen["assumed"]["weeks"] == [(LAST + WEEK).isoformat()]
    assert [group["group"] for group in seen["groups"]] == ["own", "others"]
    assert program_of(rival).get(f"share-runs/{own.pk}/").status_code == 404


def test_a_forecast_is_asked_for_once_and_of_own_markets_only(market, program):  # noqa: F811
    foreign = Market.objects.create(category=factories.CategoryFactory(name="Kettles", code="kettles"), currency="CNY")

    answers = [program.post(f"markets/{market.pk}/forecast/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert Job.objects.get(task="analytics.markets.tasks.forecast_market").pk == answers[0].data["job"]
    assert program.post(f"markets/{foreign.pk}/forecast/").status_code == 404
    assert program.get(f"markets/{foreign.pk}/share/").status_code == 404
    assert program.get(f"markets/{market.pk}/share/?measure=pies").status_code == 400
    assert program.get(f"markets/{market.pk}/share/").status_code == 404
