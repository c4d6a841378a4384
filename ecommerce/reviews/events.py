"""What reviews announce.

`days` are the merchant's days (ISO dates) whose figures the fact changes: the day the review was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class ReviewFact(Event):
    """What every fact about one review carries. `state` is the one it is in after it."""

    review_id: int
    product_id: int | None = None
    rating: int
    state: str
    days: list[str] = field(default_factory=list)


@event
@dataclass(frozen=True, kw_only=True)
class ReviewSubmitted(ReviewFact):
    """A review came in. Its state is "published" at once, without a ReviewPublished, or "held"."""

    kind = "reviews.submitted"
    label = _("Review written")
    order_id: int | None = None
    is_verified: bool = False
    risk_score: str = "0"


@event
@dataclass(frozen=True, kw_only=True)
class ReviewRevised(ReviewFact):
    """The author changed it because a moderator had asked; a moderator looks at it again."""

    kind = "reviews.revised"
    label = _("Review changed by its author")


@event
@dataclass(frozen=True, kw_only=True)
class ReviewPublished(ReviewFact):
    """A moderator let it appear; `is_first` where it had never appeared. `rating_before` is the one it came in with."""

    kind = "reviews.published"
    label = _("Review published")
    order_id: int | None = None
    is_verified: bool = False
    is_first: bool = False
    rating_before: int | None = None


@event
@dataclass(frozen=True, kw_only=True)
class ReviewHidden(ReviewFact):
    kind = "reviews.hidden"
    label = _("Review hidden")
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class ReviewEditAsked(ReviewFact):
    """The author is to change it before it appears (again)."""

    kind = "reviews.edit_asked"
    label = _("Author asked to change the review")
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class ReviewDecisionUndone(ReviewFact):
    """A moderator took the last decision back; the review is in the state it was in before."""

    kind = "reviews.decision_undone"
    label = _("Decision on the review taken back")


@event
@dataclass(frozen=True, kw_only=True)
class ReviewReplied(ReviewFact):
    """The merchant replied, or changed the reply (`is_edit`)."""

    kind = "reviews.replied"
    label = _("Review replied to")
    is_edit: bool = False
