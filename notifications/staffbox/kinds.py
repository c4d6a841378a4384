"""What staff are told: who of them, how urgent it is, what it says and where it is dealt with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.people.models import User
from notifications.inbox.counting import topic_keys
from notifications.inbox.kinds.base import Kind, to
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences.ahead import forecast_drift
from notifications.staffbox import sentences as say


@dataclass(frozen=True)
class StaffKind(Kind):
    """`word` is the permission one needs to be told and to see it; `why` says so in their words.

    `many` says how many there are, where several stand in one line, which leads to `queue`: the URL name of the page
    that lists what waits, and its query string.
    """

    why: Any = ""
    many: Callable[[int], str] = lambda count: ""
    queue: tuple[str, str] = ("staff-inbox", "")
    across_shops: ClassVar[bool] = True

    def path(self, merchant_slug: str, params: Params) -> str:
        """A page of the staff, which is no shop's."""
        target = self.target(params)
        return reverse(target.name, args=target.args)

    def fold_query(self, params: Params) -> dict[str, str]:
        return {"kind": self.name}

    def fold_words(self, count: int) -> str:
        return self.many(count)

    @property
    def fold_path(self) -> str:
        name, query = self.queue
        return reverse(name) + (f"?{query}" if query else "")


SHOPS, REVIEWS = pgettext_lazy("topic", "Shops"), pgettext_lazy("topic", "Reviews")
COMPLAINTS, FORECASTS = pgettext_lazy("topic", "Complaints"), pgettext_lazy("topic", "Forecasts")
DECIDES = _("You get it because your role decides complaints.")
KINDS = (
    StaffKind(
        "merchant-applied", _("A shop applied"), SHOPS, Urgency.WEEK, "merchants.decide",
        say.merchant_applied, to("staff-merchant", "merchant_id"), _("Look at the application"),
        icon="building-store", tone="info", email=False,
        why=_("You get it because your role decides applications."),
        many=say.shops_applied, queue=("staff-merchants", "tab=applied"),
    ),
    StaffKind(
        "review-held", _("A review is held"), REVIEWS, Urgency.WEEK, "reviews.moderate",
        say.review_held, to("staff-review", "review_id"), _("Moderate it"), icon="star", tone="warning", email=False,
        why=_("You get it because your role moderates reviews."),
        many=say.reviews_held, queue=("staff-reviews", "tab=held"),
    ),
    StaffKind(
        "complaint-escalated", _("A complaint went to the platform"), COMPLAINTS, Urgency.ACT, "complaints.decide",
        say.complaint_escalated, to("staff-complaint", "complaint_id"), _("Decide it"), icon="gavel",
        tone="critical", email=False, why=DECIDES, many=say.complaints_escalated,
        queue=("staff-complaints", "tab=to_decide&state=investigated"),
    ),
    StaffKind(
        "complaint-appealed", _("A decision was appealed"), COMPLAINTS, Urgency.ACT, "complaints.decide",
        say.complaint_appealed, to("staff-complaint", "complaint_id"), _("Decide it"), icon="scale",
        tone="critical", email=False, why=DECIDES, many=say.complaints_appealed,
        queue=("staff-complaints", "tab=to_decide&state=appealed"),
    ),
    StaffKind(
        "forecast-drift", _("Forecasts were off"), FORECASTS, Urgency.WEEK, "operations.view",
        forecast_drift, to("staff-accuracy"), _("See the forecasts"), icon="target-arrow", tone="warning",
        why=_("You get it because your role looks after the platform."),
        many=say.forecasts_drift, queue=("staff-accuracy", ""),
    ),
)  # fmt: skip
_BY_NAME = {kind.name: kind for kind in KINDS}


def staff_kind(name: str) -> StaffKind | None:
    """The kind of that name; None for one that staff are not told in their inbox (any more)."""
    return _BY_NAME.get(name)


def kinds_for(user: User) -> list[StaffKind]:
    """What this person of the staff may deal with."""
    return [kind for kind in KINDS if user.may_as_staff(kind.word)]


@cache
def topic_words() -> dict[str, str]:
    """The topic of each kind as a word for addresses and attributes, by the name of the kind."""
    return topic_keys(KINDS)


def topics_of(user: User) -> dict[str, Any]:
    """The topics that concern this person, by their word in addresses, in the order of the kinds."""
    return {topic_words()[kind.name]: kind.topic for kind in kinds_for(user)}
