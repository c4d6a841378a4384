"""What happens to notification channels."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ChannelAdded(Event):
    kind = "channels.added"
    label = _("Notification channel added")
    sentence = _("Notification channel “%(name)s” added")
    channel_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class ChannelChanged(Event):
    kind = "channels.changed"
    label = _("Notification channel changed")
    sentence = _("Notification channel “%(name)s” changed")
    channel_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class ChannelPaused(Event):
    kind = "channels.paused"
    label = _("Notification channel paused")
    sentence = _("Notification channel “%(name)s” paused")
    channel_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class ChannelResumed(Event):
    kind = "channels.resumed"
    label = _("Notification channel switched on")
    sentence = _("Notification channel “%(name)s” switched on")
    channel_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class ChannelRemoved(Event):
    kind = "channels.removed"
    label = _("Notification channel removed")
    sentence = _("Notification channel “%(name)s” removed")
    channel_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class ChannelBroke(Event):
    """The product switched it off by itself; `why` is a value of Channel.Broken."""

    kind = "channels.broke"
    label = _("Notification channel switched off because it does not work")
    sentence = _("Notification channel “%(name)s” switched off because it does not work")
    channel_id: int
    name: str
    why: str
