"""Outside series: the list, one series with its values, and files of values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.calendar.forms import OutsideSeriesForm, TableForm
from analytics.calendar.listing import SERIES
from analytics.calendar.models import OutsideSeries, OutsideUpload
from analytics.calendar.outside import FIELDS, save_series, upload_values
from analytics.calendar.queries import newest_uploads, series_list, values_of, vintages_of
from core.access import MerchantRequest, merchant_view
from core.charts import series_data
from core.errors import Refused
from core.exports import csv_response
from core.forms import add_refusal
from core.htmx import done, page
from core.templatetags.sc import number

SHOWN = 90  # values of the chart and its table


@merchant_view("calendar.view")
@require_GET
def index(request: MerchantRequest) -> HttpResponse:
    context = {
        "page": SERIES.page(series_list(), request.GET),
        "may_edit": request.membership.may("calendar.edit"),
        "search_hint": _("Name or unit"),
        "search_label": _("Search outside series"),
    }
    return page(request, "analytics/calendar/series_list.html", context, part="results")


@merchant_view("calendar.edit")
@require_http_methods(["GET", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    return _form(request, OutsideSeries())


@merchant_view("calendar.edit")
@require_http_methods(["GET", "POST"])
def edit(request: MerchantRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(series_list(), pk=pk))


def _form(request: MerchantRequest, series: OutsideSeries) -> HttpResponse:
    is_new = series.pk is None
    form = OutsideSeriesForm(request.POST or None, instance=series)
    if request.method == "POST" and form.is_valid():
        try:
            row = OutsideSeries() if is_new else OutsideSeries.objects.get(pk=series.pk)
            save_series(row, actor=request.actor, **{field: form.cleaned_data[field] for field in FIELDS})
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("%(series)s is saved.") % {"series": row.name}
            return done(request, reverse("outsideseries-detail", args=[request.merchant.slug, row.pk]), say)
    context = {
        "form": form,
        "is_new": is_new,
        "back_url": reverse("outsideseries-list", args=[request.merchant.slug]),
        "back_label": _("Outside series"),
    }
    return render(request, "analytics/calendar/series_form.html", context, status=422 if form.errors else 200)


@merchant_view("calendar.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One series: its values, what became of its files, and a file more."""
    series = get_object_or_404(series_list(), pk=pk)
    return render(request, "analytics/calendar/series.html", _context(request, series, TableForm()))


def _context(request: MerchantRequest, series: OutsideSeries, form: TableForm) -> dict[str, Any]:
    values = values_of(series)
    newest = list(values.items())[-SHOWN:]
    return {
        "series": series,
        "form": form,
        "uploads": newest_uploads(series),
        "count": len(values),
        "first": next(iter(values), None),
        "last": newest[-1][0] if newest else None,
        "still": len(values) > 1 and len(set(values.values())) == 1,
        "few": len(values) > 0 and (newest[-1][0] - next(iter(values)) < timedelta(days=27)),
        "gaps": _gaps(series, list(values)),
        "chart": series_data([day for day, _value in newest], [(series.name, [one for _day, one in newest], "own")]),
        "head": [_("Day"), series.name],
        "table": [[formats.date_format(day, "DATE_FORMAT"), number(value, 2)] for day, value in reversed(newest)],
        "may_edit": request.membership.may("calendar.edit"),
    }


def _gaps(series: OutsideSeries, days: list[Any]) -> int:
    """How many periods between the first and the last value are not known."""
    if not days:
        return 0
    if series.period == OutsideSeries.Period.MONTH:
        whole = (days[-1].year - days[0].year) * 12 + days[-1].month - days[0].month + 1
    else:
        whole = (days[-1] - days[0]).days // (7 if series.period == OutsideSeries.Period.WEEK else 1) + 1
    return max(whole - len(days), 0)


@merchant_view("calendar.edit")
@require_POST
def upload(request: MerchantRequest, pk: int) -> HttpResponse:
    """Take in a file of values."""
    series = get_object_or_404(series_list(), pk=pk)
    form = TableForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = upload_values(series, file_name=file.name, content=file.read(), actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("New values: %(added)s. Known already: %(unchanged)s. Refused rows: %(refused)s.")
            say %= {"added": made.added, "unchanged": made.unchanged, "refused": made.refused}
            return done(request, reverse("outsideseries-detail", args=[request.merchant.slug, pk]), say)
    return render(request, "analytics/calendar/series.html", _context(request, series, form), status=422)


@merchant_view("calendar.view")
@require_GET
def export(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """All values a series ever had, with the day since which each is known; can be uploaded again."""
    series = get_object_or_404(series_list(), pk=pk)
    rows = ([one.day.isoformat(), one.value, one.known_on.isoformat()] for one in vintages_of(series))
    return csv_response(f"series-{series.pk}", ["day", "value", "known_on"], rows)


@merchant_view("calendar.view")
@require_GET
def bad_rows(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The rows of a file that were not kept, with the reason of each."""
    made = get_object_or_404(OutsideUpload, pk=pk)
    rows = ([number, reason, *cells] for number, cells, reason in made.bad_rows)
    return csv_response(f"refused-{made.pk}", [_("Row"), _("Reason")], rows)
