"""Who listens when a shop, or the platform's staff, is told something, or follows a link to it.

Features above the inbox register here, so that it knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.people.models import User
from notifications.inbox.kinds import Kind
from notifications.inbox.links import Fact


@dataclass(frozen=True)
class Told:
    """A fact that the merchant in scope is told, whoever of its members gets it. `key` is what it is about."""

    kind: Kind
    key: str
    params: Mapping[str, Any]


Listener = Callable[[Told], None]
_listeners: list[Listener] = []


def when_told(listener: Listener) -> Listener:
    """Register a function to be called in the transaction of each telling; it must bear a second call of the same."""
    _listeners.append(listener)
    return listener


def announce(told: Told) -> None:
    for listener in _listeners:
        listener(told)


@dataclass(frozen=True)
class StaffTold:
    """A fact about the merchant in scope that these people of the platform's staff are told `at` that moment."""

    kind: Kind
    key: str
    params: Mapping[str, Any]
    people: Collection[User]
    at: datetime


StaffListener = Callable[[StaffTold], None]
_staff_listeners: list[StaffListener] = []


def when_staff_told(listener: StaffListener) -> StaffListener:
    """As when_told(), for what staff are told."""
    _staff_listeners.append(listener)
    return listener


def announce_to_staff(told: StaffTold) -> None:
    for listener in _staff_listeners:
        listener(told)


FollowListener = Callable[[User, Fact], None]
_follow_listeners: list[FollowListener] = []


def when_followed(listener: FollowListener) -> FollowListener:
    """Register a function for when somebody comes by a link out of a mail or chat; called across merchants."""
    _follow_listeners.append(listener)
    return listener


def announce_followed(user: User, fact: Fact) -> None:
    for listener in _follow_listeners:
        listener(user, fact)
