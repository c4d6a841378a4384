"""Programs read demand and ask for runs as people do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.demand.actions import begin_run, make_demand
from analytics.demand.models import DemandChunk, DemandForecast, DemandOutlook, DemandRun
from core.actors import SYSTEM
from core.tenancy import tenant
from tests import factories
from tests.analytics.demand_kit import TODAY, shop_with_past, sold, variants
from tests.api import Program, program_of, same_shape
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def program(shop, ann) -> Program:
    return program_of(shop)


@pytest.fixture
def things(shop):
    with tenant(shop):
        made = shop_with_past(5, 120, on_hand=40)
        make_demand(actor=SYSTEM)
    return made


def test_the_list_gives_the_figures_of_the_page(shop, program, things):
    rows = {row["variant"]: row for row in program.get("demand/").json()["results"]}

    assert set(rows) == {thing.pk for thing in things}
    with tenant(shop):
        for one in DemandOutlook.objects.select_related("variant"):
            row = rows[one.variant_id]
            assert (row["sku"], row["mean"], row["order_quantity"]) == (one.variant.sku, one.mean, one.order_quantity)
            assert row["out_middle"] == one.out_middle.isoformat()
            assert row["lasts"] == pytest.approx(one.lasts, abs=0.01)


def test_what_never_sold_lasts_without_end(shop, program):
    with tenant(shop):
        made = variants(2)
        sold(made[:1], np.full((1, 60), 2))
        make_demand(actor=SYSTEM)

    row = program.get(f"demand/?sku={made[1].sku}").json()["results"][0]

    assert (row["has_forecast"], row["reason"], row["lasts"], row["available"]) == (False, "silent", None, None)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5), ("?to_order=true", 5), ("?to_order=false", 0), ("?runs_out=false", 0), ("?has_forecast=true", 5),
        ("?pattern=steady", 5), ("?pattern=rare", 0), ("?sku=SKU-none", 0), ("?updated_since=2030-01-01T00:00:00Z", 0),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(shop, program, things, query, count):
    shop.low_stock_days = 60
    shop.save()
    with tenant(shop):
        make_demand(actor=SYSTEM)

    assert len(program.get(f"demand/{query}").json()["results"]) == count


@pytest.mark.parametrize("query", ["?pattern=nonsense", "?product=x", "?updated_since=yesterday", "?sku=%00"])
def test_a_filter_that_cannot_be_read_is_refused(program, things, query):
    response = program.get(f"demand/{query}")

    assert response.status_code == 400
    assert same_shape(response)


def test_changes_come_oldest_first_page_by_page(shop, program, things, time_machine):
    then = timezone.now()
    time_machine.shift(timedelta(minutes=5))
    with tenant(shop):
        DemandOutlook.objects.filter(variant=things[3]).update(updated_at=timezone.now())

    since = (then + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    assert [row["variant"] for row in program.get(f"demand/?updated_since={since}").json()["results"]] == [things[3].pk]
    seen, path = [], "demand/?page_size=2"
    while path:
        answer = program.get(path).json()
        seen += [row["variant"] for row in answer["results"]]
        path = answer["next"] and answer["next"].partition("/api/v1/")[2]
    assert sorted(seen) == sorted(thing.pk for thing in things)


def test_one_variant_has_its_days_and_sums(shop, program, things):
    row = program.get(f"demand/{things[0].pk}/").json()

    with tenant(shop):
        run = DemandRun.objects.get()
        paths = run.unpack([bytes(DemandForecast.objects.get(variant=things[0]).path)])
    assert [day["day"] for day in row["days"]] == [(TODAY + timedelta(days=step)).isoformat() for step in range(28)]
    assert [day["mean"] for day in row["days"]] == pytest.approx(paths.mean[0].tolist(), abs=1e-4)
    for day in row["days"]:
        rising = [day[f"q{level}"] for level in ("025", "050", "100", "250", "500", "750", "900", "950", "975")]
        assert rising == sorted(rising)
    assert [total["days"] for total in row["totals"]] == run.windows
    assert row["totals"][-1]["q500"] == pytest.approx(row["middle"], rel=1e-3)


def test_a_run_is_asked_for_watched_and_read(shop, program):
    with tenant(shop):
        shop_with_past(3, 60)

    response = program.post("demand-runs/", {})
    again = program.post("demand-runs/", {})

    assert response.status_code == 202
    assert again.json()["job"] == response.json()["job"]
    assert (response.json()["state"], response.json()["run"]) == ("queued", None)
    with tenant(shop):
        while not DemandRun.objects.exists():
            assert run_tasks(1)
    run = program.get("demand-runs/").json()["results"][0]
    assert (run["state"], run["made"]) == ("open", None)
    assert program.post("demand-runs/", {}).json()["run"] == run["id"]
    with tenant(shop):
        run_tasks()
    one = program.get(f"demand-runs/{run['id']}/").json()
    assert (one["state"], one["made"], one["failed"]) == ("done", 3, 0)
    assert one["progress"] == {"series": 3, "finished": 3, "left": 0}
    assert one["patterns"] == {"steady": 3}
    assert len(one["sums"]["mean"]) == 28


def test_a_run_can_be_cancelled_once(shop, program):
    with tenant(shop):
        shop_with_past(3, 60)
        run = begin_run(actor=SYSTEM)

    response = program.post(f"demand-runs/{run.pk}/cancel/", {})
    again = program.post(f"demand-runs/{run.pk}/cancel/", {})

    assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    assert (again.status_code, again.json()["error"]["code"]) == (422, "run_is_over")
    with tenant(shop):
        assert not DemandChunk.objects.unfinished().exists()


def test_reading_does_not_allow_running(shop, ann, things):
    program = program_of(shop, ["forecasts.view"])
    with tenant(shop):
        run = begin_run(actor=SYSTEM)

    assert program.get("demand/").status_code == 200
    assert program.post("demand-runs/", {}).status_code == 403
    assert program.post(f"demand-runs/{run.pk}/cancel/", {}).status_code == 403
    with tenant(shop):
        assert DemandChunk.objects.unfinished().exists()


def test_another_shop_has_none_of_it(shop, rival, cleo, things):
    stranger = program_of(rival)
    with tenant(shop):
        run = DemandRun.objects.get()

    assert stranger.get("demand/").json()["results"] == []
    assert stranger.get(f"demand/{things[0].pk}/").status_code == 404
    assert stranger.get(f"demand-runs/{run.pk}/").status_code == 404
    assert stranger.post(f"demand-runs/{run.pk}/cancel/", {}).status_code == 404


def test_lists_cost_the_same_for_few_and_many(shop, program, things, django_assert_num_queries):
    program.get("demand/")
    with CaptureQueriesContext(connection) as few:
        program.get("demand/")
    with tenant(shop):
        made = [factories.VariantFactory() for _ in range(20)]
        sold(made, np.full((20, 60), 2))
        make_demand(actor=SYSTEM)
    with django_assert_num_queries(len(few)):
        assert len(program.get("demand/").json()["results"]) == 25
