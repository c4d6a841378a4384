"""The calendar and outside series, used as a program would use them."""

from __future__ import annotations

import pytest

from analytics.calendar.models import OutsideValue, OwnEvent
from core.tenancy import tenant
from tests.api import Program, program_of, same_shape

LIVE = {"name": "Live", "kind": "live", "first_day": "2026-01-10", "last_day": "2026-01-11"}


@pytest.fixture
def program(shop, ann) -> Program:
    return program_of(shop)


def test_an_event_is_made_changed_and_deleted(program, shop):
    made = program.post("events/", LIVE)
    path = f"events/{made.data['id']}/"

    changed = program.patch(path, {"note": "with tea", "last_day": "2026-01-12"})
    wrong = program.patch(path, {"last_day": "2026-01-01"})

    assert (made.status_code, made.data["kind"], made.data["lead_days"]) == (201, "live", 0)
    assert (changed.data["note"], changed.data["last_day"]) == ("with tea", "2026-01-12")
    assert (wrong.status_code, same_shape(wrong), wrong.data["error"]["code"]) == (422, True, "ends_before")
    assert [one["name"] for one in program.get("events/").data["results"]] == ["Live"]
    assert program.call("DELETE", path).status_code == 204
    with tenant(shop):
        assert not OwnEvent.objects.exists()


@pytest.mark.parametrize("wrong", [{"first_day": "soon"}, {"kind": "party"}, {"lead_days": 99}, {"name": ""}])
def test_a_body_that_is_not_valid_names_its_field(program, wrong):
    answer = program.post("events/", {**LIVE, **wrong})

    assert answer.status_code == 400
    assert list(answer.data["error"]["fields"]) == list(wrong)


def test_values_are_appended_and_bad_ones_stop_no_others(program, shop):
    series = program.post("outside-series/", {"name": "Ads", "kind": "ad_spend", "period": "week"}).data
    path = f"outside-series/{series['id']}/"
    body = {
        "values": [
            {"day": "2026-01-06", "value": 70},
            {"day": "2026-01-12", "value": -1},
            {"day": "2026-01-12", "value": 80, "known_on": "2026-01-13"},
            {"day": "2026-01-19", "value": 1e300},
        ]
    }

    taken = program.post(f"{path}values/", body)
    again = program.post(f"{path}values/", body)

    assert taken.status_code == 200
    assert (taken.data["added"], [one["position"] for one in taken.data["refused"]]) == (2, [1, 3])
    assert (again.data["added"], again.data["unchanged"]) == (0, 2)
    with tenant(shop):
        assert [(str(one.day), one.value) for one in OutsideValue.objects.order_by("day")] == [
            ("2026-01-05", 70.0),
            ("2026-01-12", 80.0),
        ]
    assert program.patch(path, {"ahead": "carry"}).data["ahead"] == "carry"
    assert program.patch(path, {"period": "day"}).data["error"]["code"] == "has_values"
    assert program.post(f"{path}values/", {"values": []}).status_code == 400


def test_another_shop_s_series_is_not_found(program, rival, cleo):
    series = program_of(rival).post("outside-series/", {"name": "Ads"}).data

    assert program.get(f"outside-series/{series['id']}/").status_code == 404
    assert program.post(f"outside-series/{series['id']}/values/", {"values": []}).status_code == 404
