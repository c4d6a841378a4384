"""The pages of carriers: the list, one carrier's scorecard, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.jobs.queue import enqueue
from core.access import MerchantRequest, merchant_view
from core.charts import series_data
from core.errors import Refused
from core.exports import csv_response, table_response
from core.forms import add_refusal
from core.htmx import done, page
from core.tenancy import current_tenant_id
from ecommerce.fulfilment.actions import save_carrier
from ecommerce.fulfilment.forms import CarrierForm
from ecommerce.fulfilment.listing import CARRIERS, promise_page
from ecommerce.fulfilment.models import Carrier
from ecommerce.fulfilment.queries import carrier_list
from ecommerce.fulfilment.scorecard import FEWEST, Card, Group, overview, scorecard
from ecommerce.fulfilment.tasks import nightly_parcels
from ecommerce.fulfilment.views.promises import cells_of, head_of_regions


@merchant_view("shipments.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The carriers of the shop, side by side."""
    listed = CARRIERS.page(carrier_list(), request.GET)
    rows = overview(timezone.now())
    context = {
        "page": listed,
        "rows": rows,
        "may_edit": request.membership.may("shipments.edit"),
        "search_hint": _("Name"),
    }
    if request.membership.may("orders.export"):
        context["export_url"] = reverse("carrier-export", args=[request.merchant.slug])
    return page(request, "ecommerce/fulfilment/carrier_list.html", context, part="results")


@merchant_view("orders.export")
@require_safe
def export(request: MerchantRequest) -> HttpResponseBase:
    """The figures of all carriers, one row each."""
    head = [
        _("Carrier"),
        _("Parcels"),
        _("Share in percent"),
        _("On time in percent"),
        _("Days, mean"),
        _("With a problem, percent"),
        _("Complaints per 100 parcels"),
    ]
    figures = overview(timezone.now())

    def rows() -> Iterator[list[Any]]:
        for carrier in CARRIERS.matching(carrier_list(), request.GET).iterator(chunk_size=500):
            one = figures.get(carrier.pk)
            values = [0, *[None] * 5]
            if one:
                values = [one.parcels, one.share, one.on_time, one.days, one.cases, one.complaints]
            yield [carrier.name, *(round(value, 1) if isinstance(value, float) else value for value in values)]

    return csv_response(_("carriers"), head, rows())


def _find(pk: int) -> Carrier:
    return get_object_or_404(carrier_list(), pk=pk)


@merchant_view("shipments.view")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One carrier's scorecard."""
    carrier, now = _find(pk), timezone.now()
    card = scorecard(carrier, now)
    context = {
        "carrier": carrier,
        "card": card,
        "page": promise_page(request.GET, now, carrier),
        "complaints": {group.name: group for group in card.regions},
        "fewest": FEWEST,
        "services": list(carrier.services.all()),
        "chart": _chart(card),
        "chart_head": [
            _("Month"),
            _("Parcels"),
            _("On time in percent"),
            _("Days, mean"),
            _("Nine of ten within, days"),
        ],
        "chart_rows": [_cells(group) for group in card.months],
        "may_edit": request.membership.may("shipments.edit"),
        "sees_complaints": request.membership.may("complaints.view"),
        "may_export": request.membership.may("orders.export"),
        "currency": request.merchant.currency,
    }
    return page(request, "ecommerce/fulfilment/carrier.html", context, part="results")


def _chart(card: Card) -> dict[str, Any] | None:
    """On time by month; None where no month has enough parcels."""
    if not any(group.percent is not None for group in card.months):
        return None
    months = [group.name for group in card.months]
    series = [(_("On time"), [g.percent for g in card.months], "own")]
    return series_data(months, series, unit="percent")


def _cells(group: Group) -> list[str]:
    def words(value: float | None) -> str:
        return "–" if value is None else formats.number_format(value, 1)

    month = formats.date_format(group.name, "YEAR_MONTH_FORMAT")
    return [month, str(group.sent), words(group.percent), words(group.mean), words(group.slow)]


@merchant_view("orders.export")
@require_safe
def detail_export(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """One carrier's figures by region, as its page has them."""
    carrier, now = _find(pk), timezone.now()
    angry = {group.name: group.per_hundred for group in scorecard(carrier, now).regions}
    head = [*head_of_regions()[1:], _("Complaints per 100 parcels")]
    rows = (
        [*cells_of(row)[1:], None if angry.get(row.region) is None else round(angry[row.region] or 0.0, 1)]
        for row in promise_page(request.GET, now, carrier).rows
    )
    return table_response(request, f"{_('carriers')}-{carrier.pk}", head, rows)


@merchant_view("shipments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    """A form for a carrier."""
    return _edit(request, None)


@merchant_view("shipments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """A form for what is known of a carrier."""
    return _edit(request, _find(pk))


def _edit(request: MerchantRequest, carrier: Carrier | None) -> HttpResponse:
    form = CarrierForm(request.POST or None, initial=CarrierForm.known(carrier) if carrier else None)
    if form.is_valid():
        try:
            saved = save_carrier(carrier, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            enqueue(nightly_parcels, key=f"link-parcels:{current_tenant_id()}")
            return done(request, saved.get_absolute_url(), _("%(name)s is saved.") % {"name": saved})
    to = carrier.get_absolute_url() if carrier else reverse("carrier-list", args=[request.merchant.slug])
    label = carrier.name if carrier else _("Carriers")
    context = {"form": form, "carrier": carrier, "back_url": to, "back_label": label}
    return page(request, "ecommerce/fulfilment/carrier_form.html", context, status=422 if form.is_bound else 200)
