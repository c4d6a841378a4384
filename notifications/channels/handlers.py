"""Facts that a shop is told go to its channels too, until they are over."""

from __future__ import annotations

from notifications.channels.actions import dispatch_fact, drop_settled, take_up
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
