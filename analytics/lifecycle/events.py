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
