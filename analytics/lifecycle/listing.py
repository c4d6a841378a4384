"""The lists of stages and of answers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.lifecycle.filters import StageFilters
from analytics.lifecycle.models import LifecycleDecision, Stage, Suggestion
from analytics.lifecycle.queries import search_stages
from core.lists import Listing, Sort, Tab

STAGES = Listing(
    tabs=[
        Tab("open", pgettext_lazy("suggestion", "To decide"), lambda rows: rows.open()),
        Tab("grow", Suggestion.GROW.label, lambda rows: rows.filter(suggestion=Suggestion.GROW)),
        Tab("keep", Suggestion.KEEP.label, lambda rows: rows.filter(suggestion=Suggestion.KEEP)),
        Tab("clear", Suggestion.CLEAR.label, lambda rows: rows.filter(suggestion=Suggestion.CLEAR)),
        Tab("retire", Suggestion.RETIRE.label, lambda rows: rows.filter(suggestion=Suggestion.RETIRE)),
        Tab("unknown", Stage.UNKNOWN.label, lambda rows: rows.filter(stage=Stage.UNKNOWN)),
        Tab("all", _("All"), lambda rows: rows),
    ],
    sorts=[
        Sort("sales", _("Sales"), "sales", descending=True),
        Sort("since", pgettext_lazy("stage", "Since"), "since", descending=True),
        Sort("title", _("Product"), "product__title"),
    ],
    filters=StageFilters,
    search=search_stages,
)

DECISIONS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("accepted", LifecycleDecision.Answer.ACCEPTED.label, lambda rows: rows.filter(answer="accepted")),
        Tab("dismissed", LifecycleDecision.Answer.DISMISSED.label, lambda rows: rows.filter(answer="dismissed")),
        Tab("measured", _("Measured"), lambda rows: rows.exclude(outcome=None)),
    ],
    sorts=[Sort("at", _("Answered"), "at", descending=True)],
)
