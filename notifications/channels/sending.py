"""Delivering one fact to one channel: claim it, send it, write down what came of it, queue what is next."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.activity.log import record
from accounts.jobs.queue import enqueue
from accounts.merchants.models import Merchant
from core.actors import SYSTEM
from core.sealing import Unreadable
from core.tasks import task
from notifications.channels import rules
from notifications.channels.events import ChannelBroke
from notifications.channels.models import Channel, Dispatch
from notifications.channels.queries import message_of
from notifications.channels.senders import SENDERS
from notifications.channels.senders.message import Exchange, Sender

State, Problem = Dispatch.State, Dispatch.Problem


@task()
def deliver(dispatch_id: int) -> None:
    """Make one attempt at a delivery, if one is due."""
    send(dispatch_id)


def queue(dispatch: Dispatch) -> None:
    """Queue the next attempt for when it is due. Each has a name of its own: one asked for by hand waits for none."""
    enqueue(deliver, dispatch.pk, key=f"dispatch:{dispatch.pk}:{dispatch.attempts}", at=dispatch.next_try)


@dataclass(frozen=True)
class Outcome:
    """`again` when time may heal it; `wait` is what the far side asked for; `silent` when it did not answer at all."""

    problem: str = ""
    again: bool = False
    wait: timedelta = timedelta(0)
    silent: bool = False
    code: int | None = None
    text: str = ""


def send(dispatch_id: int) -> None:
    """Make one attempt, if one is due. Returns when the outcome is written down and the next attempt is queued.

    The row is claimed first, so two senders never send at once; one that dies leaves a row that is due again when its
    lease ends. A far side that took the message and died before it answered gets it again, under the same id.
    """
    dispatch = _claim(dispatch_id)
    if dispatch is None:
        return
    if dispatch.settled_at is not None:
        _write(dispatch, state=State.NEEDLESS, next_try=None, attempts=dispatch.attempts - 1)
        return
    channel = dispatch.channel
    if channel.state != Channel.State.ON:
        _end(dispatch, Outcome(Problem.OFF), 0.0)
        return
    if not _may_knock(channel):
        assert channel.free_at is not None
        _write(dispatch, state=State.QUEUED, next_try=channel.free_at, attempts=dispatch.attempts - 1)
        queue(dispatch)
        return
    sender = SENDERS.get(channel.sender)
    message = message_of(dispatch, channel, Merchant.objects.in_scope())
    if message is None or sender is None:
        _end(dispatch, Outcome(Problem.UNKNOWN), 0.0)
        return
    try:
        request = sender.request(channel.target, message, timezone.now())
    except Unreadable:
        _end(dispatch, Outcome(Problem.OFF), 0.0)
        _break(channel, Channel.Broken.UNREADABLE)
        return
    from notifications.channels.outgoing import post  # brings 9 MB along that web processes have no use for

    started = time.monotonic()
    outcome = judge(sender, post(request), timezone.now())
    _settle(dispatch, outcome, round(time.monotonic() - started, 3))


def judge(sender: Sender, exchange: Exchange, now: datetime) -> Outcome:
    """What an exchange means: no answer, redirects, 408, 429 and faults of the far side may heal, the rest is final."""
    reply = exchange.reply
    if reply is None:
        private = exchange.failure == Problem.PRIVATE
        return Outcome(exchange.failure, again=not private, silent=not private)
    wait = rules.asked_to_wait(reply.headers.get("retry-after", ""), now)
    text = reply.body[:500]
    if reply.status < 300:
        verdict = sender.verdict(reply)
        if verdict.ok:
            return Outcome(code=reply.status, text=verdict.text[:500])
        problem = Problem.BUSY if verdict.again else Problem.REFUSED
        return Outcome(problem, again=verdict.again, wait=wait, code=reply.status, text=verdict.text[:500])
    if reply.status < 400:
        return Outcome(Problem.REDIRECT, again=True, code=reply.status, text=reply.headers.get("location", "")[:200])
    if reply.status in (408, 429):
        return Outcome(Problem.BUSY, again=True, wait=wait, code=reply.status, text=text)
    if reply.status == 410:
        return Outcome(Problem.GONE, code=410, text=text)
    if reply.status < 500:
        return Outcome(Problem.REFUSED, code=reply.status, text=text)
    return Outcome(Problem.TROUBLE, again=True, wait=wait, code=min(reply.status, 999), text=text)


def _claim(dispatch_id: int) -> Dispatch | None:
    """Take the delivery for this attempt; None when it is not due, done, or another sender has it."""
    now = timezone.now()
    taken = Dispatch.objects.due(now).filter(pk=dispatch_id)
    if taken.update(state=State.SENDING, attempts=F("attempts") + 1, next_try=now + rules.LEASE):
        return Dispatch.objects.select_related("channel").get(pk=dispatch_id)
    waiting = Dispatch.objects.open().filter(pk=dispatch_id).first()
    if waiting is not None:
        queue(waiting)
    return None


def _may_knock(channel: Channel) -> bool:
    """While a channel does not answer, one delivery now and then knocks; the others wait without holding a worker."""
    now = timezone.now()
    if channel.free_at is None:
        return True
    if channel.free_at > now:
        return False
    # Whoever moves the time forward is the one that knocks.
    next_time = now + rules.pause_after(channel.failures)
    if Channel.objects.filter(pk=channel.pk, free_at=channel.free_at).update(free_at=next_time):
        return True
    channel.free_at = Channel.objects.values_list("free_at", flat=True).get(pk=channel.pk)
    return channel.free_at is None


def _settle(dispatch: Dispatch, outcome: Outcome, seconds: float) -> None:
    now = timezone.now()
    with transaction.atomic():
        channel = Channel.objects.select_for_update().get(pk=dispatch.channel_id)
        if outcome.again and Dispatch.objects.filter(pk=dispatch.pk, settled_at__isnull=False).exists():
            _note(dispatch, outcome, seconds, state=State.NEEDLESS, next_try=None)
        elif outcome.again and dispatch.attempts < rules.ATTEMPTS:
            # The jitter only spreads load; nobody gains by guessing it.
            delay = rules.delay_after(dispatch.attempts, random.uniform(-1, 1))  # noqa: S311
            _note(dispatch, outcome, seconds, state=State.QUEUED, next_try=now + max(delay, outcome.wait))
            queue(dispatch)
        else:
            _end(dispatch, outcome, seconds)
        if not outcome.problem:
            channel.failures, channel.failing_since, channel.free_at, channel.delivered_at = 0, None, None, now
        else:
            channel.failures += 1
            channel.failing_since = channel.failing_since or now
            pause = rules.pause_after(channel.failures) if outcome.silent else timedelta(0)
            pause = max(pause, outcome.wait)
            channel.free_at = now + pause if pause else None
        channel.save()
        if channel.state == Channel.State.ON:
            lasted = now - channel.failing_since if channel.failing_since else timedelta(0)
            if outcome.problem == Problem.GONE:
                _break(channel, Channel.Broken.GONE)
            elif lasted >= rules.BREAK_AFTER and channel.failures >= rules.BREAK_FAILURES:
                _break(channel, Channel.Broken.FAILING)


def _break(channel: Channel, why: str) -> None:
    """Switch a channel off that does not work, and say so in the activity log."""
    with transaction.atomic():
        on = Channel.objects.filter(pk=channel.pk, state=Channel.State.ON)
        if on.update(state=Channel.State.BROKEN, why=why):
            record(ChannelBroke(channel_id=channel.pk, name=channel.name, why=why), actor=SYSTEM, subject=channel)


def _end(dispatch: Dispatch, outcome: Outcome, seconds: float) -> None:
    state = State.FAILED if outcome.problem else State.SENT
    sent_at = None if outcome.problem else timezone.now()
    _note(dispatch, outcome, seconds, state=state, next_try=None, sent_at=sent_at)


def _note(dispatch: Dispatch, outcome: Outcome, seconds: float, **fields: object) -> None:
    answer = outcome.text.replace("\x00", "")
    _write(dispatch, problem=outcome.problem, code=outcome.code, answer=answer, seconds=seconds, **fields)


def _write(dispatch: Dispatch, **fields: object) -> None:
    """Write, unless another sender took the delivery over meanwhile."""
    mine = Dispatch.objects.filter(pk=dispatch.pk, state=State.SENDING, attempts=dispatch.attempts)
    mine.update(**fields)
    for name, value in fields.items():
        setattr(dispatch, name, value)
