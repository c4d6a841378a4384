"""What staff do with notices as members do with theirs: put off, fold, pass on, turn off, stand in, let go further."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.complaints.actions import escalate_complaint
from notifications.digests.tasks import mail_digests
from notifications.inbox.models import MailTimes
from notifications.models import Mail, StaffAbsence, StaffEscalation, StaffNotice
from notifications.routing.actions import set_staff_absence
from notifications.staffbox.actions import choose, put, settle
from notifications.staffbox.doing import assign
from notifications.staffbox.kinds import staff_kind
from notifications.staffbox.models import StaffChoice
from notifications.staffbox.tasks import tend_staffbox
from tests import factories
from tests.ecommerce.complaints_kit import opened
from tests.notifications.test_staffbox import PAGE, SAMPLE, mark, notice

NOON = "2026-06-05T04:00:00Z"  # in Shanghai, where the shops are
TODAY = date(2026, 6, 5)
WEEK = {"first_day": TODAY, "last_day": TODAY + timedelta(days=6)}
AWAY = "/staff/away/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL, settings.STAFF_MFA_REQUIRED = True, "", False
    with time_machine.travel(NOON, tick=False) as made:
        yield made


def staff(name: str, role: str = "moderator"):
    return factories.UserFactory(name=name, email=f"{name.lower()}@example.com", staff_role=role)


@pytest.fixture
def mia(db):
    return staff("Mia")


def tell(shop, *people, kind: str = "complaint-escalated", key: str = "1") -> None:
    with tenant(shop):
        put(staff_kind(kind), key, SAMPLE, people, at=timezone.now())


def reasons() -> dict[str, str]:
    return dict(StaffNotice.objects.order_by("pk").values_list("user__name", "reason"))


def mailed() -> list[str]:
    with every_tenant("mails to staff belong to no shop"):
        return sorted(Mail.objects.values_list("to", flat=True))


def fresh(row: StaffNotice) -> StaffNotice:
    row.refresh_from_db()
    return row


# put off


def test_what_is_put_off_leaves_the_list_and_comes_back_unread_on_top(as_user, shop, mo, clock):
    row, other = notice(mo, shop, 1, state="read"), notice(mo, shop, 2)
    client = as_user(mo)
    answer = client.post(f"{PAGE}{row.pk}/do/", {"do": "snooze-hours"}, headers=HTMX)
    assert "staff-inbox-changed" in answer["HX-Trigger"]
    assert "Teapot 1." not in client.get(PAGE).content.decode()
    assert "Teapot 1." in client.get(f"{PAGE}?tab=snoozed").content.decode()
    clock.shift(timedelta(hours=3))
    tend_staffbox()
    assert (fresh(row).state, row.snoozed_until, row.rank < other.rank) == ("unread", None, True)
    assert row.at < timezone.now(), "a decision made before it woke up settles it still"


def test_putting_off_many_is_taken_back_and_what_is_decided_sleeps_no_longer(as_user, shop, mo, mia):
    rows = [notice(mo, shop, number) for number in (1, 2)]
    client = as_user(mo)
    client.post(f"{PAGE}mark/", {"do": f"snooze-week:{rows[0].pk}+{rows[1].pk}"})
    assert StaffNotice.objects.snoozed(timezone.now()).count() == 2
    client.post(f"{PAGE}mark/?undo=1&unread={rows[0].pk}")
    assert (fresh(rows[0]).state, rows[0].snoozed_until) == ("unread", None)
    with tenant(shop):
        decided = Activity.objects.create(kind="x", actor_kind="user", actor_id=mia.pk, at=timezone.now())
        settle("review-held", beginning="2:", by=decided)
    assert (fresh(rows[1]).state, rows[1].snoozed_until, rows[1].handled_by) == ("handled", None, mia)


def test_a_day_that_is_over_is_refused_where_it_was_typed(as_user, shop, mo):
    row = notice(mo, shop)
    answer = as_user(mo).post(f"{PAGE}{row.pk}/do/", {"do": "snooze", "day": "2026-06-05"})
    assert answer.status_code == 422
    assert "Choose a day after today" in answer.content.decode()
    assert fresh(row).snoozed_until is None


# fold


def test_many_of_a_kind_are_one_line_over_all_shops_that_opens_the_queue(as_user, shop, rival):
    carol = staff("Carol", "care")
    values = {"kind": "merchant-applied", "params": SAMPLE}
    rows = [notice(carol, one, number, **values) for number, one in enumerate((shop, rival, shop, rival, shop))]
    client = as_user(carol)
    text = client.get(PAGE).content.decode()
    assert "5 shops wait for approval" in text
    assert 'href="/staff/merchants/?tab=applied"' in text
    assert "Show all 5 here" in text
    assert client.get("/staff/merchants/?tab=applied").status_code == 200
    client.post(f"{PAGE}mark/", {"do": "archive:" + "+".join(str(row.pk) for row in rows)})
    assert set(StaffNotice.objects.values_list("state", flat=True)) == {"done"}


def test_the_line_of_appeals_opens_appeals_and_not_what_was_escalated(as_user, scope, mo):
    complaint = escalate_complaint(opened(), because="merchant", actor=SYSTEM)
    client = as_user(mo)
    assert complaint.number in client.get(staff_kind("complaint-escalated").fold_path).content.decode()
    assert complaint.number not in client.get(staff_kind("complaint-appealed").fold_path).content.decode()


# pass on


def test_passed_on_it_lies_with_the_colleague_and_is_taken_back_until_they_read_it(as_user, shop, mo, mia, db):
    tell(shop, mo, mia)
    mine, theirs = StaffNotice.objects.get(user=mo), StaffNotice.objects.get(user=mia)
    client = as_user(mo)
    assert "Mia · Moderator" in client.get(f"{PAGE}{mine.pk}/").content.decode()
    client.post(f"{PAGE}{mine.pk}/do/", {"do": "assign", "to": mia.pk})
    assert (fresh(mine).state, fresh(theirs).state, theirs.assigned_by) == ("done", "unread", mo)
    assert "Mo passed it on to you." in as_user(mia).get(f"{PAGE}{theirs.pk}/").content.decode()
    as_user(mo).post(f"{PAGE}{mine.pk}/do/", {"do": "take-back"})
    assert (fresh(mine).state, fresh(theirs).assigned_by) == ("read", None)
    client.post(f"{PAGE}{mine.pk}/do/", {"do": "assign", "to": mia.pk})
    mark(as_user(mia), theirs, "read")
    answer = as_user(mo).post(f"{PAGE}{mine.pk}/do/", {"do": "take-back"}, follow=True)
    assert "They have read it already" in answer.content.decode()
    with every_tenant("facts of the platform"):
        assert set(Activity.objects.filter(kind="staffbox.assigned").values_list("merchant", flat=True)) == {None}


def test_only_who_may_deal_with_it_is_given_it_and_only_while_it_waits(as_user, shop, mo, mia):
    carol = staff("Carol", "care")
    row = notice(mo, shop)
    client = as_user(mo)
    assert "Carol" not in client.get(f"{PAGE}{row.pk}/").content.decode()
    assert client.post(f"{PAGE}{row.pk}/do/", {"do": "assign", "to": carol.pk}).status_code == 422
    with pytest.raises(Refused):
        assign(row, to=carol, by=mo, actor=mo.actor)
    assert not StaffNotice.objects.filter(user=carol).exists()
    StaffNotice.objects.update(state="handled", handled_by=mia)
    with pytest.raises(Refused) as no:
        assign(fresh(row), to=mia, by=mo, actor=mo.actor)
    assert no.value.status == 409


def test_what_was_passed_on_and_then_decided_is_handled_by_who_decided(shop, mo, mia):
    tell(shop, mo, mia, kind="review-held", key="1:1")
    assign(StaffNotice.objects.get(user=mo), to=mia, by=mo, actor=mo.actor)
    with tenant(shop):
        decided = Activity.objects.create(kind="x", actor_kind="user", actor_id=mia.pk, at=timezone.now())
        settle("review-held", beginning="1:", by=decided)
    assert set(StaffNotice.objects.values_list("state", "handled_by__name")) == {("handled", "Mia")}


# turn off, and by e-mail


def test_a_kind_that_is_turned_off_comes_no_more_until_it_is_turned_on(as_user, shop, mo, mia):
    row = notice(mo, shop)
    client = as_user(mo)
    client.post(f"{PAGE}{row.pk}/do/", {"do": "mute"})
    assert "You turned this kind off" in client.get(f"{PAGE}{row.pk}/").content.decode()
    tell(shop, mo, mia, kind="review-held", key="2:2")
    assert list(StaffNotice.objects.filter(key="2:2").values_list("user__name", flat=True)) == ["Mia"]
    client.post(f"{PAGE}{row.pk}/do/?do=unmute")
    tell(shop, mo, kind="review-held", key="3:3")
    assert StaffNotice.objects.filter(user=mo, key="3:3").exists()


def test_each_chooses_what_their_role_deals_with_and_when_it_is_mailed(as_user, mo):
    client = as_user(mo)
    text = client.get(f"{PAGE}choices/").content.decode()
    assert "A review is held" in text
    assert "A shop applied" not in text
    given = {"inbox:review-held": "on", "mail:review-held": "daily", "mail:complaint-escalated": "now"}
    given |= {"inbox:complaint-appealed": "on", "mail:complaint-appealed": "off", "digest_hour": "9"}
    assert client.post(f"{PAGE}choices/", given)["Location"] == f"{PAGE}choices/"
    chosen = {row.kind: (row.inbox, row.mail) for row in StaffChoice.objects.filter(user=mo)}
    assert chosen["review-held"] == (True, "daily")
    assert chosen["complaint-escalated"] == (False, "now")
    assert client.post(f"{PAGE}choices/", given | {"quiet_from": "8"}).status_code == 200
    assert MailTimes.objects.get(user=mo).quiet_from is None, "half a quiet time is refused"


def test_a_summary_has_what_was_not_opened_meanwhile_once_and_says_of_which_shop(shop, rival, mo, clock):
    choose(mo, [("review-held", True, "daily"), ("complaint-escalated", True, "now")])
    tell(shop, mo, kind="review-held", key="1")
    tell(rival, mo, kind="review-held", key="2")
    tell(shop, mo, kind="review-held", key="3")
    tell(shop, mo)
    assert mailed() == ["mo@example.com"], "what is to be acted on was wanted at once"
    StaffNotice.objects.filter(key="3").update(state="read")
    clock.shift(timedelta(days=1))
    mail_digests()
    mail_digests()
    with every_tenant("mails to staff belong to no shop"):
        (mail,) = Mail.objects.filter(subject__contains="2 notifications")
    assert mail.merchant_id is None
    assert "Luming Teaware" in mail.text
    assert "Qingyun Pottery" in mail.text
    assert "/staff/inbox/choices/" in mail.text
    assert len(mailed()) == 2


def test_who_may_no_longer_deal_with_it_gets_no_summary_of_it(shop, mo, clock):
    choose(mo, [("review-held", True, "daily")])
    tell(shop, mo, kind="review-held")
    mo.staff_role = "care"
    mo.save()
    clock.shift(timedelta(days=1))
    mail_digests()
    assert mailed() == []


# stand in


def test_the_deputy_gets_the_mail_and_what_they_had_turned_off(shop, mo, mia):
    choose(mo, [("complaint-escalated", True, "now")])
    choose(mia, [("complaint-escalated", False, "off")])
    set_staff_absence(mo, deputy=mia, **WEEK, actor=SYSTEM)
    tell(shop, mo, mia)
    assert reasons() == {"Mo": "role", "Mia": "deputy"}
    assert mailed() == ["mia@example.com"]


def test_before_it_and_for_what_the_deputys_role_does_not_deal_with_all_is_as_always(shop, mo, clock):
    carol = staff("Carol", "care")
    choose(mo, [("review-held", True, "now"), ("complaint-escalated", True, "now")])
    set_staff_absence(mo, deputy=carol, **WEEK, actor=SYSTEM)
    tell(shop, mo, kind="review-held")
    assert (reasons(), mailed()) == ({"Mo": "role"}, ["mo@example.com"])
    clock.move_to("2026-06-12T04:00:00Z")
    tell(shop, mo, carol)
    assert mailed() == ["mo@example.com", "mo@example.com"]


def test_staff_enter_their_own_days_and_admins_those_of_all(as_user, mo, mia):
    ada, form = staff("Ada", "admin"), {"first_day": "2026-06-08", "last_day": "2026-06-12"}
    client = as_user(mo)
    client.post(f"{AWAY}new/", {**form, "member": mo.pk, "deputy": mia.pk})
    (absence,) = StaffAbsence.objects.all()
    assert "Mia" in client.get(AWAY).content.decode()
    assert client.post(f"{AWAY}new/", {**form, "member": mia.pk}).status_code == 422
    assert as_user(mia).get(f"{AWAY}{absence.pk}/").status_code == 404
    assert as_user(mia).post(f"{AWAY}{absence.pk}/remove/").status_code == 404
    taken = as_user(mia).post(f"{AWAY}new/", {**form, "member": mia.pk, "deputy": mo.pk})
    assert "is away too" in taken.content.decode()
    answer = as_user(ada).post(f"{AWAY}{absence.pk}/remove/", follow=True)
    assert "The absence of Mo is removed." in answer.content.decode()
    as_user(ada).post(f"{AWAY}new/?member={mo.pk}&deputy={mia.pk}&first_day=2026-06-08&last_day=2026-06-12")
    assert StaffAbsence.objects.get().deputy == mia, "undo enters it again"


# go further


def test_unopened_it_goes_to_one_more_then_to_the_admins_and_stays_there(shop, mo, mia, clock):
    ada = staff("Ada", "admin")
    choose(ada, [("complaint-escalated", True, "now")])
    choose(mia, [("complaint-escalated", True, "now")])
    tell(shop, mo)
    clock.shift(timedelta(hours=4) - timedelta(minutes=1))
    tend_staffbox()
    assert set(reasons()) == {"Mo"}
    clock.shift(timedelta(minutes=1))
    tend_staffbox()
    tend_staffbox()
    assert reasons() == {"Mo": "role", "Mia": "escalated"}
    clock.move_to("2026-06-07T04:00:00Z")
    tend_staffbox()
    assert reasons() == {"Mo": "role", "Mia": "escalated", "Ada": "escalated"}
    assert mailed() == ["ada@example.com", "mia@example.com"]
    assert StaffEscalation.objects.get().due_at is None


@pytest.mark.parametrize("doing", ["read", "follow", "archive", "snooze-hours"])
def test_the_first_look_of_anybody_stops_it(as_user, shop, mo, mia, clock, doing):
    tell(shop, mo)
    mark(as_user(mo), StaffNotice.objects.get(), doing)
    clock.shift(timedelta(hours=5))
    tend_staffbox()
    assert set(reasons()) == {"Mo"}


def test_what_is_decided_or_not_urgent_goes_no_further(shop, mo, mia, clock):
    tell(shop, mo)
    tell(shop, mo, kind="review-held", key="9")
    with tenant(shop):
        settle("complaint-escalated", key="1", by=Activity.objects.create(kind="x", actor_kind="system"))
    assert list(StaffEscalation.objects.values_list("kind", "due_at")) == [("complaint-escalated", None)]
    clock.shift(timedelta(days=1))
    tend_staffbox()
    assert set(reasons()) == {"Mo"}


def test_who_is_away_is_passed_over_and_an_admin_who_was_told_is_reminded(shop, mo, mia, clock):
    ada = staff("Ada", "admin")
    set_staff_absence(mia, deputy=None, **WEEK, actor=SYSTEM)
    tell(shop, mo, ada)
    before = StaffNotice.objects.get(user=ada).rank
    clock.shift(timedelta(hours=4))
    tend_staffbox()
    row = StaffNotice.objects.get(user=ada)
    assert (set(reasons()), row.reason, row.rank < before) == ({"Mo", "Ada"}, "escalated", True)


def test_the_page_of_one_notice_costs_the_same_for_the_first_and_the_hundredth(as_user, shop, mo, mia):
    row = notice(mo, shop)
    client = as_user(mo)
    client.get(f"{PAGE}{row.pk}/")
    costs = []
    for numbers in ((), range(2, 100)):
        for number in numbers:
            notice(mo, shop, number)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAGE}{row.pk}/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
