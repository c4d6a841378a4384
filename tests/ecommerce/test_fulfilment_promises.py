"""Promised against actual days, by carrier and region: one table on pages, in files and for programs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from core.tenancy import tenant
from ecommerce.fulfilment.listing import promise_page
from ecommerce.fulfilment.promises import CarrierRegion, by_carrier_and_region, parcels_sent
from ecommerce.fulfilment.scorecard import scorecard
from ecommerce.models import Carrier
from tests import factories
from tests.api import program_of
from tests.ecommerce.carriers_kit import carrier, parcel

PAGE = "/m/luming/carriers/regions/"


def to(region: str, by: Carrier, days: list[float | None], **fields: Any) -> None:
    """A parcel to the region for each of `days`, on one order; None is one that is under way."""
    order = factories.OrderFactory(state="shipped", ship_region=region)
    for took in days:
        parcel(by, sent=20, took=took, order=order, **fields)


def the_table() -> list[CarrierRegion]:
    now = timezone.now()
    return by_carrier_and_region(parcels_sent(now), now)


@pytest.fixture
def two(scope) -> tuple[Carrier, Carrier]:
    """Of SF 30 parcels to Zhejiang and 10 to Tibet, of YTO 25 to Zhejiang; 4 days were promised, Tibet 9."""
    sf, yto = carrier(services=[("", "", 3), ("", "Tibet", 9)]), carrier("YTO", services=[("", "", 5)])
    to("Zhejiang", sf, [2.0] * 20 + [3.5] * 6 + [6.0] * 4)
    to("Tibet", sf, [8.0] * 10, promised=None)
    to("Zhejiang", yto, [5.0] * 22 + [None] * 3, promised=5)
    return sf, yto


def test_a_row_says_what_was_promised_and_what_it_took(two):
    sf, yto = two

    first, second, third = the_table()

    assert (first.carrier, first.region, first.parcels) == (sf, "Zhejiang", 30)
    assert (first.promised, first.middle, first.slow, first.difference) == (4.0, 2.0, 6.0, -2.0)
    assert (first.on_time, first.due, first.arrived, first.promises) == (pytest.approx(100 * 26 / 30), 30, 30, 30)
    assert (second.carrier, second.parcels, second.arrived, second.due) == (yto, 25, 22, 25)
    assert (second.difference, second.on_time) == (0.0, 88.0)
    assert (third.region, third.parcels) == ("Tibet", 10)


def test_too_few_parcels_say_nothing_and_a_service_stands_in_for_a_promise(two):
    tibet = the_table()[2]

    assert (tibet.promised, tibet.promises) == (9.0, 0)
    assert (tibet.middle, tibet.slow, tibet.difference, tibet.on_time) == (None, None, None, None)


def test_the_days_are_those_of_the_parcels_to_a_tenth(scope):
    sf = carrier()
    days = [1 + step * 0.173 for step in range(41)]
    to("Zhejiang", sf, [*days])

    (row,) = the_table()

    assert (row.middle, row.slow) == (round(days[20], 1), round(days[36], 1))
    assert scorecard(sf, timezone.now()).all.slow == pytest.approx(row.slow, abs=0.05)
    assert (row.promised, row.on_time) == (4.0, pytest.approx(scorecard(sf, timezone.now()).all.percent))


def test_a_report_from_before_the_hand_over_counts_as_no_day(scope):
    to("Zhejiang", carrier(), [-0.5] * 25)

    assert the_table()[0].middle == 0.0


def test_parcels_of_nobody_known_too_old_or_of_another_shop_do_not_count(two, rival):
    parcel(None, sent=3, took=2, carrier="Somebody")
    parcel(two[0], sent=200, took=2)
    parcel(two[0], sent=-1)
    with tenant(rival):
        to("Hebei", carrier("SF Express"), [3.0] * 30)
        assert [row.region for row in the_table()] == ["Hebei"]

    assert [row.parcels for row in the_table()] == [30, 25, 10]


def test_it_sorts_both_ways_and_the_unknown_stands_last(two):
    def order(sort: str) -> list[tuple[str, str]]:
        rows = promise_page(QueryDict(f"sort={sort}"), timezone.now()).rows
        return [(row.name, row.region) for row in rows]

    sf, tibet, yto = ("SF Express", "Zhejiang"), ("SF Express", "Tibet"), ("YTO", "Zhejiang")
    assert order("") == order("-parcels") == order("nonsense") == [sf, yto, tibet]
    assert order("difference") == [sf, yto, tibet]
    assert order("-difference") == [yto, sf, tibet]
    assert order("region")[0] == tibet
    assert order("-carrier")[0] == yto
    assert order("on_time") == [sf, yto, tibet]


def test_the_address_narrows_by_carrier_region_and_day(two, ann, as_user):
    _, yto = two
    client = as_user(ann)

    def cells(query: str) -> list[list[str]]:
        text = client.get(f"{PAGE}export.csv{query}").getvalue().decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))[1:]

    assert [row[:3] for row in cells(f"?carrier={yto.pk}")] == [["YTO", "Zhejiang", "25"]]
    assert [row[:2] for row in cells("?region=tib")] == [["SF Express", "Tibet"]]
    today = timezone.localdate()
    assert cells(f"?shipped_after={(today - timedelta(days=5)).isoformat()}") == []
    assert len(cells(f"?shipped_after={(today - timedelta(days=25)).isoformat()}&sort=-difference")) == 3
    page = client.get(f"{PAGE}?region=tib").content.decode()
    assert "Tibet" in page
    assert "Zhejiang" not in page


def test_the_page_marks_what_rests_on_too_few(two, ann, as_user):
    client = as_user(ann)

    page = client.get(PAGE).content.decode()

    assert "too few: 10 of 20" in page
    assert "n = 30" in page
    assert "−2.0" in page
    assert "by the carrier’s service" in page
    assert 'aria-sort="descending"' in page
    part = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()
    assert "<html" not in part
    assert "Tibet" in part


def test_an_empty_table_says_what_will_be_there(scope, ann, as_user):
    client = as_user(ann)

    assert "No parcel of a known carrier yet" in client.get(PAGE).content.decode()
    assert "Nothing matches" in client.get(f"{PAGE}?region=x").content.decode()


def test_the_page_of_a_carrier_has_its_regions_alone(two, ann, as_user):
    sf, _ = two
    client = as_user(ann)

    page = client.get(f"/m/luming/carriers/{sf.pk}/?sort=region").content.decode()
    text = client.get(f"/m/luming/carriers/{sf.pk}/regions.csv?sort=region").getvalue().decode("utf-8-sig")
    part = client.get(f"/m/luming/carriers/{sf.pk}/", headers={"HX-Request": "true", "HX-Target": "results"})

    assert page.index("Tibet") < page.index("Zhejiang")
    assert "YTO" not in part.content.decode()
    assert "<html" not in part.content.decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == ["Tibet", "Zhejiang"]
    assert rows[2][:5] == ["Zhejiang", "30", "4.0", "30", "2.0"]
    assert client.get(f"/m/luming/carriers/{sf.pk}/regions.csv?as=xlsx")["Content-Type"].endswith("sheet")


def test_only_who_may_export_takes_the_file(two, shop, as_user):
    looker = factories.UserFactory()
    Membership.objects.create(merchant=shop, user=looker, role="support")
    client = as_user(looker)

    assert client.get(PAGE).status_code == 200
    assert f"{PAGE}export.csv" not in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}export.csv").status_code == 403


def test_programs_read_the_same_rows(two, shop, ann):
    program = program_of(shop)

    rows = program.get("carrier-regions/").json()
    some = program.get(f"carrier-regions/?carrier={two[1].pk}").json()

    assert (rows[0]["name"], rows[0]["region"]) == ("SF Express", "Zhejiang")
    assert (rows[0]["promised"], rows[0]["half_within"], rows[0]["difference"]) == (4.0, 2.0, -2.0)
    assert rows[2]["half_within"] is None
    assert [row["name"] for row in some] == ["YTO"]
    assert program.get("carrier-regions/?carrier=x").status_code == 400


def test_it_asks_as_often_for_many_regions_as_for_one(two, ann, as_user):
    client = as_user(ann)
    client.get(PAGE)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(PAGE)
        return len(queries)

    few = asked()
    for number in range(15):
        to(f"Region {number}", carrier(f"Carrier {number}"), [2.0])

    assert asked() == few
