"""Who listens when a shop is told something. Features above the inbox register here, so that it knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from notifications.inbox.kinds import Kind


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
