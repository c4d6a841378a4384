"""The page of promised against actual days, by carrier and region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access import MerchantRequest, merchant_view
from core.exports import table_response
from core.htmx import page
from ecommerce.fulfilment.listing import promise_page
from ecommerce.fulfilment.promises import CarrierRegion
from ecommerce.fulfilment.scorecard import FEWEST


@merchant_view("shipments.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """What every carrier was promised to take and took, region by region."""
    context: dict[str, Any] = {"page": promise_page(request.GET, timezone.now()), "fewest": FEWEST}
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("carrier-promises-export", args=[request.merchant.slug])
    return page(request, "ecommerce/fulfilment/promises.html", context, part="results")


@merchant_view("orders.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The rows of the view, filtered and sorted as it is."""

    def rows() -> Iterator[list[Any]]:
        for row in promise_page(request.GET, timezone.now()).rows:
            yield cells_of(row)

    return table_response(request, _("carriers by region"), head_of_regions(), rows())


def head_of_regions() -> list[str]:
    """The columns of cells_of()."""
    return [
        _("Carrier"), _("Region"), _("Parcels"), _("Promised, days"), _("Parcels with a promise"),
        _("Half arrive within, days"), _("Nine of ten within, days"), _("Parcels that arrived"),
        _("Difference, days"), _("On time in percent"), _("Parcels due"),
    ]  # fmt: skip


def cells_of(row: CarrierRegion) -> list[Any]:
    """A row as an export writes it; empty where too few parcels speak for a figure."""
    on_time = None if row.on_time is None else round(row.on_time, 1)
    return [
        row.name, row.region, row.parcels, row.promised, row.promises, row.middle, row.slow, row.arrived,
        row.difference, on_time, row.due,
    ]  # fmt: skip
