"""How well we predicted, for the shop and for staff; and own figures beside the machine's."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from analytics.accuracy import showing, words
from analytics.accuracy.actions import override_forecast
from analytics.accuracy.forms import OverrideForm
from analytics.accuracy.listing import OVERRIDES
from analytics.accuracy.models import OverrideOf
from analytics.accuracy.queries import (
    merchants_standing,
    nearer_counts,
    override_list,
    record_rows,
    shops_under_review,
    spans_of,
    track_records,
)
from analytics.accuracy.replays import replayed_records
from analytics.forecasts.models import Measure
from core.access import MerchantRequest, StaffRequest, merchant_view, staff_view
from core.errors import Refused
from core.exports import csv_response
from core.figures import percent
from core.htmx import done, page
from ecommerce.catalog.models import Variant

COLUMNS = (
    "subject", "of", "ahead", "sells", "week", "points", "typical_miss", "naive_miss", "skill", "bias", "inside_50",
    "inside_80", "inside_95", "verdict",
)  # fmt: skip
RECENT = 5


@merchant_view("forecasts.view")
@require_GET
def index(request: MerchantRequest) -> HttpResponse:
    """Every subject's record in plain words, with what was done where forecasts were off."""
    currency = request.merchant.currency
    sections = [
        showing.section(record, currency, place) for place, record in enumerate(track_records(request.merchant))
    ]
    context = {
        "sections": sections,
        "replays": [
            showing.section(record, currency, len(sections) + place)
            for place, record in enumerate(replayed_records(request.merchant))
        ],
        "overrides": [_shown(one, currency) for one in override_list()[:RECENT]],
        "nearer": words.nearer(nearer_counts()),
        "may_override": request.membership.may("forecasts.override"),
    }
    return render(request, "analytics/accuracy/index.html", context)


@merchant_view("forecasts.view")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """All records as CSV with plain numbers; shares and rates are fractions."""
    rows = ([row[name] if row[name] is not None else "" for name in COLUMNS] for row in _rows(request))
    return csv_response("track-record", COLUMNS, rows)


def _rows(request: MerchantRequest) -> list[dict[str, Any]]:
    return list(record_rows(track_records(request.merchant)))


def _shown(one: Any, currency: str) -> dict[str, Any]:
    """An own figure with the machine's and what came."""
    score = getattr(one, "score", None)

    def told(value: float) -> str:
        return words.value(value, one.measure, currency)

    return {
        "pk": one.pk,
        "of": f"{one.variant.product.title} · {one.variant.sku}" if one.variant else one.get_measure_display(),
        "days": words.span(one),
        "value": told(one.value),
        "machine": told(one.machine_middle),
        "low": told(one.machine_low),
        "high": told(one.machine_high),
        "actual": told(score.actual) if score else "",
        "nearer": score.nearer if score else "",
        "by": one.actor_label,
        "reason": one.reason,
    }


@merchant_view("forecasts.view")
@require_GET
def overrides(request: MerchantRequest) -> HttpResponse:
    """All own figures, the newest first, and who came nearer."""
    found = OVERRIDES.page(override_list(), request.GET)
    currency = request.merchant.currency
    context = {
        "page": found,
        "shown": [_shown(one, currency) for one in found.rows],
        "nearer": words.nearer(nearer_counts()),
        "may_override": request.membership.may("forecasts.override"),
    }
    return page(request, "analytics/accuracy/overrides.html", context, part="results")


@merchant_view("forecasts.override")
@require_http_methods(["GET", "HEAD", "POST"])
def override(request: MerchantRequest) -> HttpResponse:
    """State an own figure for days of the newest forecast of a `measure` or of a `variant`."""
    variant = _variant(request.GET.get("variant", ""))
    wanted = request.GET.get("measure", "")
    measure = OverrideOf.UNITS.value if variant else wanted if wanted in Measure.values else Measure.SALES_VALUE.value
    currency = request.merchant.currency
    spans = spans_of(measure, request.merchant.today(), variant)
    choices = [(span, words.choice(span, measure, currency)) for span in spans]
    form = OverrideForm(request.POST or None, spans=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            override_forecast(
                measure,
                given["span"],
                value=given["value"],
                reason=given["reason"],
                actor=request.actor,
                variant=variant,
            )
        except Refused as refused:
            for name, sentence in refused.fields.items():
                form.add_error(name if name in form.fields else None, sentence)
        else:
            return done(request, reverse("override-list", args=[request.merchant.slug]), _("Your figure is kept."))
    context = {
        "form": form,
        "spans": spans,
        "variant": variant,
        "measure": measure,
        "measures": Measure.choices,
        "of": f"{variant.product.title} · {variant.sku}" if variant else Measure(measure).label,
        "back_url": reverse("accuracy", args=[request.merchant.slug]),
        "back_label": _("How well did we predict?"),
        "submit": _("Keep my figure"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "analytics/accuracy/override.html", context, status=status)


def _variant(wanted: str) -> Variant | None:
    if not wanted:
        return None
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 18):
        raise Http404
    return get_object_or_404(Variant.objects.select_related("product"), pk=int(wanted))


@staff_view("operations.view")
@require_GET
def staff(request: StaffRequest) -> HttpResponse:
    """The records of all merchants' sales forecasts, those under review first."""
    found = merchants_standing(timezone.localdate())
    rows = [
        {
            **one,
            "miss": percent(one["tally"].miss / one["tally"].came if one["tally"].came else None),
            "skill": percent(one["tally"].skill),
            "lean": words.lean(one["tally"].bias),
            "inside": [percent(part) for part in one["tally"].inside or (None, None, None)],
        }
        for one in found
    ]
    under = sum(bool(one["reviews"]) for one in found)
    return render(request, "analytics/accuracy/staff.html", {"rows": rows, "under": under})


@staff_view("operations.view")
@require_safe
def staff_count(request: StaffRequest) -> HttpResponse:
    """The number beside the page's name on the menu: shops with forecasts under review."""
    context = {"under": shops_under_review(timezone.now())}
    return render(request, "analytics/accuracy/count.html", context)
