"""Notices of the platform: each person of the audience is told once, in their language; a wrong one is taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from accounts.activity.models import Activity
from accounts.jobs.models import Job
from accounts.jobs.runner import sweep
from accounts.members.models import Role
from accounts.models import Membership
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from notifications.announcements import actions
from notifications.announcements.actions import discard, fix_figures, release, spread, withdraw, write
from notifications.announcements.models import Announcement
from notifications.announcements.queries import opened_count, people_count
from notifications.announcements.tasks import queue
from notifications.inbox.actions import choose, mark, put_away_stale, set_mail_times
from notifications.inbox.models import Notification, Waiting
from notifications.inbox.queries import shown
from notifications.mail.models import Mail
from tests import factories
from tests.queue import run_tasks
from tests.race import alone, shared_database, together

WORDS = {
    "title_en": "Maintenance on Sunday",
    "title_zh": "周日系统维护",
    "text_en": "Orders are not taken from 02:00 to 03:00.",
    "text_zh": "2:00 至 3:00 暂停接单。",
    "link": "https://status.example.com/",
    "urgency": 2,
    "who": "all",
    "roles": [],
    "shop_states": [],
}
State = Announcement.State


@pytest.fixture(autouse=True)
def _mails_are_rows(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def ada(db):
    return factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin")


def draft(ada, **values) -> Announcement:
    return write(None, {**WORDS, **values}, author=ada)


def sent(ada, **values) -> Announcement:
    announcement = release(draft(ada, **values), at=None, queue=queue, actor=ada.actor)
    run_tasks()
    announcement.refresh_from_db()
    return announcement


def inboxes() -> list[tuple[str, str]]:
    with every_tenant("look at all inboxes"):
        return sorted(Notification.objects.values_list("merchant__slug", "user__name"))


def mailed() -> list[str]:
    with every_tenant("look at all mails"):
        return sorted(Mail.objects.values_list("to", flat=True))


def join(shop, user, **values) -> None:
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=shop, user=user, **values)


def test_everybody_has_it_once_in_their_inbox_and_by_mail(ada, ann, ben, cleo):
    announcement = sent(ada)
    assert inboxes() == [("luming", "Ann"), ("luming", "Ben"), ("qingyun", "Cleo")]
    assert mailed() == ["ann@example.com", "ben@example.com", "cleo@example.com"]
    assert (announcement.state, announcement.people, announcement.told, announcement.mailed) == ("sent", 3, 3, 3)
    assert announcement.percent == 100
    with every_tenant("look at the log"):
        assert Activity.objects.get(kind="announcements.sent").payload["people"] == 3


def test_it_is_read_in_the_language_of_the_reader(ada, shop, ann):
    sent(ada)
    with tenant(shop):
        row = Notification.objects.get(user=ann)
        for language, title in (("en", "Maintenance on Sunday"), ("zh-hans", "周日系统维护")):
            with translation.override(language):
                (note,) = shown([row], shop.slug)
                assert (note.title, note.href) == (title, "https://status.example.com/")
    assert row.urgency == 2


def test_a_person_of_several_shops_is_told_in_the_open_one_they_joined_first(ada, shop, rival, ann):
    third = factories.MerchantFactory(name="Third", slug="third")
    join(rival, ann, role="analyst")
    join(third, ann, role="owner")
    shop.state = "suspended"
    shop.save()
    announcement = sent(ada)
    assert inboxes() == [("qingyun", "Ann")]
    assert (announcement.people, announcement.told, mailed()) == (1, 1, ["ann@example.com"])


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        ({"who": "owners"}, ["Ann", "Cleo"]),
        ({"who": "roles", "roles": ["fulfilment", "support"]}, ["Ben"]),
        ({"who": "all", "shop_states": ["restricted"]}, ["Cleo"]),
        ({"who": "owners", "shop_states": ["active"]}, ["Ann"]),
    ],
)
def test_the_audience_is_chosen_by_role_and_state_of_the_shop(ada, shop, rival, ann, ben, cleo, audience, told):
    rival.state = "restricted"
    rival.save()
    with tenant(shop):
        own = Role.objects.create(name="Night shift", permissions=["orders.view"])
    join(shop, factories.UserFactory(name="Nia"), role="fulfilment", custom_role=own)
    factories.UserFactory(name="Nobody's")
    with every_tenant("count"):
        counted = people_count(draft(ada, **audience))
    announcement = sent(ada, **audience)
    names = [name for _slug, name in inboxes()]
    assert ([name for name in names if name != "Nia"], announcement.people, counted) == (told, len(names), len(names))


def test_somebody_who_is_blocked_is_not_told(ada, ann, ben):
    ben.is_active = False
    ben.save()
    sent(ada)
    assert inboxes() == [("luming", "Ann")]


def test_mails_and_inbox_follow_what_members_chose(ada, shop, ann, ben, cleo):
    with tenant(shop):
        choose(ann, [("platform-notice", True, "off")], actor=ann.actor)
        choose(ben, [("platform-notice", False, "daily")], actor=ben.actor)
    announcement = sent(ada)
    assert inboxes() == [("luming", "Ann"), ("qingyun", "Cleo")]
    assert mailed() == ["cleo@example.com"]
    assert (announcement.passed, announcement.told, announcement.mailed) == (3, 2, 2)
    with tenant(shop):
        waiting = Waiting.objects.get()
    assert (waiting.user, waiting.notification, waiting.slot[:6]) == (ben, None, "daily:")


def test_only_what_must_be_acted_on_is_mailed_in_quiet_hours(ada, shop, ann, time_machine):
    time_machine.move_to(datetime(2026, 6, 5, 2, 30, tzinfo=UTC))
    set_mail_times(ann, quiet_from=0, quiet_until=7, digest_hour=8, actor=ann.actor)
    sent(ada, urgency=3)
    assert mailed() == []
    with tenant(shop):
        assert Waiting.objects.get().notification.user == ann
    sent(ada, urgency=1)
    assert mailed() == ["ann@example.com"]


def test_one_for_later_goes_out_at_its_time(ada, ann, time_machine):
    time_machine.move_to(datetime(2026, 6, 5, 9, tzinfo=UTC))
    announcement = release(draft(ada), at=timezone.now() + timedelta(hours=2), queue=queue, actor=ada.actor)
    run_tasks()
    assert (inboxes(), announcement.state) == ([], "scheduled")
    time_machine.shift(timedelta(hours=2, minutes=1))
    sweep()
    run_tasks()
    assert inboxes() == [("luming", "Ann")]


def test_withdrawn_before_its_time_nobody_is_told(ada, ann, time_machine):
    time_machine.move_to(datetime(2026, 6, 5, 9, tzinfo=UTC))
    announcement = release(draft(ada), at=timezone.now() + timedelta(hours=2), queue=queue, actor=ada.actor)
    withdraw(announcement, actor=ada.actor)
    time_machine.shift(timedelta(hours=3))
    sweep()
    run_tasks()
    assert (inboxes(), mailed()) == ([], [])


def test_withdrawing_settles_it_everywhere_and_keeps_what_was_opened(ada, shop, rival, ann, ben, cleo):
    with tenant(rival):
        choose(cleo, [("platform-notice", True, "daily")], actor=cleo.actor)
    announcement = sent(ada)
    with tenant(shop):
        mark(Notification.objects.filter(user=ann), state="read")
    withdrawn = withdraw(announcement, actor=ada.actor)
    assert (withdrawn.state, withdrawn.opened, opened_count(withdrawn)) == ("withdrawn", 1, 1)
    with every_tenant("look at all inboxes"):
        assert set(Notification.objects.values_list("state", flat=True)) == {"handled"}
        assert Waiting.objects.get().due_at is None
    with pytest.raises(Refused):
        withdraw(withdrawn, actor=ada.actor)


def test_withdrawn_in_the_middle_nobody_else_is_told(ada, ann, ben, cleo, monkeypatch):
    monkeypatch.setattr(actions, "INBOXES", 1)
    announcement = release(draft(ada), at=None, queue=queue, actor=ada.actor)
    assert not spread(announcement.pk, go_on=lambda _: False)
    withdraw(announcement, actor=ada.actor)
    run_tasks()
    assert (len(inboxes()), mailed()) == (1, [])


def test_begun_again_and_again_it_goes_on_where_it_was(ada, shop, monkeypatch):
    """As after a worker that died: what was done stays, a piece under way is gone and done again."""
    monkeypatch.setattr(actions, "INBOXES", 2)
    monkeypatch.setattr(actions, "MAILS", 2)
    for number in range(7):
        join(shop, factories.UserFactory(name=f"P{number}"), role="owner")
    announcement = release(draft(ada), at=None, queue=queue, actor=ada.actor)
    put = actions.put_many

    def die(*args, **kwargs):
        put(*args, **kwargs)
        raise KeyboardInterrupt

    assert not spread(announcement.pk, go_on=lambda _: False)
    monkeypatch.setattr(actions, "put_many", die)
    with pytest.raises(KeyboardInterrupt):
        spread(announcement.pk, go_on=lambda _: True)
    monkeypatch.setattr(actions, "put_many", put)
    announcement.refresh_from_db()
    assert (announcement.told, len(inboxes())) == (2, 2)
    rounds = 0
    while not spread(announcement.pk, go_on=lambda _: False):
        rounds += 1
    announcement.refresh_from_db()
    assert (announcement.state, announcement.told, announcement.mailed, len(inboxes())) == ("sent", 7, 7, 7)
    assert (len(mailed()), rounds > 3) == (7, True)
    assert spread(announcement.pk, go_on=lambda _: True)
    assert len(mailed()) == 7


def test_a_duplicated_job_tells_nobody_twice(ada, ann, ben):
    announcement = release(draft(ada), at=None, queue=queue, actor=ada.actor)
    queue(announcement)
    run_tasks()
    Job.objects.update(state="queued", key=None)
    queue(announcement)
    run_tasks()
    announcement.refresh_from_db()
    assert (announcement.told, len(inboxes()), len(mailed())) == (2, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_share_the_work(ada, shop, tmp_path, monkeypatch):
    monkeypatch.setattr(actions, "INBOXES", 3)
    for number in range(20):
        join(shop, factories.UserFactory(name=f"P{number}"), role="owner")
    with tenant(shop):
        announcement = draft(ada)
    announcement = release(announcement, at=None, queue=lambda _: None, actor=ada.actor)

    def work():
        return spread(announcement.pk, go_on=lambda _: True)

    with shared_database(tmp_path):
        assert together(work, work, work) == [True, True, True]
        told = alone(lambda: Announcement.objects.values_list("told", "mailed", "state").get())
        there = alone(inboxes)
    assert (told, len(there), len(set(there))) == ((20, 20, "sent"), 20, 20)


def test_what_went_by_itself_was_not_opened(ada, shop, ann, ben, time_machine):
    time_machine.move_to(datetime(2026, 6, 5, 9, tzinfo=UTC))
    announcement = sent(ada)
    with tenant(shop):
        mark(Notification.objects.filter(user=ann), state="read")
    for days in (59, 2):
        time_machine.shift(timedelta(days=days))
        fix_figures(timezone.now())
        with every_tenant("look at all inboxes"):
            put_away_stale(timezone.now())
    announcement.refresh_from_db()
    with every_tenant("look at all inboxes"):
        assert not Notification.objects.filter(state="unread").exists()
        assert opened_count(announcement) == announcement.opened == 1


def test_what_was_released_is_neither_changed_nor_discarded(ada, ann):
    announcement = sent(ada)
    with pytest.raises(Refused):
        write(announcement, WORDS, author=ada)
    with pytest.raises(Refused):
        discard(announcement)
    with pytest.raises(Refused):
        release(announcement, at=None, queue=queue, actor=ada.actor)


def test_nobody_and_a_past_time_are_refused(ada, ann):
    with pytest.raises(Refused):
        release(draft(ada, who="roles", roles=["marketing"]), at=None, queue=queue, actor=ada.actor)
    with pytest.raises(Refused):
        release(draft(ada), at=timezone.now() - timedelta(minutes=1), queue=queue, actor=ada.actor)
    assert inboxes() == []
