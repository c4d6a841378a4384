"""Who is away, and that whoever stands in is told in their place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.imports.models import ImportRun
from notifications.inbox.actions import choose, tell
from notifications.inbox.models import Notification
from notifications.mail.models import Mail
from notifications.routing.actions import look_after, remove_absence, set_absence
from notifications.routing.models import Absence
from tests import factories
from tests.notifications.cast_kit import join, of

LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
AWAY = "/m/luming/settings/team/away/"
NOON = "2026-06-05T04:00:00Z"  # in Shanghai
TODAY = date(2026, 6, 5)
STOCK = {"variant_id": 0, "product": "-", "sku": "-", "units": 1, "pace": 1, "day": "2026-06-08"}
WEEK = {"first_day": TODAY, "last_day": TODAY + timedelta(days=6)}


@pytest.fixture(autouse=True)
def clock(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""
    with time_machine.travel(NOON, tick=False) as made:
        yield made


def away(user, deputy=None, **days) -> Absence:
    chosen = of(deputy) if deputy else None
    return set_absence(of(user), deputy=chosen, **{**WEEK, **days}, actor=SYSTEM)


def told() -> list[tuple[str, str]]:
    return sorted(Notification.objects.values_list("user__name", "reason"))


def mailed() -> list[str]:
    return sorted(Mail.objects.values_list("to", flat=True))


def late() -> None:
    tell("order-late", key="d", params=LATE)


def test_the_deputy_gets_the_mail_and_both_find_it_in_the_inbox(scope, ann, ben):
    away(ben, ann)
    choose(ann, [("order-late", False, "off")], actor=ann.actor)
    late()
    assert told() == [("Ann", "role"), ("Ben", "role")]
    assert mailed() == ["ann@example.com"]


def test_a_deputy_who_would_not_be_told_is_told_as_deputy(scope, ann, ben):
    dora = join(scope, "fulfilment", "Dora")
    order = factories.WarehouseFactory()
    look_after(of(ben), "warehouse", order, actor=SYSTEM)
    away(ben, dora)
    tell("stock-low", key="1", params={**STOCK, "warehouse_id": order.pk})
    assert told() == [("Ben", "place"), ("Dora", "deputy")]
    assert mailed() == ["dora@example.com"]


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=7)])
def test_before_and_after_all_is_as_always(scope, ann, ben, clock, day):
    away(ben, ann)
    clock.move_to(f"{day.isoformat()}T04:00:00Z")
    late()
    assert mailed() == ["ann@example.com", "ben@example.com"]


def test_the_day_is_the_merchants(scope, ann, ben, clock):
    away(ben, ann, first_day=TODAY, last_day=TODAY)
    clock.move_to("2026-06-04T15:59:00Z")
    tell("order-late", key="before", params=LATE)
    clock.move_to("2026-06-04T16:01:00Z")
    tell("order-late", key="on the day", params=LATE)
    bens = Mail.objects.filter(to="ben@example.com")
    assert [":before" in mail.dedupe for mail in bens] == [True]


def test_somebody_whose_role_does_not_deal_with_it_cannot_stand_in_for_it(scope, ann, ben):
    eva = join(scope, "analyst", "Eva")
    away(ben, eva)
    late()
    assert told() == [("Ann", "role"), ("Ben", "role")]
    assert mailed() == ["ann@example.com", "ben@example.com"]


def test_nobody_stands_in_for_a_stand_in(scope, ann, ben):
    dora, eva = join(scope, "fulfilment", "Dora"), join(scope, "fulfilment", "Eva")
    warehouse = factories.WarehouseFactory()
    look_after(of(ben), "warehouse", warehouse, actor=SYSTEM)
    away(ben, dora)
    away(dora, eva)  # ill since this morning
    tell("stock-low", key="1", params={**STOCK, "warehouse_id": warehouse.pk})
    assert told() == [("Ben", "place")]
    assert mailed() == ["ben@example.com"]


def test_two_who_would_stand_in_for_each_other_are_refused(scope, ann, ben):
    away(ben, ann)
    away(ann)
    with pytest.raises(Refused) as no:
        set_absence(of(ann), deputy=of(ben), **WEEK, absence=Absence.objects.get(member__user=ann), actor=SYSTEM)
    assert no.value.code == "deputy_away"


def test_whoever_did_it_needs_no_deputy_to_be_told(scope, ann, ben):
    dora = join(scope, "manager", "Dora")
    away(ann, dora)
    entry = Activity.objects.filter(kind="routing.absence_set").get()
    entry.actor_kind, entry.actor_id = "user", dora.pk
    tell("order-late", key="d", params=LATE, activity=entry)
    assert told() == [("Ann", "role"), ("Ben", "role")]


def test_what_concerns_security_is_mailed_to_the_person_themselves(scope, ann):
    dora = join(scope, "owner", "Dora")
    away(ann, dora)
    tell("token-created", key="1", params={"name": "ERP", "by": "Ann"})
    assert mailed() == ["ann@example.com", "dora@example.com"]


def test_what_one_asked_for_is_ones_own(scope, ann, ben):
    away(ann, ben)
    run = ImportRun.objects.create(file_name="x.csv", digest="x", stored_as="y", created_by=ann)
    params = {"run_id": run.pk, "file": "x.csv", "created": 1, "updated": 0, "bad": 0, "failed": False}
    tell("import-finished", key="1", params=params, only=[ann.pk])
    assert told() == [("Ann", "own")]


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"first_day": TODAY, "last_day": TODAY - timedelta(days=1)}, "days_reversed"),
        ({"first_day": TODAY - timedelta(days=9), "last_day": TODAY - timedelta(days=1)}, "days_over"),
        ({"first_day": TODAY, "last_day": TODAY + timedelta(days=366)}, "days_many"),
        ({"first_day": TODAY + timedelta(days=6), "last_day": TODAY + timedelta(days=9)}, "away_already"),
    ],
)
def test_days_that_cannot_be_are_refused(scope, ann, ben, days, code):
    away(ben)
    with pytest.raises(Refused) as no:
        away(ben, ann, **days)
    assert no.value.code == code
    assert Absence.objects.count() == 1


def test_the_tables_refuse_what_the_action_would(scope, ann, ben):
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(member=of(ann), deputy=of(ann), **WEEK)
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(member=of(ann), first_day=TODAY, last_day=TODAY - timedelta(days=1))


def posted(user, deputy=None, **fields) -> dict[str, object]:
    days = {"first_day": "2026-06-06", "last_day": "2026-06-09"}
    return {"member": of(user).pk, "deputy": of(deputy).pk if deputy else "", **days, **fields}


def test_a_member_enters_changes_and_removes_their_own(scope, ann, ben, as_user):
    client = as_user(ben)
    answer = client.post(f"{AWAY}new/", posted(ben, ann), follow=True).content.decode()
    assert "Saved. Ann stands in for Ben." in answer
    row = Absence.objects.get()
    client.post(f"{AWAY}{row.pk}/", posted(ben, ann, last_day="2026-06-20"))
    row.refresh_from_db()
    assert row.last_day == date(2026, 6, 20)
    answer = client.post(f"{AWAY}{row.pk}/remove/", follow=True).content.decode()
    assert Absence.objects.count() == 0
    assert "Nobody is away" in answer
    undo = answer.split(f'action="{AWAY}new/')[1].split('"')[0].replace("&amp;", "&")
    client.post(f"{AWAY}new/{undo}")
    assert (Absence.objects.get().deputy, Absence.objects.get().last_day) == (of(ann), date(2026, 6, 20))


def test_only_a_manager_enters_it_for_others(scope, ann, ben, as_user):
    assert as_user(ben).post(f"{AWAY}new/", posted(ann)).status_code == 422
    anns = away(ann)
    assert as_user(ben).get(f"{AWAY}{anns.pk}/").status_code == 404
    assert as_user(ben).post(f"{AWAY}{anns.pk}/remove/").status_code == 404
    assert (
        as_user(join(scope, "manager", "Max")).post(f"{AWAY}new/", posted(ben, ann)).status_code == 422
    )  # ann is away
    assert as_user(ann).post(f"{AWAY}new/", posted(ben)).status_code == 302
    assert Absence.objects.count() == 2


def test_who_was_counted_on_is_named(scope, ann, ben, as_user):
    away(ben, ann)
    answer = as_user(ann).post(f"{AWAY}new/", posted(ann), follow=True).content.decode()
    assert "Ann was to stand in for Ben on some of these days" in answer


def test_a_stranger_can_neither_be_away_nor_stand_in(scope, rival, ann, cleo, as_user):
    with tenant(rival):
        strange = of(cleo).pk
    assert as_user(ann).post(f"{AWAY}new/", posted(ann) | {"deputy": strange}).status_code == 422
    assert as_user(ann).post(f"{AWAY}new/", posted(ann) | {"member": strange}).status_code == 422


def test_who_passes_something_on_sees_that_the_colleague_is_away(scope, ann, ben, as_user):
    away(ben)
    late()
    note = Notification.objects.get(user=ann)
    assert (
        "Ben · Fulfilment · Away until 11 Jun 2026" in as_user(ann).get(f"/m/luming/inbox/{note.pk}/").content.decode()
    )


def test_the_team_sees_who_is_away(scope, ann, ben, as_user):
    away(ben, ann)
    assert "Away until 11 Jun 2026, Ann stands in" in as_user(ann).get("/m/luming/settings/team/").content.decode()
    remove_absence(Absence.objects.get(), actor=ann.actor)
    assert "Away until" not in as_user(ann).get("/m/luming/settings/team/").content.decode()


def test_the_list_has_now_and_over_apart(scope, ann, ben, as_user, clock):
    away(ben)
    client = as_user(ann)
    assert "Away now" in client.get(AWAY).content.decode()
    clock.shift(timedelta(days=8))
    client = as_user(ann)
    assert list(client.get(AWAY).context["page"].rows) == []
    assert "Ben" in client.get(f"{AWAY}?tab=over").context["page"].rows[0].member.user.name
