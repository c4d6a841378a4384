"""Channels and deliveries as their pages show them, and what goes where."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.merchants.models import Merchant
from notifications.channels.models import Channel, Dispatch
from notifications.channels.senders.message import Message
from notifications.inbox.kinds import CHOOSABLE, Kind, kind_of
from notifications.inbox.links import link_to

TEST = "test"
GRACE = timedelta(minutes=2)


def channel_list() -> QuerySet[Channel]:
    """By name, each with how many deliveries wait and failed."""
    states = Dispatch.State
    waiting = Q(dispatches__state__in=[states.QUEUED, states.SENDING])
    return Channel.objects.annotate(
        waiting=Count("dispatches", filter=waiting), failed=Count("dispatches", filter=Q(dispatches__state="failed"))
    )


def dispatch_list() -> QuerySet[Dispatch]:
    return Dispatch.objects.select_related("channel")


def overdue_dispatches(now: datetime) -> QuerySet[Dispatch]:
    """Deliveries that are open longer than any job would leave them; there should be none."""
    return Dispatch.objects.due(now - GRACE)


def has_overdue_dispatches(now: datetime) -> bool:
    return overdue_dispatches(now).exists()


def tellable(held: Collection[str]) -> list[Kind]:
    """The kinds that somebody who may do `held` can send to a channel: those of the shop that they may be told."""
    return [kind for kind in CHOOSABLE if not kind.personal and (not kind.word or kind.word in held)]


def channels_for(kind: Kind) -> list[Channel]:
    """The channels that take this kind, in the shop in scope."""
    name = kind.like or kind.name
    return [one for one in Channel.objects.on().filter(urgency__gte=kind.urgency) if name in one.kinds]


def key_of(dispatch: Dispatch) -> str:
    """What the fact of a delivery is about, as its notifications name it."""
    return dispatch.fact.partition(":")[2]


def message_of(dispatch: Dispatch, channel: Channel, merchant: Merchant) -> Message | None:
    """What a delivery says, in the channel's language and the shop's time; None for a kind that is no more."""
    with translation.override(channel.language), timezone.override(merchant.zone):
        if dispatch.kind == TEST:
            return _message(
                dispatch,
                merchant,
                gettext("A test from Storecast"),
                gettext("This channel works. Facts you chose will appear here."),
            )
        kind = kind_of(dispatch.kind)
        if kind is None:
            return None
        title, text = kind.words(dispatch.params)
        path = kind.path(merchant.slug, dispatch.params)
        link = link_to(path, merchant_id=merchant.pk, kind=kind.name, key=key_of(dispatch)) if path else ""
        return _message(dispatch, merchant, title, text, link, str(kind.verb))


def _message(
    dispatch: Dispatch, merchant: Merchant, title: str, text: str, link: str = "", action: str = ""
) -> Message:
    at: datetime = dispatch.created_at
    return Message(
        dispatch.message_id, dispatch.kind, at, merchant.name, str(title), str(text), link, action, dispatch.params
    )
