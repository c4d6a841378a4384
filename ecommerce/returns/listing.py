"""The list of returns: its views, sorts and search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.saved.lists import Column, SavedList, declare
from core.lists import Listing, Sort, Tab
from ecommerce.returns.filters import ReturnFilters
from ecommerce.returns.models import Return
from ecommerce.returns.queries import NOT_COMING, search_returns

State = Return.State

RETURNS = Listing(
    tabs=[
        Tab("open", pgettext_lazy("returns", "Open"), lambda rows: rows.open()),
        Tab(
            "to_answer",
            pgettext_lazy("returns", "To answer"),
            lambda rows: rows.filter(state=State.REQUESTED),
            sort="due",
        ),
        Tab("coming", pgettext_lazy("returns", "On their way"), lambda rows: rows.filter(state=State.APPROVED)),
        Tab(
            "to_settle",
            pgettext_lazy("returns", "To settle"),
            lambda rows: rows.filter(state=State.RECEIVED),
            sort="due",
        ),
        Tab(
            "repairing",
            pgettext_lazy("returns", "In repair"),
            lambda rows: rows.filter(state=State.REPAIRING),
            sort="due",
        ),
        Tab(
            "settled",
            pgettext_lazy("returns", "Settled"),
            lambda rows: rows.filter(state=State.SETTLED),
            counted=False,
        ),
        Tab(
            "not_coming",
            pgettext_lazy("returns", "Refused or called off"),
            lambda rows: rows.filter(state__in=NOT_COMING),
            counted=False,
        ),
        Tab("all", pgettext_lazy("returns", "All"), lambda rows: rows, counted=False),
    ],
    sorts=[
        Sort("requested", _("Requested"), "requested_at", descending=True),
        Sort("due", _("Due"), "deadline"),
    ],
    filters=ReturnFilters,
    search=search_returns,
)

RETURN_LIST = declare(
    SavedList(
        "returns",
        _("Returns"),
        "returns.view",
        "return-list",
        [
            Column("order", _("Order")),
            Column("buyer", _("Buyer")),
            Column("goods", _("What comes back")),
            Column("items", _("Items")),
            Column("state", _("State")),
            Column("requested", _("Requested")),
            Column("due", _("Due")),
            Column("rating", _("Rating")),
        ],
    )
)
