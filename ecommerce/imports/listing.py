"""The list of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.lists import Listing, Sort, Tab
from ecommerce.imports.models import ImportRun

State = ImportRun.State

IMPORTS = Listing(
    sorts=[
        Sort("created", _("Uploaded"), "created_at", descending=True),
        Sort("file", _("File"), "file_name"),
        Sort("rows", _("Rows in the file"), "rows", descending=True),
    ],
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("open", _("Not started"), lambda rows: rows.filter(state__in=[State.UPLOADED, State.CHECKED])),
        Tab("running", _("Running"), lambda rows: rows.filter(state=State.RUNNING)),
        Tab("bad", _("With bad rows"), lambda rows: rows.filter(bad_rows__gt=0, state=State.DONE)),
        Tab("failed", _("Failed"), lambda rows: rows.filter(state=State.FAILED)),
    ],
    search=lambda rows, words: rows.filter(file_name__icontains=words),
)
