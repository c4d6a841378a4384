"""Facts about buyers; never a name, an address or a number of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    kind = "customers.created"
    label = _("Customer added")
    customer_id: int


@event
@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """`fields` names what changed, tags and the note included."""

    kind = "customers.changed"
    label = _("Customer changed")
    customer_id: int
    fields: list[str]


@event
@dataclass(frozen=True, kw_only=True)
class ConsentRecorded(Event):
    kind = "customers.consent_recorded"
    label = _("Consent written down")
    customer_id: int
    purpose: str
    channel: str
    granted: bool
