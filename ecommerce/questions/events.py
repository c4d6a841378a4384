"""What questions of buyers announce."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class QuestionFact(Event):
    """What every fact about one question carries."""

    question_id: int
    product_id: int


@event
@dataclass(frozen=True, kw_only=True)
class QuestionAsked(QuestionFact):
    kind = "questions.asked"
    label = _("Question asked")
    channel: str


@event
@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(QuestionFact):
    """The shop answered, or changed its answer (`is_edit`)."""

    kind = "questions.answered"
    label = _("Question answered")
    is_edit: bool = False
