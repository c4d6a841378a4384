"""Mails against a real mail server on loopback: down, slow, greylisting, refusing, silent after taking the message."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.mail import BadHeaderError, EmailMultiAlternatives, send_mail
from django.db import transaction
from django.utils import timezone

from accounts.jobs.runner import sweep
from accounts.models import Job
from core.actors import SYSTEM
from core.tenancy import every_tenant
from notifications.mail import sending
from notifications.mail.actions import post, send_again
from notifications.mail.models import Delivery, Mail, Suppression
from notifications.mail.rules import LEASE
from notifications.mail.sending import send
from notifications.mail.smtp import hand_over
from notifications.mail.tasks import sweep_mails
from tests.notifications.smtpserver import Server, free_port
from tests.queue import run_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    made = Server()
    settings.SMTP = settings.SMTP | {"host": "127.0.0.1", "port": made.port, "timeout": 1}
    yield made
    made.down()


@pytest.fixture
def clock():
    with time_machine.travel("2026-06-05T10:00:00Z", tick=False) as made:
        yield made


@pytest.fixture(autouse=True)
def _everything():
    with every_tenant("look at all mails"):
        yield


def write(to: str = "ann@example.com", **fields) -> Mail:
    return post(**({"to": to, "subject": "Your order is late", "text": "Order 10001.\n", "purpose": "notice"} | fields))


def go_on(clock, seconds: float) -> None:
    clock.shift(seconds)
    sweep()
    run_tasks()


def story(mail: Mail) -> list[tuple]:
    return list(mail.deliveries.values_list("outcome", "code"))


def test_a_mail_is_a_row_first_then_sent_once_with_its_text_and_html(server, clock):
    server.up()
    message = EmailMultiAlternatives("发货通知", "在路上。\n.\n", "Luming <notices@shop.example>", ["ann@example.com"])
    message.attach_alternative("<p>在路上。</p>", "text/html")
    message.send()
    mail = Mail.objects.get()
    assert (mail.state, mail.to, server.accepted) == ("queued", "ann@example.com", [])

    assert run_tasks() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.next_try, mail.sent_at) == ("sent", 1, None, timezone.now())
    (received,) = server.accepted
    assert received["Subject"] == "发货通知"
    assert received["From"] == "Luming <notices@shop.example>"
    assert received["To"] == "ann@example.com"
    assert received["Message-ID"] == mail.message_id
    assert received["Message-ID"].endswith("@shop.example>")
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_body(("plain",)).get_content().splitlines() == ["在路上。", "."]
    assert received.get_body(("html",)).get_content().strip() == "<p>在路上。</p>"
    assert story(mail) == [("sent", 250)]


def test_each_recipient_gets_a_mail_of_their_own(server, clock):
    server.up()
    server.on_rcpt = lambda address: "550 no such user" if address == "b@example.com" else "250 OK"
    send_mail("Hello", "x", None, ["a@example.com", "b@example.com", "a@example.com"])
    run_tasks()
    assert sorted(Mail.objects.values_list("to", "state")) == [("a@example.com", "sent"), ("b@example.com", "failed")]
    assert [received["To"] for received in server.accepted] == ["a@example.com"]


def test_a_mail_of_a_transaction_that_fails_was_never_written(server, transactional_db):
    @transaction.atomic
    def sell() -> None:
        write()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sell()
    assert (Mail.objects.count(), Job.objects.count()) == (0, 0)


def test_while_the_server_is_down_everything_waits_and_nobody_hammers_it(server, clock):
    mails = [write(f"p{n}@example.com") for n in range(4)]
    run_tasks()
    assert [Mail.objects.get(pk=mail.pk).state for mail in mails] == ["queued"] * 4
    assert Delivery.objects.count() == 1  # one knocked, three waited
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1]
    for _ in range(6):
        go_on(clock, 60)
    knocks = Delivery.objects.count()
    assert 2 <= knocks <= 8
    assert set(Delivery.objects.values_list("outcome", flat=True)) == {"down"}

    server.up()
    for _ in range(12):
        go_on(clock, 600)
    assert sorted(received["To"] for received in server.accepted) == [f"p{n}@example.com" for n in range(4)]
    assert list(Mail.objects.values_list("state", flat=True)) == ["sent"] * 4


def test_greylisting_is_met_with_patience(server, clock):
    server.up()
    answers = iter(["451 come back later"] * 3 + ["250 OK"])
    server.on_rcpt = lambda address: next(answers)
    mail = write()
    run_tasks()
    for wait in (5, 60, 300):
        mail.refresh_from_db()
        assert mail.next_try == timezone.now() + timedelta(seconds=wait)
        assert (mail.state, mail.last_error) == ("queued", "451 come back later")
        go_on(clock, wait)
    assert story(mail) == [("deferred", 451)] * 3 + [("sent", 250)]
    assert len(server.accepted) == 1


def test_a_mailbox_that_does_not_exist_is_not_tried_again_and_gets_no_more_notices(server, clock):
    server.up()
    server.on_rcpt = lambda address: "550 5.1.1 no such user"
    first = write("Gone@example.com")
    run_tasks()
    first.refresh_from_db()
    assert (first.state, first.next_try, first.last_error) == ("failed", None, "550 5.1.1 no such user")
    assert Suppression.objects.get().address == "gone@example.com"

    second = write("gone@example.com")
    assert (second.state, second.last_error) == ("suppressed", "550 5.1.1 no such user")
    assert Job.objects.filter(key=f"mail:{second.pk}").count() == 0
    account = write("gone@example.com", purpose="account")
    assert account.state == "queued"

    server.on_rcpt = lambda address: "250 OK"
    assert send_again(second, reason="Mended.", actor=SYSTEM) is True
    assert send_again(second, reason="Mended.", actor=SYSTEM) is False
    run_tasks()
    second.refresh_from_db()
    assert second.state == "sent"
    assert Suppression.objects.count() == 0


def test_a_message_that_is_refused_fails_without_blame_for_the_address(server, clock):
    server.up()
    server.on_data = lambda: "554 5.7.1 looks like spam"
    mail = write()
    run_tasks()
    mail.refresh_from_db()
    assert (mail.state, mail.unclear, mail.next_try) == ("failed", 1, None)
    assert Suppression.objects.count() == 0


def test_a_put_off_after_the_message_is_a_clear_no(server, clock):
    server.up()
    answers = iter(["452 disk full", "452 disk full", "250 OK"])
    server.on_data = lambda: next(answers)
    mail = write()
    run_tasks()
    go_on(clock, 5)
    go_on(clock, 60)
    mail.refresh_from_db()
    assert (mail.state, len(server.accepted)) == ("sent", 1)
    assert story(mail) == [("deferred", 452), ("deferred", 452), ("sent", 250)]


@pytest.mark.parametrize("way", ["accept and hang up", "accept and hang"])
def test_silence_after_the_message_is_retried_once_with_the_same_id_and_said_so(server, clock, way):
    server.up()
    answers = iter([way, way, "250 OK"])
    server.on_data = lambda: next(answers)
    mail = write()
    run_tasks()
    mail.refresh_from_db()
    assert (mail.state, mail.next_try) == ("maybe_sent", timezone.now() + timedelta(minutes=15))

    server.down()
    server.up()
    go_on(clock, 15 * 60)
    mail.refresh_from_db()
    assert (mail.state, mail.next_try, mail.attempts) == ("maybe_sent", None, 2)
    go_on(clock, 24 * 3600)
    assert len(server.accepted) == 2
    assert {received["Message-ID"] for received in server.accepted} == {mail.message_id}
    assert story(mail) == [("unclear", None)] * 2


def test_a_sender_that_dies_before_the_message_went_out_loses_nothing(server, clock, monkeypatch):
    server.up()
    mail = write()
    _die_in("notifications.mail.sending.hand_over", monkeypatch)
    with pytest.raises(SystemExit):
        run_tasks()
    mail.refresh_from_db()
    assert mail.state == "sending"

    monkeypatch.undo()
    go_on(clock, 60)
    assert server.accepted == []  # its lease is not over: it could be alive
    go_on(clock, 120)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, len(server.accepted)) == ("sent", 2, 1)


def test_a_sender_that_dies_while_the_message_goes_out_leaves_the_truth_behind(server, clock, monkeypatch):
    server.up()
    mail = write()
    _die_in("notifications.mail.smtp._transfer", monkeypatch)
    with pytest.raises(SystemExit):
        run_tasks()
    mail.refresh_from_db()
    assert (mail.state, mail.unclear) == ("maybe_sent", 1)
    monkeypatch.undo()
    go_on(clock, 60)
    assert server.accepted == []
    go_on(clock, 15 * 60)
    mail.refresh_from_db()
    assert (mail.state, len(server.accepted)) == ("sent", 1)


def _die_in(path: str, monkeypatch) -> None:
    """The process is killed there: nothing below runs, no outcome is written."""

    class Killed(SystemExit):
        pass

    def die(*args, **kwargs):
        raise Killed

    monkeypatch.setattr(path, die)


def test_two_senders_at_once_send_once(server, clock, monkeypatch):
    server.up()
    mail = write()
    others = []

    def after_the_other(*args, **kwargs):
        others.append(send(mail.pk))  # the first one is about to talk to the server
        return hand_over(*args, **kwargs)

    monkeypatch.setattr(sending, "hand_over", after_the_other)
    send(mail.pk)
    run_tasks()
    mail.refresh_from_db()
    assert (mail.state, len(others), len(server.accepted)) == ("sent", 1, 1)


def test_a_silent_server_costs_seconds_not_minutes(settings, server, clock):
    listener = socket.create_server(("127.0.0.1", free_port()))
    settings.SMTP = settings.SMTP | {"port": listener.getsockname()[1], "timeout": 0.5}
    mail = write()
    run_tasks()
    mail.refresh_from_db()
    assert (mail.state, story(mail)) == ("queued", [("down", None)])
    assert mail.deliveries.get().seconds < 5
    listener.close()


def test_a_server_that_dies_in_mid_sentence_is_met_again(settings, server, clock):
    listener = socket.create_server(("127.0.0.1", server.port))

    def hang_up_after_rcpt() -> None:
        line, _ = listener.accept()
        with line, line.makefile("rwb") as talk:
            talk.write(b"220 here\r\n")
            talk.flush()
            for _ in range(3):
                talk.readline()
                talk.write(b"250 fine\r\n")
                talk.flush()
        listener.close()

    other = threading.Thread(target=hang_up_after_rcpt)
    other.start()
    mail = write()
    run_tasks()
    other.join()
    mail.refresh_from_db()
    assert (mail.state, mail.unclear, story(mail)) == ("queued", 0, [("deferred", None)])
    server.up()
    go_on(clock, 5)
    assert len(server.accepted) == 1


def test_after_three_days_it_is_given_up_and_can_be_sent_again_by_hand(server, clock):
    mail = write()
    run_tasks()
    go_on(clock, 3 * 24 * 3600 + 60)
    mail.refresh_from_db()
    assert (mail.state, mail.next_try) == ("failed", None)
    server.up()
    assert send_again(mail, reason="Mended.", actor=SYSTEM) is True
    go_on(clock, 120)
    assert len(server.accepted) == 1


def test_a_mail_no_job_looks_after_is_found(server, clock):
    server.up()
    write()
    Job.objects.all().delete()
    run_tasks()
    sweep_mails()
    assert server.accepted == []
    clock.shift(180)
    sweep_mails()
    run_tasks()
    assert len(server.accepted) == 1


def test_the_same_thing_is_told_once(server, clock):
    server.up()
    first = write(dedupe="activity:7:ann")
    assert write(dedupe="activity:7:ann") == first
    run_tasks()
    assert write(dedupe="activity:7:ann") == first
    run_tasks()
    assert len(server.accepted) == 1


def test_a_mail_belongs_to_the_merchant_it_was_written_for(server, scope):
    mail = write()
    account = None
    with every_tenant("none"):
        account = write(purpose="account")
    assert (mail.merchant_id, account.merchant_id) == (scope.pk, None)
    assert list(Mail.objects.all()) == [mail]


@pytest.mark.parametrize("fields", [{"headers": {"X-Note": "a\nBcc: all@example.com"}}, {"sender": "a\nb@c.example"}])
def test_a_line_break_in_a_header_is_refused(server, fields):
    with pytest.raises(BadHeaderError):
        write(**fields)
    assert Mail.objects.count() == 0


def test_a_line_break_in_a_subject_becomes_a_space(server):
    assert write(subject="Order\r\nBcc: all@example.com").subject == "Order Bcc: all@example.com"


def test_what_opens_an_account_is_not_kept_after_it_was_sent(server, clock, settings):
    server.up()
    account, notice = write(purpose="account"), write(purpose="notice")
    run_tasks()
    account.refresh_from_db()
    notice.refresh_from_db()
    assert (account.state, account.text, notice.text) == ("sent", "", "Order 10001.\n")


def test_in_a_demo_without_a_server_mails_stay_in_the_mailbox(settings, server, clock):
    settings.DEMO, settings.EMAIL_URL = True, ""
    mail = write(purpose="account")
    run_tasks()
    mail.refresh_from_db()
    assert (mail.state, mail.text, story(mail)) == ("sent", "Order 10001.\n", [("kept", None)])


def test_an_attempt_that_was_broken_off_is_closed_in_the_log(server, clock):
    """One mail is tried again after its sender died, of the other nobody knows whether it arrived."""
    server.up()
    left = timezone.now() + LEASE
    for state, again in (("sending", left), ("maybe_sent", None)):
        Mail.objects.filter(pk=write().pk).update(state=state, next_try=again, attempts=1, unclear=2)
    tried, unknown = Mail.objects.order_by("pk")
    for mail in (tried, unknown):
        mail.deliveries.create(outcome="started")
    go_on(clock, 100)
    sweep_mails()
    assert story(tried) == story(unknown) == [("started", None)]
    go_on(clock, 100)
    sweep_mails()
    assert (story(tried), story(unknown)) == ([("cut", None), ("sent", 250)], [("cut", None)])
