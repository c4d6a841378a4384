"""When e-mails are due: by the person's own clock, quiet at night, one summary for each local day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from core.errors import Refused
from core.tenancy import tenant
from notifications.inbox.actions import choose, set_mail_times, settle, stop_mails, tell
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import MailTimes, Preference, Waiting
from notifications.inbox.queries import inbox_of
from notifications.inbox.rules import DAILY, HOURLY, NOW, Hours, slot_after
from notifications.mail.models import Mail

NIGHT = datetime(2026, 6, 5, 15, 20, tzinfo=UTC)  # 23:20 in Shanghai
LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
REVIEW = {"review_id": 7, "stars": 1, "product": "Lamp", "verified": False}


@pytest.fixture(autouse=True)
def _mails_are_rows(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


def sleeps(user, begin: int = 22, end: int = 7, digest: int = 8) -> None:
    user.time_zone = "Asia/Shanghai"
    user.save()
    set_mail_times(user, quiet_from=begin, quiet_until=end, digest_hour=digest, actor=user.actor)


def mailed() -> list[str]:
    return sorted(Mail.objects.values_list("to", flat=True))


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Sydney", "Asia/Kathmandu", "Pacific/Apia"]
)
@pytest.mark.parametrize("hour", [0, 2, 8])
def test_each_local_day_has_one_summary_at_its_hour(zone, hour):
    """Over two years of summer times; Apia's missing day of 2011 has none."""
    hours = Hours(ZoneInfo(zone), digest_hour=hour)
    now, days = datetime(2010, 12, 30, tzinfo=UTC), []
    while now.year < 2013:
        slot = slot_after(DAILY, now, hours, passes=False)
        local = slot.at.astimezone(ZoneInfo(zone))
        assert slot.at > now
        assert local.date().isoformat() == slot.name.removeprefix("daily:")
        assert local.hour in (hour, hour + 1)  # the later one only where the clock skips the hour
        days.append(local.date())
        now = slot.at
    steps = {after - before for before, after in pairwise(days)}
    missing = {timedelta(days=2)} if zone == "Pacific/Apia" else set()
    assert steps == {timedelta(days=1)} | missing
    assert len(set(days)) == len(days)


@pytest.mark.parametrize(
    ("begin", "end", "local", "wait"),
    [
        (22, 7, "2026-06-05T21:59", None),
        (22, 7, "2026-06-05T22:00", "2026-06-06T07:00"),
        (22, 7, "2026-06-06T06:59", "2026-06-06T07:00"),
        (22, 7, "2026-06-06T07:00", None),
        (1, 6, "2026-06-06T03:00", "2026-06-06T06:00"),
        (None, None, "2026-06-06T03:00", None),
    ],
)
def test_quiet_hours_end_by_the_persons_clock(begin, end, local, wait):
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime.fromisoformat(local).replace(tzinfo=zone)
    hours = Hours(zone, begin, end)
    slot = slot_after(NOW, now, hours, passes=False)
    assert (slot and slot.at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")) == wait
    assert slot_after(NOW, now, hours, passes=True) is None


def test_an_hourly_mail_that_would_come_in_the_night_waits_for_the_morning():
    hours = Hours(ZoneInfo("Asia/Shanghai"), 22, 7)
    assert slot_after(HOURLY, NIGHT, hours, passes=False).at == datetime(2026, 6, 5, 23, tzinfo=UTC)
    assert slot_after(HOURLY, NIGHT, hours, passes=True).at == datetime(2026, 6, 5, 16, tzinfo=UTC)
    assert hours.next_digest(NIGHT)[0] == date(2026, 6, 6)


def test_at_night_what_must_be_acted_on_passes_and_the_rest_waits(scope, ann):
    sleeps(ann)
    with time_machine.travel(NIGHT, tick=False):
        tell("order-late", key="a", params=LATE)
        assert mailed() == ["ann@example.com"]
        tell("review-low", key="b", params=REVIEW)
        assert mailed() == ["ann@example.com"]
    assert inbox_of(ann.pk).count() == 2
    waiting = Waiting.objects.get()
    assert (waiting.kind, waiting.due_at) == ("review-low", datetime(2026, 6, 5, 23, tzinfo=UTC))
    assert waiting.notification == inbox_of(ann.pk).get(kind="review-low")


def test_each_person_waits_by_their_own_choice(scope, ann, ben):
    sleeps(ann)
    choose(ben, [("order-late", True, "daily")], actor=ben.actor)
    with time_machine.travel(NIGHT, tick=False):
        tell("order-late", key="a", params=LATE)
        tell("order-late", key="a", params=LATE)
        tell("review-low", key="b", params=REVIEW)
    assert mailed() == ["ann@example.com"]
    assert list(Waiting.objects.values_list("user__name", "kind")) == [("Ben", "order-late"), ("Ann", "review-low")]


def test_who_takes_it_by_mail_alone_is_told_once_however_often_the_choice_changes(scope, ann):
    choose(ann, [("order-late", False, "daily")], actor=ann.actor)
    tell("order-late", key="a", params=LATE)
    tell("order-late", key="a", params={**LATE, "count": 2}, grows="count")
    assert Waiting.objects.get().params["count"] == 2
    Waiting.objects.update(due_at=None)
    choose(ann, [("order-late", False, "now")], actor=ann.actor)
    tell("order-late", key="a", params=LATE)
    assert (Waiting.objects.count(), Mail.objects.count()) == (1, 0)


def test_what_waits_follows_the_choices_made_since(scope, ann):
    choose(ann, [("order-late", True, "daily"), ("review-low", True, "hourly")], actor=ann.actor)
    with time_machine.travel(NIGHT, tick=False):
        tell("order-late", key="a", params=LATE)
        tell("review-low", key="b", params=REVIEW)
        sleeps(ann, digest=9)
        assert Waiting.objects.get(kind="order-late").slot == "daily:2026-06-06"
        assert Waiting.objects.get(kind="order-late").due_at == datetime(2026, 6, 6, 1, tzinfo=UTC)
        assert Waiting.objects.get(kind="review-low").due_at == datetime(2026, 6, 5, 23, tzinfo=UTC)
        choose(ann, [("order-late", True, "now")], actor=ann.actor)
        assert Waiting.objects.get(kind="order-late").due_at == NIGHT
        stop_mails(ann.pk, kind_of("review-low"))
        assert Waiting.objects.get(kind="review-low").due_at is None


def test_who_saves_their_choices_when_a_summary_is_due_gets_it_all_the_same(scope, ann):
    choose(ann, [("order-late", True, "hourly")], actor=ann.actor)
    with time_machine.travel(NIGHT, tick=False):
        tell("order-late", key="a", params=LATE)
    due = Waiting.objects.get().due_at
    with time_machine.travel(due + timedelta(minutes=2), tick=False):
        choose(ann, [("order-late", True, "hourly")], actor=ann.actor)
        assert Waiting.objects.get().due_at == due
        choose(ann, [("order-late", True, "off")], actor=ann.actor)
        assert Waiting.objects.get().due_at is None


def test_what_is_settled_waits_no_more(scope, ann):
    choose(ann, [("order-late", False, "daily")], actor=ann.actor)
    tell("order-late", key="a", params=LATE)
    settle("order-late", key="a")
    assert Waiting.objects.get().due_at is None


def test_security_does_not_wait(scope, ann):
    sleeps(ann)
    choose(ann, [("token-created", False, "off")], actor=ann.actor)
    with time_machine.travel(NIGHT, tick=False):
        tell("token-created", key="t", params={"name": "x", "by": "Ben"})
    assert mailed() == ["ann@example.com"]


@pytest.mark.parametrize(
    ("begin", "end", "digest", "field"),
    [(22, None, 8, "quiet_until"), (None, 7, 8, "quiet_from"), (7, 7, 8, "quiet_until"), (22, 9, 8, "digest_hour")],
)
def test_hours_that_make_no_sense_are_refused_at_their_field(ann, as_user, shop, begin, end, digest, field):
    with pytest.raises(Refused) as refused:
        set_mail_times(ann, quiet_from=begin, quiet_until=end, digest_hour=digest, actor=ann.actor)
    assert list(refused.value.fields) == [field]
    sent = {"quiet_from": "" if begin is None else begin, "quiet_until": "" if end is None else end}
    page = post_all(as_user(ann), {**sent, "digest_hour": digest})
    assert refused.value.message in page.content.decode().replace("&#x27;", "'")
    assert not MailTimes.objects.exists()
    with tenant(shop):
        assert not Preference.objects.exists()


def test_the_database_keeps_no_half_of_a_quiet_time(ann):
    for values in ({"quiet_from": 3}, {"quiet_from": 3, "quiet_until": 3}, {"digest_hour": 24}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MailTimes.objects.create(user=ann, **values)


def post_all(client, times):
    """Post the page as a browser does: every choice as it stands, with other hours."""
    page = client.get("/m/luming/settings/notifications/")
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields if name.startswith("mail:")}
    sent |= {name: "on" for name in form.fields if name.startswith("inbox:") and form[name].value()}
    return client.post("/m/luming/settings/notifications/", sent | times)


def test_hours_are_kept_and_shown(shop, ann, as_user):
    client = as_user(ann)
    assert post_all(client, {"quiet_from": 0, "quiet_until": 7, "digest_hour": 7}).status_code == 302
    times = MailTimes.objects.get(user=ann)
    assert (times.quiet_from, times.quiet_until, times.digest_hour) == (0, 7, 7)
    page = client.get("/m/luming/settings/notifications/").content.decode()
    assert '<option value="0" selected>' in page
    assert post_all(client, {"quiet_from": "", "quiet_until": "", "digest_hour": 25}).status_code == 200
    assert post_all(client, {"quiet_from": "", "quiet_until": "", "digest_hour": 9}).status_code == 302
    assert MailTimes.objects.get(user=ann).quiet_from is None


def test_a_wrong_timing_is_refused(shop, ann, as_user):
    sent = {"quiet_from": "", "quiet_until": "", "digest_hour": 9, "mail:order-late": "yearly"}
    assert post_all(as_user(ann), sent).status_code == 200
    with tenant(shop):
        assert not Preference.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_earlier_choices_become_timings_and_can_go_back(shop, ann, ben):
    with tenant(shop):
        choose(ann, [("order-late", True, "daily"), ("review-low", True, "off")], actor=ann.actor)
    before, after = [("notifications", "0002_attachments")], [("notifications", "0006_waiting_mails")]
    try:
        MigrationExecutor(connection).migrate(before)
        with connection.cursor() as cursor:
            cursor.execute("SELECT kind, email FROM notifications_preference ORDER BY kind")
            assert [(kind, bool(email)) for kind, email in cursor] == [("order-late", True), ("review-low", False)]
    finally:
        MigrationExecutor(connection).migrate(after)
    with tenant(shop):
        kept = dict(Preference.objects.values_list("kind", "mail"))
    assert kept == {"order-late": "now", "review-low": "off"}
