"""Facts that a shop is told go to its channels too, until they are over; and a channel that broke is such a fact."""

from __future__ import annotations

from accounts.activity.models import Activity
from core.events import handles
from notifications.channels.actions import dispatch_fact, drop_settled, take_up
from notifications.channels.events import ChannelBroke, ChannelRemoved, ChannelResumed
from notifications.inbox.actions import settle_like, tell
from notifications.inbox.ending import Settled, when_settled
from notifications.inbox.told import Told, when_told


@when_told
def send_to_channels(told: Told) -> None:
    dispatch_fact(told)


@when_settled
def stop_sending(settled: Settled, is_over: bool) -> None:
    if is_over:
        drop_settled(settled)
    else:
        take_up(settled)


@handles(ChannelBroke)
def channel_broke(event: ChannelBroke, activity: Activity) -> None:
    params = {"channel_id": event.channel_id, "name": event.name, "why": event.why}
    tell("channel-broken", key=f"{event.channel_id}:{activity.pk}", params=params, activity=activity)


@handles(ChannelResumed, ChannelRemoved)
def channel_mended(event: ChannelResumed | ChannelRemoved, activity: Activity) -> None:
    settle_like("channel-broken", beginning=f"{event.channel_id}:", by=activity)
