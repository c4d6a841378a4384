"""The track record says in words whether forecasts were worth having, and is honest where they were not."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from analytics.accuracy.queries import forecast_record, track_records
from analytics.accuracy.replays import replayed_records
from analytics.accuracy.rules import Tally, bucket_of
from analytics.demand.models import DemandResult, DemandRun, DemandScore
from analytics.forecasts.actions import make_forecast
from core.actors import SYSTEM
from core.append_only import lifted
from core.tenancy import tenant
from tests import factories
from tests.analytics.accuracy_kit import made_run, scored
from tests.analytics.sales_kit import TODAY, sales_history
from tests.api import program_of

PAGE = "/m/luming/accuracy/"
REVIEW = {"state": "review", "reason": "level", "since": "2026-06-01", "inside": 0.4, "points": 28}


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 14, 18, 30, tzinfo=UTC), tick=False)


def past(weeks: int, *, actual: float = 104.0, naive: float = 130.0, **fields) -> None:
    for back in range(weeks, 0, -1):
        run = made_run(TODAY - timedelta(days=1 + 7 * back), **fields)
        scored(run, actual=actual, naive=naive)


def shown(client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_useful_forecasts_are_told_with_what_they_gained(shop, as_user, ann):
    with tenant(shop):
        past(5)

    page = shown(as_user(ann))

    assert "Our forecasts came 85% nearer than guessing" in page
    assert "1 to 7 days ahead" in page
    assert "100%" in page  # all inside


def test_forecasts_without_skill_are_called_that(shop, as_user, ann):
    with tenant(shop):
        past(5, actual=130, naive=130)

    assert "No skill yet: guessing “same as last week” would have done as well." in shown(as_user(ann))


def test_few_forecasts_are_not_judged(shop, as_user, ann):
    with tenant(shop):
        past(1)

    page = shown(as_user(ann))
    assert "Too few forecasts have come due to judge yet." in page
    assert "nearer than guessing" not in page


def test_a_shop_without_any_forecast_sees_what_will_be_there(as_user, ann):
    page = shown(as_user(ann))

    assert page.count("Too few forecasts have come due to judge yet.") == 3
    assert "State a figure" in page


def test_review_is_told_on_both_pages(shop, as_user, ann):
    with tenant(shop):
        past(4)
        made_run(TODAY - timedelta(days=1), widening=1.6, watch=REVIEW)
        made_run(TODAY - timedelta(days=1), measure="sales_value", widening=1.6, watch=REVIEW)

    told = "Our ranges were too narrow lately; we have widened them and choose our models anew."
    assert told in shown(as_user(ann))
    assert told in shown(as_user(ann), "/m/luming/sales-forecast/")


def test_demand_is_told_by_how_products_sell(shop, as_user, ann):
    with tenant(shop):
        for back in range(2, 7):
            run = DemandRun.objects.create(data_to=TODAY - timedelta(weeks=back), series=4)
            DemandResult.objects.create(run=run, outcome="done", digest="x")
            for pattern in ("", "rare"):
                DemandScore.objects.create(
                    run=run, bucket="days-1-7", pattern=pattern, series=4, points=28, sold=50, said=55, error=2.0,
                    naive_error=3.0, miss=1.0, naive_miss=2.0, inside_50=0.5, inside_80=0.82, inside_95=0.96,
                )  # fmt: skip
        page = shown(as_user(ann))

    assert "By how products sell" in page
    assert "Now and then" in page
    assert "10% too high" in page


def test_another_shop_sees_none_of_it(shop, rival, as_user, cleo):
    with tenant(shop):
        past(5)
    with tenant(rival):
        assert all(not record.parts for record in track_records(rival))
    assert "nearer than guessing" not in shown(as_user(cleo), "/m/qingyun/accuracy/")
    assert as_user(cleo).get(PAGE).status_code == 404


def test_export_and_api_give_the_same_figures(shop, as_user, ann):
    with tenant(shop):
        past(5)

    response = as_user(ann).get(f"{PAGE}export.csv")
    rows = list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    whole = next(row for row in rows if row["subject"] == "orders" and not row["ahead"] and not row["week"])
    assert (whole["points"], float(whole["typical_miss"]), whole["verdict"]) == ("35", 4.0, "skill")
    answer = program_of(shop, {"forecasts.view"}).get("track-records/")
    assert answer.status_code == 200
    same = next(row for row in answer.data if row["subject"] == "orders" and not row["ahead"] and not row["week"])
    assert same["skill"] == pytest.approx(float(whole["skill"]))


def test_old_weeks_are_left_out(scope):
    scored(made_run(TODAY - timedelta(weeks=20)), actual=1, naive=1)

    assert forecast_record("orders", TODAY).parts == {}


def test_staff_see_shops_under_review_first(shop, rival, client, settings):
    settings.STAFF_MFA_REQUIRED = False
    with tenant(shop):
        past(4, measure="sales_value")
    with tenant(rival):
        made_run(TODAY - timedelta(days=1), measure="sales_value", widening=1.6, watch=REVIEW)
    client.force_login(factories.UserFactory(email="ada@example.com", staff_role="admin"))

    page = shown(client, "/staff/accuracy/")

    assert "1 shop has forecasts under review." in page
    assert page.index("Qingyun") < page.index("Luming")
    client.force_login(factories.UserFactory(email="moe@example.com", staff_role="moderator"))
    assert client.get("/staff/accuracy/").status_code == 403


def test_every_run_is_hashed_again_and_a_changed_one_named(shop, capsys):
    with tenant(shop):
        run = made_run(TODAY - timedelta(days=1))
        make_forecast("sales_value", actor=SYSTEM)  # refused: nothing was sold
    call_command("check_forecasts")
    assert "2 runs hashed again" in capsys.readouterr().out

    with lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE analytics_forecast SET q50 = q50 + 1 WHERE step = 3")
    with pytest.raises(CommandError):
        call_command("check_forecasts")
    assert f"luming: F-{run.pk}" in capsys.readouterr().out


def test_rules():
    assert bucket_of(9, {"a": (1, 7), "b": (8, 14)}) == "b"
    assert bucket_of(15, {"a": (1, 7)}) == ""
    nothing = Tally()
    assert (nothing.typical_miss, nothing.skill, nothing.bias, nothing.inside, nothing.verdict) == (
        None, None, None, None, "few",
    )  # fmt: skip


def test_replays_are_shown_apart_from_what_was_really_said(shop, as_user, ann):
    with tenant(shop):
        sales_history(120, level=20)
        past(1)
        for back in range(2, 8):
            made_run(TODAY - timedelta(days=1 + 7 * back), middle=19.6, live=False)
        live, replays = forecast_record("orders", TODAY), replayed_records(shop)

    (replay,) = replays
    assert (live.whole.points, replay.subject) == (7, "orders")
    assert replay.whole.points == sum(min(28, 7 * back) for back in range(2, 8))
    assert {name for name, _kind in replay.parts} == {"", "days-1-7", "days-8-14", "days-15-28"}
    assert replay.whole.verdict == "skill"
    page = shown(as_user(ann))
    before, after = page.split('id="replays-h"')
    assert "Too few forecasts have come due to judge yet." in before
    assert "Made afterwards with only what was known on the past day" in after
    assert "Orders, replayed" in after
    assert "Our forecasts came" in after
    assert "Our forecasts came" not in before


def test_the_tests_of_the_newest_run_stand_in_for_replays(shop, as_user, ann):
    with tenant(shop):
        sales_history(200)
        run = make_forecast("orders", actor=SYSTEM)
        assert run.live
    page = shown(as_user(ann))
    after = page.split('id="replays-h"')[1]
    assert "Orders, replayed" in after
    assert "nan" not in after
