"""The lists of parcels, of their cases and of carriers: views, sorts and search."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.grouped import GroupPage
from core.lists import Listing, Sort, Tab
from ecommerce.fulfilment.filters import CaseFilters, PromiseFilters, ShipmentFilters
from ecommerce.fulfilment.models import Carrier, ParcelCase, Shipment
from ecommerce.fulfilment.promises import by_carrier_and_region, parcels_sent
from ecommerce.fulfilment.queries import search_cases, search_shipments

SHIPMENTS = Listing(
    sorts=[
        Sort("shipped", _("Shipped"), "shipped_at", descending=True),
        Sort("promised", _("Promised"), "promised"),
    ],
    tabs=[
        Tab("all", pgettext_lazy("shipments", "All"), lambda rows: rows),
        Tab("under_way", pgettext_lazy("shipments", "Under way"), lambda rows: rows.under_way()),
        Tab(
            "overdue",
            pgettext_lazy("shipments", "Overdue"),
            lambda rows: rows.overdue(now=timezone.now()),
            sort="promised",
        ),
        Tab(
            "late",
            pgettext_lazy("shipments", "Likely late"),
            lambda rows: rows.likely_late(),
            sort="promised",
            steady=True,
        ),
        Tab(
            "problem",
            pgettext_lazy("shipments", "Problem"),
            lambda rows: rows.filter(state=Shipment.State.EXCEPTION),
        ),
        Tab(
            "delivered",
            pgettext_lazy("shipments", "Delivered"),
            lambda rows: rows.filter(state=Shipment.State.DELIVERED),
            counted=False,
        ),
    ],
    filters=ShipmentFilters,
    search=search_shipments,
)

Reason = ParcelCase.Reason


def _waiting(*reasons: str) -> Any:
    """Open cases of the reasons (of any without one) that are not put to rest."""

    def rows(cases: Any) -> Any:
        awake = cases.waiting(now=timezone.now())
        return awake.filter(reason__in=reasons) if reasons else awake

    return rows


CASES = Listing(
    tabs=[
        Tab("open", pgettext_lazy("parcel cases", "Open"), _waiting()),
        Tab("still", Reason.NO_MOVEMENT.label, _waiting(Reason.NO_MOVEMENT)),
        Tab("overdue", Reason.OVERDUE.label, _waiting(Reason.OVERDUE)),
        Tab("failed", Reason.FAILED_ATTEMPT.label, _waiting(Reason.FAILED_ATTEMPT, Reason.PROBLEM)),
        Tab("address", Reason.ADDRESS_PROBLEM.label, _waiting(Reason.ADDRESS_PROBLEM)),
        Tab("returned", Reason.RETURNED.label, _waiting(Reason.RETURNED)),
        Tab(
            "resting",
            pgettext_lazy("parcel cases", "Resting"),
            lambda rows: rows.filter(closed_at=None, snoozed_until__gt=timezone.now()),
        ),
        Tab(
            "closed",
            pgettext_lazy("parcel cases", "Closed"),
            lambda rows: rows.exclude(closed_at=None),
            counted=False,
        ),
    ],
    sorts=[Sort("since", _("Since"), "opened_at")],
    filters=CaseFilters,
    search=search_cases,
)

PROMISES = Listing(
    sorts=[
        Sort("parcels", _("Parcels"), "parcels", descending=True),
        Sort("carrier", _("Carrier"), "name"),
        Sort("region", _("Region"), "region"),
        Sort("promised", _("Promised, days"), "promised"),
        Sort("middle", _("Half arrive within, days"), "middle", descending=True),
        Sort("slow", _("Nine of ten within, days"), "slow", descending=True),
        Sort("difference", _("Difference, days"), "difference", descending=True),
        Sort("on_time", pgettext_lazy("carrier", "On time"), "on_time"),
    ],
    filters=PromiseFilters,
)


def promise_page(params: QueryDict, now: datetime, carrier: Carrier | None = None) -> GroupPage:
    """Promised against actual days by carrier and region, of one carrier alone if it is named."""
    parcels = parcels_sent(now) if carrier is None else parcels_sent(now).filter(carried_by=carrier)
    return GroupPage(PROMISES, parcels, params, make=lambda found: by_carrier_and_region(found, now))


CARRIERS = Listing(
    sorts=[Sort("name", _("Carrier"), "name")], search=lambda rows, words: rows.filter(name__icontains=words)
)
