"""The activity page: who did what when, in words, cut by filters, and as a file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.activity.wording import changes_in_words
from accounts.members import actions
from accounts.merchants.actions import change_settings
from accounts.models import Membership
from accounts.people.actions import password_changed
from core.actors import SYSTEM
from core.events import label_of, sentence_of
from core.tenancy import tenant

AUDIT = "/m/luming/settings/audit/"


@pytest.fixture
def busy(shop, ann, ben, cleo, rival):
    """Ann and Ben did something in shop A, Cleo in shop B."""
    with tenant(shop), time_machine.travel(datetime(2026, 3, 2, 15, 0, tzinfo=UTC), tick=False) as clock:
        held = Membership.objects.select_related("merchant").get(user=ann).permissions
        actions.invite(email="ken@example.com", role="analyst", held=held, invited_by=ann, actor=ann.actor)
        clock.move_to(datetime(2026, 3, 2, 17, 0, tzinfo=UTC))
        change_settings(shop, actor=ben.actor, ship_within_hours=24)
    with tenant(rival):
        change_settings(rival, actor=cleo.actor, name="Qingyun Secret")


def rows(client, query: str = "", address: str = AUDIT) -> list[str]:
    return [row.kind for row in client.get(f"{address}{query}").context["page"].rows]


def test_the_page_says_who_did_what(as_user, ann, busy):
    page = as_user(ann).get(AUDIT).content.decode()

    for words in (
        "Member invited",
        "ken@example.com",
        "Shop settings changed",
        "Ship within, hours:",
        "48 → 24",
        "Ben",
    ):
        assert words in page
    assert "Secret" not in page


def test_it_is_cut_by_person_kind_object_day_and_words(as_user, ann, ben, shop, busy):
    client = as_user(ann)
    both = ["merchants.settings_changed", "members.invited"]
    assert rows(client) == both
    assert rows(client, f"?who=user:{ben.pk}") == ["merchants.settings_changed"]
    assert rows(client, "?who=system") == []
    assert rows(client, "?kind=members.invited") == ["members.invited"]
    assert rows(client, f"?about=accounts.merchant:{shop.pk}") == ["merchants.settings_changed"]
    assert rows(client, "?q=KEN@") == ["members.invited"]
    assert rows(client, "?q=settings changed") == ["merchants.settings_changed"]
    # 17:00 UTC is the next day in Shanghai
    assert rows(client, "?at_after=2026-03-03") == ["merchants.settings_changed"]
    assert rows(client, "?at_before=2026-03-02") == ["members.invited"]
    assert rows(client, "?sort=at") == both[::-1]


@pytest.mark.parametrize(
    "nonsense",
    ["?who=user:x", "?who=user:99999999999999999999", "?about=nothing", "?about=accounts.user:-1", "?kind=no.such",
     "?at_after=yesterday", "?at_after=0001-01-01&at_before=9999-12-31", "?after=xyz", "?q=%00"],
)  # fmt: skip
def test_nonsense_in_the_address_is_borne(as_user, ann, busy, nonsense):
    assert as_user(ann).get(f"{AUDIT}{nonsense}").status_code == 200


def test_somebody_who_left_can_still_be_asked_for(as_user, ann, ben, shop, busy):
    with tenant(shop):
        Membership.objects.get(user=ben).delete()

    page = as_user(ann).get(f"{AUDIT}?who=user:{ben.pk}")

    assert [row.actor_label for row in page.context["page"].rows] == ["Ben"]
    assert [chip["value"] for chip in page.context["page"].chips] == ["Ben"]


def test_the_export_has_a_line_for_each_change(as_user, ann, shop, busy):
    response = as_user(ann).get(f"{AUDIT}export.csv?kind=merchants.settings_changed")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == [
        "Time,Who,What,Object,Field,Before,After",
        '2026-03-03T01:00:00+08:00,Ben,Shop settings changed,Luming Teaware,"Ship within, hours",48,24',
    ]


def test_who_may_see_and_export(as_user, ann, ben, cleo, busy):
    client = as_user(ben)
    assert client.get(AUDIT).status_code == 403
    assert client.get(f"{AUDIT}export.csv").status_code == 403
    client = as_user(cleo)
    assert client.get(AUDIT).status_code == 404
    assert client.get(f"{AUDIT}export.csv").status_code == 404


def test_staff_sees_all_shops_and_facts_of_none(as_user, mo, ann, rival, busy):
    password_changed(ann, by_mail=False)
    client = as_user(mo)
    assert client.get("/staff/activity/").status_code == 403
    mo.staff_role = "admin"
    mo.save()
    client = as_user(mo)
    address = "/staff/activity/"

    assert sorted(rows(client, address=address)) == [
        "members.invited",
        "merchants.settings_changed",
        "merchants.settings_changed",
        "people.password_changed",
    ]
    assert rows(client, f"?merchant={rival.pk}", address) == ["merchants.settings_changed"]
    body = b"".join(client.get(f"{address}export.csv").streaming_content).decode()
    assert "Qingyun" in body


def test_the_number_of_queries_does_not_grow(as_user, ann, shop):
    def hours(first: int, last: int) -> None:
        with tenant(shop):
            for value in range(first, last):
                shop.refresh_from_db()
                change_settings(shop, actor=SYSTEM, ship_within_hours=value)

    client = as_user(ann)
    hours(1, 2)
    client.get(AUDIT)
    with CaptureQueriesContext(connection) as few:
        client.get(AUDIT)
    hours(2, 25)
    with CaptureQueriesContext(connection) as many:
        client.get(AUDIT)
    assert len(many) == len(few)


def test_changes_are_put_into_words(db):
    changes = changes_in_words(
        "accounts.merchant",
        {
            "state": ["active", "suspended"],
            "state_changed_at": [None, "2026-03-02T17:00:00+00:00"],
            "gone_field": [True, False],
            "permissions": [[], ["orders.view", "stock.adjust"]],
        },
    )

    assert [(change.label, change.old, change.new) for change in changes] == [
        ("State", "Active", "Suspended"),
        ("State changed at", "", "2 Mar, 17:00"),
        ("Gone field", "Yes", "No"),
        ("Permissions", "", "See orders, Adjust stock"),
    ]
    assert changes_in_words("no.model", {"x": ["a", 1.5]})[0].new == "1.5"


def test_a_fact_whose_code_is_gone_keeps_its_kind():
    assert label_of("gone.fact") == "gone.fact"
    assert sentence_of("tokens.created", {}) == "API token created"
    assert sentence_of("tokens.created", {"name": "ERP"}) == "API token “ERP” created"


def test_the_log_is_read_in_the_readers_language(as_user, ann, busy):
    ann.language = "zh-hans"
    ann.save()

    page = as_user(ann).get(AUDIT).content.decode()

    assert "修改店铺设置" in page
