"""Facts that a shop is told go to its channels too."""

from __future__ import annotations

from notifications.channels.actions import dispatch_fact
from notifications.inbox.told import Told, when_told


@when_told
def send_to_channels(told: Told) -> None:
    dispatch_fact(told)
