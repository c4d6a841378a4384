"""What is mailed together: once for each turn, only what is still news, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from core.tenancy import every_tenant, tenant
from notifications.digests.tasks import mail_digests, prune_waiting
from notifications.inbox.actions import choose, mark, set_mail_times, settle, snooze, tell
from notifications.inbox.kinds import CHOOSABLE
from notifications.inbox.models import Notification, Preference, Waiting
from notifications.inbox.queries import inbox_of
from notifications.mail.models import Mail
from tests.notifications.smtpserver import Server
from tests.notifications.test_inbox_kinds import SAMPLES
from tests.queue import run_tasks

EVENING = datetime(2026, 6, 5, 12, 20, tzinfo=UTC)  # 20:20 in Shanghai
MORNING = datetime(2026, 6, 6, 0, 1, tzinfo=UTC)  # 8:01 in Shanghai
LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}
REVIEW = {"review_id": 7, "stars": 1, "product": "Lamp", "verified": False}
INVITED = {"by": "Cleo", "role": "manager"}


@pytest.fixture(autouse=True)
def _mails_are_rows(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def daily(scope, ann):
    """Ann, in Shanghai, wants everything once a day."""
    ann.time_zone = "Asia/Shanghai"
    ann.save()
    choose(ann, [(kind.name, True, "daily") for kind in CHOOSABLE], actor=ann.actor)
    return ann


def look(moment: datetime) -> list[str]:
    """The subjects of all digests there are, after the job ran at that moment."""
    with time_machine.travel(moment, tick=False):
        mail_digests()
    with every_tenant("look at the mails"):
        return list(Mail.objects.filter(dedupe__startswith="digest:").order_by("pk").values_list("subject", flat=True))


def tell_three() -> None:
    with time_machine.travel(EVENING, tick=False):
        tell("order-late", key="a", params=LATE)
        tell("review-low", key="b", params=REVIEW)
        tell("member-invited", key="c", params=INVITED)


def test_a_day_is_one_mail_at_the_persons_hour(daily, settings):
    tell_three()
    assert look(MORNING - timedelta(minutes=2)) == []
    assert look(MORNING) == ["3 notifications for you · Luming Teaware"]
    assert look(MORNING) == look(MORNING + timedelta(hours=30)) == ["3 notifications for you · Luming Teaware"]
    mail = Mail.objects.get()
    assert (mail.to, mail.dedupe) == ("ann@example.com", f"digest:{mail.merchant_id}:{daily.pk}:daily:2026-06-06")
    assert "1 of them needs you today." in mail.text
    for part in (mail.text, mail.html):
        places = [part.index(words) for words in ("Act today · Orders", "This week · Reviews", "Good to know · Team")]
        assert places == sorted(places)
        for path in ("/inbox/to/?to=/m/luming/orders/10001/", "/inbox/to/?to=/m/luming/reviews/7/", "/m/luming/inbox/"):
            assert f"{settings.BASE_URL}{path}" in part
    assert set(Waiting.objects.values_list("due_at", "mail")) == {(None, mail.pk)}


def test_what_was_opened_put_away_settled_or_put_off_meanwhile_is_left_out(daily):
    with time_machine.travel(EVENING, tick=False):
        for key in "abcde":
            tell("review-low", key=key, params={**REVIEW, "product": f"Lamp {key.upper()}"})
        mine = inbox_of(daily.pk)
        mark(mine.filter(key="a"), state=Notification.State.READ)
        mark(mine.filter(key="b"), state=Notification.State.ARCHIVED)
        settle("review-low", key="c")
        snooze(mine.filter(key="d"), until=MORNING + timedelta(days=1))
    assert look(MORNING) == ["1 star of five for Lamp E · Luming Teaware"]
    assert not any(f"Lamp {gone}" in Mail.objects.get().text for gone in "ABCD")


def test_nothing_left_is_no_mail(daily):
    tell_three()
    mark(inbox_of(daily.pk), state=Notification.State.READ)
    assert look(MORNING) == []
    assert not Waiting.objects.exclude(due_at=None).exists()
    tell("order-late", key="a", params=LATE)
    assert not Waiting.objects.exclude(due_at=None).exists()


def test_figures_are_those_of_the_morning(daily):
    with time_machine.travel(EVENING, tick=False):
        tell("order-late", key="a", params=LATE)
        tell("order-late", key="a", params={**LATE, "count": 4}, grows="count")
    assert look(MORNING) == ["4 orders are late · Luming Teaware"]


def test_a_worker_that_dies_midway_neither_loses_nor_doubles(daily):
    tell_three()
    with transaction.atomic():
        assert len(look(MORNING)) == 1
        transaction.set_rollback(True)
    assert not Mail.objects.exists()
    assert look(MORNING + timedelta(minutes=5)) == ["3 notifications for you · Luming Teaware"]


def test_what_comes_too_late_for_a_turn_goes_with_the_next(daily):
    tell_three()
    assert len(look(MORNING)) == 1
    with time_machine.travel(EVENING, tick=False):
        tell("order-late", key="b", params=LATE)
    assert Waiting.objects.get(key="b", kind="order-late").slot == "daily:2026-06-06"
    assert len(look(MORNING + timedelta(minutes=5))) == 1
    assert Waiting.objects.get(key="b", kind="order-late").slot == "daily:2026-06-07"
    assert len(look(MORNING + timedelta(days=1))) == 2


def test_every_hour_and_the_end_of_the_night(scope, ann):
    ann.time_zone = "Asia/Shanghai"
    ann.save()
    choose(ann, [("review-low", True, "hourly")], actor=ann.actor)
    set_mail_times(ann, quiet_from=22, quiet_until=7, digest_hour=8, actor=ann.actor)
    tell_three()
    assert Mail.objects.count() == 1  # late orders go at once
    assert look(EVENING + timedelta(minutes=41)) == ["1 star of five for Lamp · Luming Teaware"]
    with time_machine.travel(EVENING + timedelta(hours=2), tick=False):
        for key in "xy":
            tell("review-low", key=key, params=REVIEW)
    assert len(look(EVENING + timedelta(hours=8))) == 1
    assert look(MORNING)[1:] == ["2 notifications for you · Luming Teaware"]


def test_a_person_of_two_shops_gets_one_mail_from_each_and_of_each_alone(daily, shop, rival):
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=rival, user=daily, role="owner")
    with tenant(rival):
        choose(daily, [("review-low", True, "daily")], actor=daily.actor)
        with time_machine.travel(EVENING, tick=False):
            tell("review-low", key="b", params={**REVIEW, "product": "Rival"}, only=[daily.pk])
    tell_three()
    assert len(look(MORNING)) == 2
    with every_tenant("look at the mails"):
        texts = {mail.merchant_id: mail.text for mail in Mail.objects.all()}
    assert "Rival" in texts[rival.pk]
    assert "Rival" not in texts[shop.pk]


def test_who_left_or_may_no_longer_deal_with_it_is_told_nothing(daily):
    tell_three()
    Membership.objects.filter(user=daily).update(role="analyst")
    subjects = look(MORNING)
    assert "10001" not in "".join(Mail.objects.values_list("text", flat=True))
    with time_machine.travel(EVENING + timedelta(days=1), tick=False):
        Membership.objects.filter(user=daily).update(role="owner")
        tell("order-late", key="z", params=LATE)
    Membership.objects.filter(user=daily).delete()
    assert look(MORNING + timedelta(days=1)) == subjects
    assert not Waiting.objects.exclude(due_at=None).exists()


def test_a_long_list_is_cut_and_says_so(daily):
    """Prices of one supplier would be one line, those of 30 suppliers are 30."""
    with time_machine.travel(EVENING, tick=False):
        for number in range(30):
            params = {**SAMPLES["supplier-price"][0], "supplier_id": number + 1}
            tell("supplier-price", key=str(number), params=params)
        for number in range(4):
            tell("review-low", key=str(number), params={**REVIEW, "review_id": number + 1})
    assert look(MORNING) == ["34 notifications for you · Luming Teaware"]
    assert "25 more in the inbox" in Mail.objects.get().text
    assert "A review of two stars or fewer · 4" in Mail.objects.get().text


def test_one_click_stops_the_kinds_of_the_mail_and_no_other(daily):
    tell_three()
    look(MORNING)
    mail = Mail.objects.get()
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = "/" + mail.headers["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(path).content.decode()
    assert "Orders that are late" in page
    assert Preference.objects.filter(mail="off").count() == 0
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    stopped = set(Preference.objects.filter(user=daily, mail="off").values_list("kind", flat=True))
    assert stopped == {"order-late", "review-low", "member-invited"}


def test_it_arrives_as_written_even_if_it_tells_of_every_kind(daily, settings):
    daily.language = "zh-hans"
    daily.save()
    told = [kind for kind in CHOOSABLE if kind.name != "review-low" and not kind.locked]
    with time_machine.travel(EVENING, tick=False):
        tell("review-low", key="b", params={**REVIEW, "product": "<龙井> & 茶"})
        for kind in told:
            tell(kind.name, key="a", params=SAMPLES[kind.name][0], only=[daily.pk])
    server = Server()
    server.up()
    settings.DEMO = False
    settings.SMTP = settings.SMTP | {"host": "127.0.0.1", "port": server.port, "timeout": 5}
    try:
        look(MORNING)
        with time_machine.travel(MORNING):
            run_tasks()
    finally:
        server.down()
    mail, received = Mail.objects.get(), server.accepted[0]
    assert received["List-Unsubscribe"].replace(" ", "") == mail.headers["List-Unsubscribe"]
    assert received["Subject"] == mail.subject == f"你有 {len(told) + 1} 条通知 · Luming Teaware"
    text = received.get_body(("plain",)).get_content()
    assert "今天处理 · 订单" in text
    assert "<龙井> & 茶" in text
    assert "&lt;龙井&gt; &amp; 茶" in received.get_body(("html",)).get_content()
    assert received.get_body(("html",)).get_content().count("%(") == text.count("%(") == 0


def test_what_waited_long_ago_is_forgotten_and_what_waits_is_not(daily):
    tell_three()
    look(MORNING)
    tell("order-late", key="z", params=LATE)
    Waiting.objects.update(at=timezone.now() - timedelta(days=401))
    prune_waiting()
    assert list(Waiting.objects.values_list("key", flat=True)) == ["z"]
