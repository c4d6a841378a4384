"""What is to be acted on today and lies unopened goes to the next member, then to the owners, and no further."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Activity
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from ecommerce.complaints.models import Complaint
from notifications.inbox import escalation
from notifications.inbox.actions import choose, settle, tell
from notifications.inbox.escalation import due_escalations, escalate
from notifications.inbox.kinds import KINDS
from notifications.inbox.models import Notification, Urgency
from notifications.inbox.tasks import escalate_unopened, prune_inbox
from notifications.inbox.triage import HISTORY
from notifications.mail.models import Mail
from notifications.routing.actions import look_after, set_absence
from notifications.routing.models import Escalation
from tests import factories
from tests.notifications.cast_kit import join, of
from tests.race import alone, shared_database, together

NOON = "2026-06-05T04:00:00Z"  # in Shanghai, where the shop is open from nine to six every day
MARK = "/m/luming/inbox/mark/"
COMPLAINT = {"number": "C-7", "topic": "damaged", "due": "2026-06-07T04:00:00+00:00", "refund": "", "currency": "CNY"}
TODAY = date(2026, 6, 5)
HOURS = timedelta(hours=4)  # what complaint-opened may take


@pytest.fixture(autouse=True)
def clock(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""
    with time_machine.travel(NOON, tick=False) as made:
        yield made


@pytest.fixture
def team(scope, ann):
    """Ann owns the shop, Dora, Eva and Finn do support; Dora looks after the product of a complaint."""
    dora, eva, finn = (join(scope, "support", name) for name in ("Dora", "Eva", "Finn"))
    product = factories.ProductFactory()
    look_after(of(dora), "product", product, actor=SYSTEM)
    return {"ann": ann, "dora": dora, "eva": eva, "finn": finn, "product": product}


def complain(key: str = "7") -> None:
    """Tell a fact that names the product of Dora."""
    params = COMPLAINT | {"number": f"C-{key}"}
    tell("complaint-opened", key=key, params=params)


@pytest.fixture
def complaint(team):
    for number in ("C-7", "C-8"):
        Complaint.objects.create(number=number, subject="-", due_at="2026-06-07T04:00Z", product=team["product"])
    complain()
    return team


def told() -> dict[str, str]:
    return dict(Notification.objects.order_by("pk").values_list("user__name", "reason"))


def mailed(name: str) -> int:
    return Mail.objects.filter(to=f"{name}@example.com").count()


def later(clock, by: timedelta = HOURS) -> None:
    clock.shift(by)
    escalate_unopened()


def test_unopened_it_goes_to_one_more_then_to_the_owner_and_stays_there(complaint, clock):
    assert told() == {"Dora": "care"}
    later(clock, HOURS - timedelta(minutes=1))
    assert told() == {"Dora": "care"}
    later(clock, timedelta(minutes=1))
    escalate_unopened()
    assert told() == {"Dora": "care", "Eva": "escalated"}
    later(clock, HOURS - timedelta(minutes=1))
    assert set(told()) == {"Dora", "Eva"}
    clock.move_to("2026-06-07T02:00:00Z")  # the second four hours reach into the next day's opening time
    escalate_unopened()
    assert told() == {"Dora": "care", "Eva": "escalated", "Ann": "escalated"}
    later(clock, timedelta(days=3))
    assert set(told()) == {"Dora", "Eva", "Ann"}
    assert [mailed(name) for name in ("dora", "eva", "finn", "ann")] == [1, 1, 0, 1]
    assert Activity.objects.filter(kind="inbox.escalated").count() == 2
    assert Escalation.objects.get().due_at is None


def test_only_opening_time_counts(complaint, clock):
    clock.move_to("2026-06-05T09:59:00Z")  # 17:59
    complain("8")
    clock.move_to("2026-06-05T23:00:00Z")  # the next morning at seven
    escalate_unopened()
    assert not Notification.objects.filter(key="8", reason="escalated").exists()
    clock.move_to("2026-06-06T05:00:00Z")
    escalate_unopened()
    assert Notification.objects.filter(key="8", reason="escalated").exists()


@pytest.mark.parametrize("doing", ["read", "follow", "archive", "snooze-hours"])
def test_the_first_look_of_anybody_stops_it(complaint, as_user, clock, doing):
    row = Notification.objects.get(user=complaint["dora"])
    as_user(complaint["dora"]).post(MARK, {"do": f"{doing}:{row.pk}"})
    later(clock)
    assert set(told()) == {"Dora"}
    assert Escalation.objects.get().due_at is None


def test_a_look_of_the_next_one_keeps_it_from_the_owner(complaint, as_user, clock):
    later(clock)
    row = Notification.objects.get(user=complaint["eva"])
    as_user(complaint["eva"]).post(f"/m/luming/inbox/{row.pk}/do/", {"do": "open"})
    later(clock, timedelta(days=2))
    assert "Ann" not in told()


def test_what_is_settled_goes_no_further(complaint, clock):
    settle("complaint-opened", key="7")
    assert Escalation.objects.get().due_at is None
    later(clock)
    assert set(told()) == {"Dora"}


def test_an_owner_who_was_told_with_everybody_is_reminded(scope, ann, ben, clock):
    params = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
    tell("order-late", key="d", params=params)
    Notification.objects.filter(user=ann).update(rank=99)
    later(clock)
    mine = Notification.objects.get(user=ann)
    assert (mine.reason, mine.state, mine.rank != 99) == ("escalated", "unread", True)
    assert (mailed("ann"), mailed("ben")) == (2, 1)
    assert Notification.objects.count() == 2


def test_who_is_away_or_does_not_want_it_is_passed_over_but_for_the_owner(complaint, clock):
    ann, eva, finn = complaint["ann"], complaint["eva"], complaint["finn"]
    set_absence(of(eva), deputy=None, first_day=TODAY, last_day=TODAY, actor=SYSTEM)
    choose(finn, [("complaint-opened", False, "off")], actor=finn.actor)
    choose(ann, [("complaint-opened", False, "off")], actor=ann.actor)
    later(clock)
    assert told() == {"Dora": "care", "Ann": "escalated"}
    assert mailed("ann") == 0
    assert Escalation.objects.get().due_at is None


def test_the_deputy_of_an_owner_who_is_away_is_told_too(complaint, clock, scope):
    Escalation.objects.update(step=1)
    set_absence(of(complaint["ann"]), deputy=of(complaint["finn"]), first_day=TODAY, last_day=TODAY, actor=SYSTEM)
    later(clock)
    assert told() == {"Dora": "care", "Ann": "escalated", "Finn": "deputy"}
    assert (mailed("ann"), mailed("finn")) == (0, 1)


def test_what_may_wait_never_goes_further(scope, ann, ben, clock):
    tell("stock-low-many", key="d", params={"count": 2, "product": "Gaiwan", "day": "2026-06-08"})
    assert Escalation.objects.count() == 0
    assert {kind.name for kind in KINDS if kind.goes_further} == {
        kind.name for kind in KINDS if kind.urgency == Urgency.ACT
    }
    assert all(timedelta(hours=1) <= kind.within <= timedelta(days=1) for kind in KINDS)


def test_shops_do_not_mix(complaint, rival, cleo, clock):
    with tenant(rival):
        complain()
        later(clock)
        assert told() == {"Cleo": "escalated"}
    assert set(told()) == {"Dora", "Eva"}


def test_one_that_fails_does_not_hold_up_the_others(complaint, clock, monkeypatch, caplog):
    complain("8")
    real, bad = escalation.send_notice, []

    def fails_once(member, kind, key, params, **more):
        if key.startswith("7"):
            bad.append(key)
            raise RuntimeError("no words")
        return real(member, kind, key, params, **more)

    monkeypatch.setattr(escalation, "send_notice", fails_once)
    later(clock)
    assert bad == ["7"]
    assert not Notification.objects.filter(key="7", reason="escalated").exists()
    assert Notification.objects.filter(key="8", reason="escalated").exists()
    assert "failed" in caplog.text
    monkeypatch.undo()
    later(clock, timedelta(hours=1))
    assert Notification.objects.filter(key="7", reason="escalated").count() == 1


def test_looking_for_what_is_due_is_a_query_each_for_unopened_and_undone_when_nothing_is(complaint):
    with CaptureQueriesContext(connection) as queries:
        escalate_unopened()
    assert len(queries) == 2


def test_what_is_a_year_old_is_forgotten(complaint, clock):
    clock.shift(HISTORY + timedelta(days=1))
    prune_inbox()
    assert Escalation.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_moment_take_one_step_once(transactional_db, tmp_path, settings):
    """Each has its own connection, and both read what is due before either writes."""
    shop = factories.MerchantFactory(name="Luming Teaware", slug="luming")
    with tenant(shop):
        for name in ("Dora", "Eva", "Finn"):
            join(shop, "support", name)
        join(shop, "owner", "Ann")
        tell("complaint-opened", key="7", params=COMPLAINT)
        Notification.objects.exclude(user__name="Dora").delete()
        now = Escalation.objects.get().due_at
    assert now is not None

    def worker() -> list[int]:
        with every_tenant("what lies unopened at all merchants"):
            [(pk, merchant)] = due_escalations(now)
        with tenant(merchant):
            return escalate(pk, now=now)

    with shared_database(tmp_path):
        outcome = together(worker, worker)
        reasons = alone(lambda: _reasons(shop))
        again = alone(lambda: _escalate_all(now))
    assert not [one for one in outcome if isinstance(one, Exception)], outcome
    assert sorted(map(len, outcome)) == [0, 1]
    assert reasons.count("escalated") == 1
    assert again == []


def _reasons(shop) -> list[str]:
    with tenant(shop):
        return list(Notification.objects.values_list("reason", flat=True))


def _escalate_all(now) -> list[tuple[int, int]]:
    with every_tenant("what lies unopened at all merchants"):
        return due_escalations(now)
