"""The lists of scenarios and price tests."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.scenarios.models import Scenario
from core.lists import Listing, Sort, Tab


def _named(rows: Any, words: str) -> Any:
    return rows.filter(name__icontains=words)


SCENARIOS = Listing(
    sorts=[
        Sort("made", _("Made"), "created_at", descending=True),
        Sort("name", pgettext_lazy("scenario", "Name"), "name"),
    ],
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("draft", pgettext_lazy("scenarios", "Drafts"), lambda rows: rows.filter(state=Scenario.State.DRAFT)),
        Tab("adopted", pgettext_lazy("scenarios", "Adopted"), lambda rows: rows.filter(state=Scenario.State.ADOPTED)),
    ],
    search=_named,
)
TESTS = Listing(
    sorts=[
        Sort("made", _("Made"), "created_at", descending=True),
        Sort("name", pgettext_lazy("price test", "Name"), "name"),
    ],
    search=_named,
)
