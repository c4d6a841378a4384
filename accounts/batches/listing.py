"""The list of batches, and that of the rows of one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab

BATCHES = Listing(
    sorts=[Sort("at", _("Started"), "created_at", descending=True)],
    tabs=[
        Tab("all", pgettext_lazy("bulk actions", "All"), lambda rows: rows),
        Tab("open", pgettext_lazy("bulk actions", "Under way"), lambda rows: rows.filter(finished_at=None)),
    ],
)

ROWS = Listing(sorts=[Sort("row", _("Row"), "pk")])
