"""What a channel is given to say, and what a sender makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Target:
    """Where a channel leads, its secret in the clear: only for the moment of sending."""

    address: str
    secret: str = ""


@dataclass(frozen=True)
class Message:
    """One fact in the channel's language. `id` stays the same over all attempts; `figures` are the kind's params."""

    id: str
    kind: str
    at: datetime
    shop: str
    title: str
    text: str
    link: str
    action: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A POST as it goes over the line; an address that begins with LOG goes into the log and nowhere else."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


LOG = "log:"


@dataclass(frozen=True)
class Reply:
    """What the far side said: its HTTP status, headers by lower-case name, and the first 64 KB of its body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class Failure(TextChoices):
    """Why there was no answer."""

    PRIVATE = "private", pgettext_lazy("channel", "The address leads into a private network")
    TIMEOUT = "timeout", pgettext_lazy("channel", "No answer in time")
    UNREACHED = "unreached", pgettext_lazy("channel", "Could not be reached")


@dataclass(frozen=True)
class Exchange:
    """`reply` is None where there was none, and `failure` says why; `text` is for who runs the platform."""

    reply: Reply | None
    failure: str = ""
    text: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether a reply means that the message arrived; `again` when the far side only asks for patience."""

    ok: bool
    again: bool = False
    text: str = ""


class Sender(Protocol):
    """One kind of channel. `hosts` are those its addresses lead to (any, if empty); `secret` is "" (it has none),
    "made" (by us, shown once) or "typed" (given by the far side).
    """

    name: str
    label: Any
    address_label: Any
    address_help: Any
    hosts: tuple[str, ...]
    secret: str
    secret_help: Any

    def request(self, target: Target, message: Message, now: datetime) -> Request:
        """The message as this channel wants it, signed where it wants that. Pure: sends nothing."""
        ...

    def verdict(self, reply: Reply) -> Verdict:
        """What a reply below 300 means; chat services answer 200 to what they refuse."""
        ...
