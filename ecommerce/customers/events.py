"""Facts about buyers; never a name, an address or a number of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    kind: ClassVar[str] = "customers.created"
    customer_id: int


@event
@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """`fields` names what changed, tags and the note included."""

    kind: ClassVar[str] = "customers.changed"
    customer_id: int
    fields: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class ConsentRecorded(Event):
    kind: ClassVar[str] = "customers.consent_recorded"
    customer_id: int
    purpose: str
    channel: str
    granted: bool
