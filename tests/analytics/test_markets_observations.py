"""Outside competitors: named and observed by staff, by form and by file; nobody else may."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Activity
from analytics.markets.actions import name_competitor, observe
from analytics.markets.models import WEEK, Market, Observation, Player
from analytics.markets.observing import read_file
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant
from tests import factories
from tests.analytics.markets_kit import LAST

HEAD = "competitor,week,units,value,price,promotion\n"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 4, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def market(db):
    return Market.objects.create(category=factories.CategoryFactory(name="Teaware"), currency="CNY", last_week=LAST)


@pytest.fixture
def desk(settings, as_user):
    settings.STAFF_MFA_REQUIRED = False
    return as_user(factories.UserFactory(staff_role="admin"))


def sent(desk, market, text: str, do: str):
    file = SimpleUploadedFile("seen.csv", text.encode())
    return desk.post(reverse("staff-market-file", args=[market.pk]), {"file": file, "source": "panel", "do": do})


def test_good_rows_are_taken_and_bad_ones_given_back_with_the_reason(market, desk):
    text = (
        HEAD
        + f"Porcelain Park,{LAST},40,,12.50,0.5\n"
        + f"Porcelain Park,{LAST},41,,,\n"
        + f"Porcelain Park,{LAST - WEEK},many,,,\n"
        + f"Oolong Yard,{LAST + WEEK},4,,,\n"
    )

    checked = sent(desk, market, text, "check").content.decode()
    assert "What the file would bring" in checked
    assert not Observation.objects.exists()
    taken = sent(desk, market, text, "take").content.decode()
    bad = b"".join(sent(desk, market, text, "bad")).decode("utf-8-sig").splitlines()

    row = Observation.objects.get()
    assert (row.player.name, row.units, row.promotion, row.source) == ("Porcelain Park", 40, 0.5, "panel")
    assert row.known_at == datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    assert "is in the file twice" in taken
    assert len(bad) == 4
    assert "“many” is not a number." in bad[2]
    assert "This week is not over yet." in bad[3]


def test_what_is_known_is_not_written_twice_and_a_correction_stands_beside_the_first(market):
    first = read_file(HEAD + f"Porcelain Park,{LAST},40,,12.5,\n", LAST).good
    assert observe(market, first, actor=SYSTEM, source="").new == 1
    assert observe(market, first, actor=SYSTEM, source="").known == 1

    corrected = read_file(HEAD + f"porcelain park,{LAST},44,,12.5,\n", LAST).good
    taken = observe(market, corrected, actor=SYSTEM, source="")

    assert (taken.replaced, taken.competitors) == (1, 0)
    assert list(Observation.objects.order_by("pk").values_list("units", flat=True)) == [40, 44]
    with every_tenant("staff's activity"):
        assert Activity.objects.filter(kind="markets.observations_recorded").count() == 2


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (f",{LAST},1,,,", "needs a name"),
        (f"{'x' * 121},{LAST},1,,,", "needs a name"),
        ("A,yesterday,1,,,", "must be a date"),
        ("A,2026-11-10,1,,,", "begin on Monday"),
        (f"A,{LAST},,,,", "Units are missing"),
        (f"A,{LAST},-1,,,", "must be between"),
        (f"A,{LAST},nan,,,", "must be between"),
        (f"A,{LAST},1e308,,,", "must be between"),
        (f"A,{LAST},1,,0,", "above zero"),
        (f"A,{LAST},1,,,1.5", "between 0 and 1"),
        (f"A,{LAST}", "Units are missing"),
    ],
)
def test_each_bad_row_says_why(cells, reason):
    read = read_file(HEAD + cells + "\n\n", LAST)

    assert read.good == []
    assert reason in read.bad[0].reason


def test_a_file_without_the_columns_or_without_anything_says_so():
    assert "“week” is missing" in read_file("competitor,units\nA,1\n", LAST).bad[0].reason
    assert "empty" in read_file("", LAST).bad[0].reason


def test_a_competitor_has_one_name_in_a_market(market, desk):
    player = name_competitor(market, "Porcelain Park", actor=SYSTEM)
    with pytest.raises(Refused):
        name_competitor(market, "PORCELAIN park ", actor=SYSTEM)
    address = reverse("staff-market-competitor", args=[market.pk])

    assert desk.post(address, {"name": "porcelain park"}).status_code == 422
    assert desk.post(address, {"player": player.pk, "name": "Porcelain Garden"}).status_code == 302

    assert Player.objects.get().name == "Porcelain Garden"


def test_one_week_by_form(market, desk):
    address = reverse("staff-market-observation", args=[market.pk])

    wrong = desk.post(address, {"name": "Porcelain Park", "week": "2026-11-10", "units": "-3", "price": "0"})
    right = desk.post(address, {"name": "Porcelain Park", "week": LAST.isoformat(), "units": "30", "price": "9.90"})

    assert wrong.status_code == 422
    for said in ("The week must begin on Monday.", "Units must be zero or more.", "A price must be above zero."):
        assert said in wrong.content.decode()
    assert right.status_code == 302
    assert Observation.objects.get().units == 30
    text = desk.get(reverse("staff-market", args=[market.pk])).content.decode()
    assert "Porcelain Park" in text
    assert "Teaware" in desk.get(reverse("staff-markets")).content.decode()


def test_shops_and_other_staff_may_not(market, shop, ann, mo, as_user):
    for user, status in ((ann, 404), (mo, 403)):
        client = as_user(user)
        assert client.get(reverse("staff-market", args=[market.pk])).status_code == status
        assert client.post(reverse("staff-market-observation", args=[market.pk]), {}).status_code == status
