"""What staff are told: who of them, how urgent it is, what it says and where it is dealt with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params, Words
from notifications.inbox.sentences.ahead import forecast_drift
from notifications.staffbox import sentences as say


@dataclass(frozen=True)
class StaffKind:
    """`word` is the permission one needs to be told and to see it; `why` says so in their words.

    `page` is the URL name of where it is dealt with, its one argument the figure `of`; "" for none. `email` says
    whether it is mailed, too.
    """

    name: str
    label: Any
    urgency: Urgency
    word: str
    why: Any
    words: Callable[[Params], Words]
    page: str
    of: str
    verb: Any
    icon: str
    tone: str = ""
    email: bool = False

    def path(self, params: Params) -> str:
        return reverse(self.page, args=[params[self.of]] if self.of else [])


DECIDES = _("You get it because your role decides complaints.")
KINDS = (
    StaffKind(
        "merchant-applied", _("A shop applied"), Urgency.WEEK, "merchants.decide",
        _("You get it because your role decides applications."),
        say.merchant_applied, "staff-merchant", "merchant_id", _("Look at the application"), icon="building-store",
        tone="info",
    ),
    StaffKind(
        "review-held", _("A review is held"), Urgency.WEEK, "reviews.moderate",
        _("You get it because your role moderates reviews."),
        say.review_held, "staff-review", "review_id", _("Moderate it"), icon="star", tone="warning",
    ),
    StaffKind(
        "complaint-escalated", _("A complaint went to the platform"), Urgency.ACT, "complaints.decide", DECIDES,
        say.complaint_escalated, "staff-complaint", "complaint_id", _("Decide it"), icon="gavel", tone="critical",
    ),
    StaffKind(
        "complaint-appealed", _("A decision was appealed"), Urgency.ACT, "complaints.decide", DECIDES,
        say.complaint_appealed, "staff-complaint", "complaint_id", _("Decide it"), icon="scale", tone="critical",
    ),
    StaffKind(
        "forecast-drift", _("Forecasts were off"), Urgency.WEEK, "operations.view",
        _("You get it because your role looks after the platform."),
        forecast_drift, "staff-accuracy", "", _("See the forecasts"), icon="target-arrow", tone="warning",
        email=True,
    ),
)  # fmt: skip
_BY_NAME = {kind.name: kind for kind in KINDS}


def staff_kind(name: str) -> StaffKind | None:
    """The kind of that name; None for one that staff are not told in their inbox (any more)."""
    return _BY_NAME.get(name)


def kinds_for(user: User) -> list[StaffKind]:
    """What this person of the staff may deal with."""
    return [kind for kind in KINDS if user.may_as_staff(kind.word)]
