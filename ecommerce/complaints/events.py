"""What complaints announce.

`days` are the merchant's days (ISO dates) whose figures the fact changes: the day the complaint was opened. Amounts are
decimal strings in the order's currency. Who acted is the activity's actor.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class ComplaintFact(Event):
    """What every fact about one complaint carries. `due_at` (ISO) is when the next party must have acted."""

    complaint_id: int
    number: str
    topic: str
    state: str
    due_at: str
    order_id: int | None = None
    customer_id: int | None = None
    product_id: int | None = None
    days: list[str] = field(default_factory=list)


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(ComplaintFact):
    kind = "complaints.opened"
    label = _("Complaint opened")
    refund_asked: str | None = None


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintDueSoon(ComplaintFact):
    """The merchant has not answered and has DUE_SOON left; announced once."""

    kind = "complaints.due_soon"
    label = _("Complaint due soon")


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintAnswered(ComplaintFact):
    """The merchant answered, with an offer or without."""

    kind = "complaints.answered"
    label = _("Complaint answered")
    refund_offered: str | None = None


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintMessageAdded(ComplaintFact):
    """One more message of `author` (buyer, merchant or staff) in the conversation; internal notes are not announced."""

    kind = "complaints.message_added"
    label = _("Message added to the complaint")
    author: str


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintNoted(ComplaintFact):
    """A note for one side only."""

    kind = "complaints.noted"
    label = _("Note added to the complaint")
    author: str


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintEscalated(ComplaintFact):
    """The platform has it now. `because` is a value of Complaint.Escalation."""

    kind = "complaints.escalated"
    label = _("Complaint passed to the platform")
    because: str


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintDecided(ComplaintFact):
    """The platform decided; `refund` was given back with it, `is_final` after an appeal."""

    kind = "complaints.decided"
    label = _("Complaint decided")
    decision: str
    refund: str | None = None
    is_final: bool = False


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintAppealed(ComplaintFact):
    kind = "complaints.appealed"
    label = _("Decision appealed")


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintClosed(ComplaintFact):
    """`because` is a value of Complaint.Closing; `refund` was given back with it (an accepted offer)."""

    kind = "complaints.closed"
    label = _("Complaint closed")
    because: str
    refund: str | None = None
