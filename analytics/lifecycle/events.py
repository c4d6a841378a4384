"""Facts about the life of products."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class SuggestionAnswered(Event):
    """`answer` is accepted or dismissed."""

    kind = "lifecycle.suggestion_answered"
    label = _("Suggestion for a product answered")
    decision_id: int
    product_id: int
    suggestion: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class StageChanged(Event):
    """A product came into another stage (models.Stage), from `before` to `stage`; never told of its first one.

    `why` is the figure that decided (words.NAMES): "against_shop", or "idle" where nothing sells any more. Units are
    those of the last 90 days and of the 90 before; percents compare them, alone and against the rest of the shop, and
    the forecast of the next 28 days with the last 28. None is not known. `cover` is days the stock lasts, None without
    an end; `stage_id` is the row of the page that shows it.
    """

    stage_id: int
    product_id: int
    title: str
    before: str
    stage: str
    why: str
    units: int
    units_before: int
    idle: int
    change_percent: int | None = None
    against_shop_percent: int | None = None
    forecast_percent: int | None = None
    available: int | None = None
    cover: int | None = None


@event
@dataclass(frozen=True, kw_only=True)
class ProductFellBehind(StageChanged):
    """It declines, or is at its end."""

    kind = "lifecycle.fell_behind"
    label = _("Product falls behind")
    sentence = _("%(title)s falls behind")


@event
@dataclass(frozen=True, kw_only=True)
class ProductStartedGrowing(StageChanged):
    kind = "lifecycle.started_growing"
    label = _("Product grows")
    sentence = _("%(title)s grows")
