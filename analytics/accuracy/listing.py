"""The list of own figures."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.lists import Listing, Sort, Tab

OVERRIDES = Listing(
    sorts=[Sort("made", _("Stated"), "made_at", descending=True), Sort("from", _("From"), "first_day")],
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("open", _("Still to come"), lambda rows: rows.filter(score=None)),
        Tab("scored", _("Over"), lambda rows: rows.exclude(score=None)),
    ],
)
