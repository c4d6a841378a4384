"""A fact goes to a channel once, whatever the far side does, and every attempt is written down."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from accounts.models import Activity
from core.actors import SYSTEM
from core.tenancy import tenant
from notifications.channels import outgoing
from notifications.channels.actions import edit_channel, pause_channel, resume_channel, send_again, send_test
from notifications.channels.senders.message import Request
from notifications.channels.sending import send
from notifications.channels.tasks import prune_dispatches, sweep_dispatches
from notifications.inbox.actions import tell
from notifications.models import Channel, Dispatch, Notification
from tests.notifications.channels_kit import OWNER, channel_to, hurry, only, tell_a_token
from tests.notifications.receiver import Receiver, drip, flood
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _here(settings):
    settings.CHANNELS_PRIVATE_ADDRESSES = True


@pytest.fixture
def far():
    receiver = Receiver()
    yield receiver
    receiver.down()


def test_a_fact_is_delivered_once_signed_however_many_members_are_told(scope, ann, ben, far):
    _, secret = channel_to(far.url)
    tell_a_token()
    tell_a_token()
    assert Notification.objects.count() == 1
    [(_, headers, body)] = far.got
    told = Webhook(secret).verify(body, headers)
    assert told["kind"] == "token-created"
    assert told["shop"] == "Luming Teaware"
    assert "/inbox/to/?to=/m/luming/settings/tokens/&" in told["link"]
    assert "ERP" in told["title"] + told["text"]
    dispatch = only()
    assert (dispatch.state, dispatch.attempts, dispatch.code, dispatch.next_try) == ("sent", 1, 200, None)


def test_the_secret_and_the_address_are_not_in_the_table(scope, far):
    channel, secret = channel_to(far.url)
    row = Channel.objects.filter(pk=channel.pk).values().get()
    assert secret not in str(row)
    assert far.url not in str(row)
    assert channel.target.address == far.url


def test_a_channel_takes_its_kinds_from_its_urgency_on_in_its_language(scope, ann, far):
    channel_to(far.url, urgency=1)
    channel_to(far.url, name="Other", kinds=["stock-low"])
    channel_to(far.url, name="中文", language="zh-hans")
    tell_a_token()
    assert [row.channel.name for row in Dispatch.objects.all()] == ["中文"]
    assert "令牌" in far.json()["title"]


def test_what_concerns_one_member_alone_stays_in_their_inbox(scope, ann, far):
    channel_to(far.url)
    tell("token-created", key="1", params={"name": "x", "by": "y"}, only=[ann.pk])
    assert Notification.objects.count() == 1
    assert Dispatch.objects.count() == 0


def test_500_is_tried_again_under_the_same_id(scope, far):
    far.answers = [(500, {}, b"oops"), (200, {}, b"")]
    channel_to(far.url)
    tell_a_token()
    first = only()
    assert (first.state, first.problem, first.code, first.answer) == ("queued", "trouble", 500, "oops")
    assert timedelta(seconds=3) < first.next_try - timezone.now() < timedelta(seconds=6)
    assert first.channel.failures == 1
    send(first.pk)
    assert len(far.got) == 1, "not before its time"
    hurry()
    send(first.pk)
    second = only()
    assert (second.state, second.attempts, second.problem) == ("sent", 2, "")
    assert (second.channel.failures, second.channel.failing_since) == (0, None)
    assert far.json(0)["id"] == far.json(1)["id"] == second.message_id


def test_after_the_tenth_attempt_it_is_over_and_can_be_sent_again(scope, far):
    far.answers = [(503, {}, b"")]
    channel_to(far.url)
    tell_a_token()
    for _ in range(12):
        hurry()
        send(only().pk)
    assert (only().state, only().attempts, len(far.got)) == ("failed", 10, 10)
    far.answers = [(200, {}, b"")]
    send_again(only(), actor=SYSTEM)
    run_tasks()
    assert (only().state, only().attempts) == ("sent", 1)


def test_429_waits_as_asked_and_so_does_the_whole_channel(scope, far):
    far.answers = [(429, {"Retry-After": "7200"}, b"")]
    channel_to(far.url)
    tell_a_token()
    assert only().problem == "busy"
    assert only().next_try - timezone.now() > timedelta(minutes=119)
    tell_a_token("2")
    assert len(far.got) == 1
    assert list(Dispatch.objects.values_list("state", "attempts").order_by("pk")) == [("queued", 1), ("queued", 0)]


def test_410_switches_the_channel_off_and_says_so(scope, far):
    far.answers = [(410, {}, b"")]
    channel_to(far.url)
    tell_a_token()
    assert (only().state, only().channel.state, only().channel.why) == ("failed", "broken", "gone")
    assert Activity.objects.filter(kind="channels.broke").count() == 1
    tell_a_token("2")
    assert len(far.got) == Dispatch.objects.count() == 1


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_other_refusals_are_final_for_that_delivery_alone(scope, far, status):
    far.answers = [(status, {}, b"no such thing"), (200, {}, b"")]
    channel_to(far.url)
    tell_a_token()
    tell_a_token("2")
    rows = Dispatch.objects.order_by("pk").values_list("state", "problem", "answer")
    assert list(rows) == [("failed", "refused", "no such thing"), ("sent", "", "")]


def test_a_redirect_is_not_followed(scope, far):
    far.answers = [(302, {"Location": f"{far.url}/elsewhere"}, b"")]
    channel_to(far.url)
    tell_a_token()
    assert [path for path, *_ in far.got] == ["/hook"]
    assert (only().state, only().problem) == ("queued", "redirect")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_private_addresses_are_refused_when_it_is_sent(scope, far, settings, host):
    """A name that led elsewhere when it was typed is looked at again."""
    channel_to(far.url.replace("127.0.0.1", host))
    settings.CHANNELS_PRIVATE_ADDRESSES = False
    tell_a_token()
    assert far.got == []
    assert (only().state, only().problem) == ("failed", "private")


def test_nobody_there_is_tried_again_and_the_others_wait_without_knocking(scope, far):
    far.down()
    channel_to(far.url)
    tell_a_token()
    assert (only().state, only().problem) == ("queued", "unreached")
    tell_a_token("2")
    assert Dispatch.objects.get(fact="token-created:2").attempts == 0
    far.server.socket.close()


def test_a_far_side_that_drips_is_cut_and_one_that_floods_is_not_read_to_its_end(far):
    request = Request(far.url, b"{}")
    far.answers = [drip]
    started = time.monotonic()
    assert outgoing.post(request, whole=0.5).failure == "timeout"
    assert time.monotonic() - started < 2
    far.answers = [flood]
    reply = outgoing.post(request).reply
    assert reply is not None
    assert len(reply.body) == outgoing.MOST


def test_five_days_of_nothing_but_failures_switch_it_off_until_somebody_switches_it_on(scope, far):
    far.answers = [(500, {}, b"")]
    channel, _ = channel_to(far.url)
    Channel.objects.filter(pk=channel.pk).update(failures=7, failing_since=timezone.now() - timedelta(days=5))
    tell_a_token()
    assert (only().channel.state, only().channel.why) == ("broken", "failing")
    hurry()
    send(only().pk)
    assert (only().state, only().problem, len(far.got)) == ("failed", "off", 1)
    far.answers = [(200, {}, b"")]
    resume_channel(channel, actor=SYSTEM)
    send_again(only(), actor=SYSTEM)
    run_tasks()
    assert only().state == "sent"


def test_a_worker_that_died_leaves_a_delivery_that_another_takes_up(scope, far):
    channel_to(far.url)
    tell("token-created", key="1", params={"name": "x", "by": "y"})
    dead = only()
    later = timezone.now() + timedelta(minutes=1)
    Dispatch.objects.filter(pk=dead.pk).update(state="sending", attempts=1, next_try=later)
    run_tasks()
    assert far.got == [], "its sender may still live"
    Dispatch.objects.filter(pk=dead.pk).update(next_try=timezone.now() - timedelta(minutes=5))
    sweep_dispatches()
    run_tasks()
    send(dead.pk)
    assert (only().state, only().attempts, len(far.got)) == ("sent", 2, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_one_delivery(shop, ann, far):
    def slowly(handler):
        time.sleep(0.3)
        handler.send_response(200)
        handler.end_headers()

    far.answers = [slowly]
    with tenant(shop):
        channel_to(far.url)
        tell("token-created", key="1", params={"name": "x", "by": "y"})
        pk = only().pk

    def work():
        with tenant(shop):
            send(pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with tenant(shop):
        assert (only().state, only().attempts, len(far.got)) == ("sent", 1, 1)


def test_a_paused_channel_gets_nothing_and_another_shop_never(scope, rival, far):
    channel, _ = channel_to(far.url)
    with tenant(rival):
        tell_a_token()
    pause_channel(channel, actor=SYSTEM)
    tell_a_token()
    assert Dispatch.objects.count() == len(far.got) == 0


def test_a_typed_secret_does_not_follow_to_another_address(scope, far):
    channel, _ = channel_to(far.url, "feishu", secret="typed")
    given = {"language": "en", "urgency": 3, "kinds": ["token-created"], "held": OWNER, "actor": SYSTEM}
    channel = edit_channel(channel, name="Chat", **given)
    assert channel.target.secret == "typed"
    channel = edit_channel(channel, name="Chat", address=f"{far.url}/new", **given)
    assert channel.target.secret == ""


def test_a_channel_that_cannot_be_decrypted_says_so(scope, far, settings):
    channel_to(far.url)
    settings.SECRET_KEY = "another" * 10
    settings.SECRET_KEY_FALLBACKS = []
    send_test(Channel.objects.get(), actor=SYSTEM)
    send(only().pk)
    assert (only().channel.state, only().channel.why, far.got) == ("broken", "unreadable", [])


def test_deliveries_are_forgotten_after_90_days_unless_they_wait(scope, far):
    channel_to(far.url)
    tell_a_token()
    tell("token-created", key="2", params={"name": "x", "by": "y"})
    Dispatch.objects.update(created_at=timezone.now() - timedelta(days=91))
    prune_dispatches()
    assert only().fact == "token-created:2"
