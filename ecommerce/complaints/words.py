"""The clocks and refusals of complaints as words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.clocks import span
from ecommerce.complaints.models import Complaint
from ecommerce.complaints.rules import who_acts

NO_APPEAL: dict[str, Any] = {
    "not_decided": gettext_lazy("Complaint %(number)s has no decision to appeal against."),
    "in_your_favour": gettext_lazy("Complaint %(number)s was decided in your favour; there is nothing to appeal."),
    "appealed_already": gettext_lazy("Complaint %(number)s was appealed against already; the decision is final."),
    "too_late": gettext_lazy("The week for an appeal on complaint %(number)s is over."),
}

_DUE: dict[str, Any] = {
    Complaint.State.OPENED: gettext_lazy("Answer due in"),
    Complaint.State.ANSWERED: gettext_lazy("The buyer has"),
    Complaint.State.INVESTIGATED: gettext_lazy("Decision due in"),
    Complaint.State.APPEALED: gettext_lazy("Decision due in"),
    Complaint.State.DECIDED: gettext_lazy("Final in"),
}
_LATE: dict[str, Any] = {
    "merchant": gettext_lazy("Answer late by"),
    "platform": gettext_lazy("Decision late by"),
    "buyer": gettext_lazy("No reply since"),
}
_NEXT: dict[str, Any] = {
    Complaint.State.OPENED: gettext_lazy("Passes to the platform if it is not answered by then."),
    Complaint.State.ANSWERED: gettext_lazy("Closes by then unless the buyer comes back."),
    Complaint.State.INVESTIGATED: gettext_lazy("The platform decides."),
    Complaint.State.APPEALED: gettext_lazy("The platform looks at its decision again."),
    Complaint.State.DECIDED: gettext_lazy("The shop may appeal until then."),
}


def due_label(complaint: Complaint, now: datetime) -> str:
    """What the clock counts down to, or how long that is past."""
    if complaint.due_at < now and complaint.state != Complaint.State.DECIDED:
        return str(_LATE.get(who_acts(complaint.state), ""))
    return str(_DUE.get(complaint.state, ""))


def what_next(complaint: Complaint) -> str:
    """What happens when the clock has run out."""
    if complaint.state == Complaint.State.DECIDED and (complaint.appealed_at or complaint.decision == "for_merchant"):
        return _("The complaint closes then.")
    return str(_NEXT.get(complaint.state, ""))


@dataclass(frozen=True)
class ClockInWords:
    """A clock for the ring and the list: `used` in percent, `tone` "ok", "soon", "late" or "" where none runs."""

    tone: str
    used: int
    label: str
    left: str
    next: str


def clock_in_words(complaint: Complaint, now: datetime) -> ClockInWords:
    if complaint.state == Complaint.State.CLOSED:
        return ClockInWords("", 100, "", "", "")
    clock = complaint.clock(now)
    return ClockInWords(clock.tone, clock.used, due_label(complaint, now), span(clock.left), what_next(complaint))


@dataclass(frozen=True)
class Step:
    """`look` is "done", "now" or ""."""

    label: Any
    look: str
    at: datetime | None
    note: str = ""


def steps_of(complaint: Complaint) -> list[Step]:
    """The way of the complaint: what is behind it, where it stands, and what lies ahead."""
    State = Complaint.State
    now = {State.OPENED: 0, State.ANSWERED: 1, State.INVESTIGATED: 2, State.APPEALED: 3, State.DECIDED: 3}
    at = now.get(complaint.state, 4)  # type: ignore[call-overload]
    moments = [
        complaint.opened_at,
        complaint.answered_at,
        complaint.escalated_at,
        complaint.decided_at,
        complaint.closed_at,
    ]
    labels = [
        pgettext("step", "Opened"),
        _("Answered by the shop"),
        _("With the platform"),
        _("Appealed") if complaint.state == State.APPEALED else pgettext("step", "Decided"),
        pgettext("step", "Closed"),
    ]
    steps = []
    for place, (label, moment) in enumerate(zip(labels, moments, strict=True)):
        is_now = place == at and complaint.state != State.CLOSED
        is_done = moment is not None and not is_now
        if moment is None and place < at:
            continue  # it went another way: decided without an answer, settled without a decision
        steps.append(Step(label, "now" if is_now else "done" if is_done else "", moment))
    return steps
