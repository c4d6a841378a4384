"""Setting channels up, and giving them what they are to deliver."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tenancy import tenant
from notifications.channels import rules
from notifications.channels.events import ChannelAdded, ChannelChanged, ChannelPaused, ChannelRemoved, ChannelResumed
from notifications.channels.models import Channel, Dispatch, DispatchQuerySet, new_message_id
from notifications.channels.queries import TEST, channels_for, tellable
from notifications.channels.senders import SENDERS
from notifications.channels.senders.message import Target
from notifications.channels.sending import queue
from notifications.inbox.ending import Settled
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification
from notifications.inbox.told import Told

MOST = 20
TAKEN_UP_WITHIN = timedelta(days=1)  # later nobody waits for it in a channel
State = Channel.State


def dispatch_fact(told: Told) -> int:
    """Give a fact to every channel that takes its kind, once; returns how many were new to it.

    Kinds that are `like` another are the same fact told to other people, so they share its name. One that was over
    before it was delivered, and is before people again, is delivered after all.
    """
    name = told.kind.like or told.kind.name
    new = 0
    for channel in channels_for(told.kind):
        dispatch, is_new = Dispatch.objects.get_or_create(
            channel=channel,
            fact=f"{name}:{told.key}",
            defaults={"kind": told.kind.name, "params": dict(told.params), "message_id": new_message_id()},
        )
        if is_new:
            queue(dispatch)
            new += 1
        elif dispatch.state == Dispatch.State.NEEDLESS and _lies_open(told):
            dispatch.params = dict(told.params)
            dispatch.save(update_fields=["params"])
            _queue_again(dispatch)
    return new


def _lies_open(told: Told) -> bool:
    return Notification.objects.unsettled().filter(kind=told.kind.name, key=told.key).exists()


def drop_settled(settled: Settled) -> int:
    """What is over and not delivered yet is not delivered any more; returns of how many deliveries that is true.

    One that is on the line at this moment may still arrive; if it does not, it is not tried again.
    """
    now = timezone.now()
    rows = _about(settled).open()
    rows.update(settled_at=now)
    return rows.filter(state=Dispatch.State.QUEUED).update(state=Dispatch.State.NEEDLESS, next_try=None, problem="")


def take_up(settled: Settled) -> None:
    """Deliver what was not delivered because it was over, now that it is not; call it soon after that."""
    rows = _about(settled).filter(settled_at__gt=timezone.now() - TAKEN_UP_WITHIN)
    for dispatch in rows.filter(state=Dispatch.State.NEEDLESS):
        with tenant(dispatch.merchant_id):
            _queue_again(dispatch)
    rows.open().update(settled_at=None)


def _about(settled: Settled) -> DispatchQuerySet:
    named = Q()
    for name in settled.kinds:
        kind = kind_of(name)
        named |= Q(kind=name) & settled.of_key("fact", f"{kind.like or name}:" if kind else f"{name}:")
    shop = Q() if settled.merchant_id is None else Q(merchant_id=settled.merchant_id)
    rows: DispatchQuerySet = Dispatch.objects.filter(shop & named)
    return rows


def _queue_again(dispatch: Dispatch) -> None:
    over = Dispatch.objects.filter(pk=dispatch.pk, next_try=None)
    values = {"state": Dispatch.State.QUEUED, "attempts": 0, "next_try": timezone.now(), "settled_at": None}
    if over.update(**values):
        dispatch.refresh_from_db()
        queue(dispatch)


@transaction.atomic
def add_channel(
    sender: str,
    *,
    name: str,
    address: str,
    secret: str = "",
    language: str,
    urgency: int,
    kinds: Collection[str],
    held: Collection[str],
    actor: Actor,
) -> tuple[Channel, str]:
    """A new channel, and the secret that was made for it ("" for kinds that have none of ours), shown only now.

    Refuses addresses that rules.clean_address refuses, kinds its maker may not be told, a name that is taken, and more
    than 20 channels.
    """
    if Channel.objects.count() >= MOST:
        raise Refused("too_many_channels", _("There are 20 channels. Remove one that is not needed any more."))
    channel = Channel(sender=sender, name=_free_name(name), language=language, urgency=urgency)
    channel.kinds = _allowed(kinds, held, before=())
    made = new_secret() if SENDERS[sender].secret == "made" else ""  # noqa: S105 - a way, not a secret
    channel.keep(Target(_clean(sender, address), made or secret.strip()))
    channel.save()
    record(ChannelAdded(channel_id=channel.pk, name=channel.name), actor=actor, subject=channel)
    return channel, made


@transaction.atomic
def edit_channel(
    channel: Channel,
    *,
    name: str,
    address: str = "",
    secret: str = "",
    language: str,
    urgency: int,
    kinds: Collection[str],
    held: Collection[str],
    actor: Actor,
) -> Channel:
    """Change a channel. An empty address or secret leaves the one it has; another address needs its secret anew."""
    channel = Channel.objects.select_for_update().get(pk=channel.pk)
    before = {"name": channel.name, "shown": channel.shown, "language": channel.language, "kinds": channel.kinds}
    channel.name = _free_name(name, but=channel)
    channel.language, channel.urgency = language, urgency
    channel.kinds = _allowed(kinds, held, before=channel.kinds)
    if address or secret:
        _retarget(channel, address, secret.strip())
    channel.save()
    changes = {field: (old, getattr(channel, field)) for field, old in before.items() if old != getattr(channel, field)}
    record(ChannelChanged(channel_id=channel.pk, name=channel.name), actor=actor, subject=channel, changes=changes)
    return channel


def _retarget(channel: Channel, address: str, secret: str) -> None:
    """A secret that was typed for one address must not be sent along to another; one of ours goes on."""
    is_ours = SENDERS[channel.sender].secret == "made"  # noqa: S105 - a way, not a secret
    if not address:
        channel.keep(Target(channel.target.address, secret))
        return
    keeps = channel.target.secret if is_ours and channel.why != Channel.Broken.UNREADABLE else secret
    channel.keep(Target(_clean(channel.sender, address), keeps or (new_secret() if is_ours else "")))
    channel.failures, channel.failing_since, channel.free_at = 0, None, None


@transaction.atomic
def replace_secret(channel: Channel, *, actor: Actor) -> str:
    """A new secret of ours in place of the old one, from the next attempt on. Returns it; it is shown only now."""
    channel = Channel.objects.select_for_update().get(pk=channel.pk)
    if SENDERS[channel.sender].secret != "made":  # noqa: S105 - a way, not a secret
        raise Refused("no_secret_of_ours", _("The secret of this channel is given by the other side."))
    made = new_secret()
    channel.keep(Target(channel.target.address, made))
    channel.save()
    record(
        ChannelChanged(channel_id=channel.pk, name=channel.name),
        actor=actor,
        subject=channel,
        changes={"secret": (None, "replaced")},
    )
    return made


@transaction.atomic
def pause_channel(channel: Channel, *, actor: Actor) -> None:
    """Send nothing there until it is switched on again; what waits is not sent later, but can be sent again by hand."""
    if not Channel.objects.on().filter(pk=channel.pk).update(state=State.PAUSED):
        raise Refused("not_on", _("This channel is off already."), status=409)
    record(ChannelPaused(channel_id=channel.pk, name=channel.name), actor=actor, subject=channel)


@transaction.atomic
def resume_channel(channel: Channel, *, actor: Actor) -> None:
    """Switch a channel on that was paused or that the product switched off."""
    off = Channel.objects.exclude(state=State.ON).filter(pk=channel.pk)
    if not off.update(state=State.ON, why="", failures=0, failing_since=None, free_at=None):
        raise Refused("is_on", _("This channel is on already."), status=409)
    record(ChannelResumed(channel_id=channel.pk, name=channel.name), actor=actor, subject=channel)


@transaction.atomic
def remove_channel(channel: Channel, *, actor: Actor) -> None:
    """Remove a channel with the record of what was delivered there."""
    record(ChannelRemoved(channel_id=channel.pk, name=channel.name), actor=actor, subject=channel)
    channel.delete()


@transaction.atomic
def send_test(channel: Channel, *, actor: Actor) -> Dispatch:
    """Send a message that says that it is a test, as any other delivery. Refuses a channel that is off."""
    if channel.state != State.ON:
        raise Refused("channel_off", _("Switch the channel on first."))
    dispatch = Dispatch.objects.create(
        channel=channel, fact=f"{TEST}:{uuid.uuid4().hex}", kind=TEST, message_id=new_message_id()
    )
    queue(dispatch)
    return dispatch


@transaction.atomic
def send_again(dispatch: Dispatch, *, actor: Actor) -> None:
    """Deliver once more, from the first attempt on and under the same id. Refuses what is on its way, or a channel
    that is off.
    """
    if dispatch.channel.state != State.ON:
        raise Refused("channel_off", _("Switch the channel on first."))
    over = Dispatch.objects.filter(pk=dispatch.pk, next_try=None)
    if not over.update(state=Dispatch.State.QUEUED, attempts=0, next_try=timezone.now(), settled_at=None):
        raise Refused("on_its_way", _("This delivery is on its way already."), status=409)
    dispatch.refresh_from_db()
    queue(dispatch)


def new_secret() -> str:
    """A secret of Standard Webhooks: 32 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _clean(sender: str, address: str) -> str:
    if sender == "sms":
        return rules.clean_number(address)
    return rules.clean_address(address, SENDERS[sender].hosts, anywhere=settings.CHANNELS_PRIVATE_ADDRESSES)


def _free_name(name: str, *, but: Channel | None = None) -> str:
    taken = Channel.objects.filter(name=name)
    if (taken.exclude(pk=but.pk) if but else taken).exists():
        sentence = _("Another channel has this name.")
        raise Refused("name_taken", sentence, name=sentence)
    return name


def _allowed(kinds: Collection[str], held: Collection[str], *, before: Collection[str]) -> list[str]:
    """The chosen kinds in order; what somebody else chose before and this person may not see stays as it was."""
    names = {kind.name for kind in tellable(held)}
    if beyond := set(kinds) - names:
        sentence = _("A channel cannot be told what you may not see yourself.")
        raise Refused("kind_not_held", sentence, kinds=f"{sentence} ({', '.join(sorted(beyond))})")
    chosen = sorted(set(kinds) | (set(before) - names))
    if not chosen:
        sentence = _("Choose at least one thing that goes there.")
        raise Refused("no_kind", sentence, kinds=sentence)
    return chosen
