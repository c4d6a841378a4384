"""What promotions announce. Days are ISO dates; amounts plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class PromotionPlanned(Event):
    """A promise was written down: `low` to `high` units are the 80 % range."""

    kind = "promotions.planned"
    label = _("Promotion planned")
    promotion_id: int
    title: str
    first_day: str
    last_day: str
    low: float
    middle: float
    high: float


@event
@dataclass(frozen=True, kw_only=True)
class PromotionDrafted(Event):
    """A promotion was proposed with its forecast; nobody has adopted it."""

    kind = "promotions.drafted"
    label = _("Promotion drafted")
    draft_id: int
    title: str


@event
@dataclass(frozen=True, kw_only=True)
class PromotionDraftDeleted(Event):
    kind = "promotions.draft_deleted"
    label = _("Draft of a promotion deleted")
    draft_id: int
    title: str


@event
@dataclass(frozen=True, kw_only=True)
class PromotionReported(Event):
    """A planned promotion and the weeks after it are over; what came is held against the promise."""

    kind = "promotions.reported"
    label = _("Promotion reported")
    promotion_id: int
    title: str
    came: int
    low: float
    high: float


@event
@dataclass(frozen=True, kw_only=True)
class PromotionsFound(Event):
    """Past promotions were found in what was paid, and measured."""

    kind = "promotions.found"
    label = _("Past promotions measured")
    count: int
