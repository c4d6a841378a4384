"""The list of complaints of a shop: its views, sorts and search."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.complaints import rules
from ecommerce.complaints.filters import ComplaintFilters
from ecommerce.complaints.models import Complaint
from ecommerce.complaints.queries import search_complaints

State = Complaint.State

COMPLAINTS = Listing(
    tabs=[
        Tab("open", pgettext_lazy("complaints", "Open"), lambda rows: rows.open()),
        Tab(
            "due_soon",
            pgettext_lazy("complaints", "Due soon"),
            lambda rows: rows.due_soon(now=timezone.now(), within=rules.DUE_SOON),
        ),
        Tab(
            "overdue",
            pgettext_lazy("complaints", "Overdue"),
            lambda rows: rows.to_answer_by(timezone.now()),
        ),
        Tab("decided", pgettext_lazy("complaints", "Decided"), lambda rows: rows.filter(state=State.DECIDED)),
        Tab("closed", pgettext_lazy("complaints", "Closed"), lambda rows: rows.filter(state=State.CLOSED)),
        Tab("all", pgettext_lazy("complaints", "All"), lambda rows: rows),
    ],
    sorts=[
        Sort("opened", _("Opened"), "opened_at", descending=True),
        Sort("due", _("Due"), "due_at"),
        Sort("changed", _("Changed"), "updated_at", descending=True),
    ],
    filters=ComplaintFilters,
    search=search_complaints,
)
