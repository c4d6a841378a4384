"""The list of questions of a shop: its views, sorts and search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.questions.filters import QuestionFilters
from ecommerce.questions.queries import search_questions

QUESTIONS = Listing(
    tabs=[
        Tab("open", pgettext_lazy("questions", "Open"), lambda rows: rows.open(), steady=True),
        Tab("answered", pgettext_lazy("questions", "Answered"), lambda rows: rows.answered(), steady=True),
        Tab("all", pgettext_lazy("questions", "All"), lambda rows: rows, steady=True),
    ],
    sorts=[Sort("asked", _("Asked"), "asked_at", descending=True)],
    filters=QuestionFilters,
    search=search_questions,
)
