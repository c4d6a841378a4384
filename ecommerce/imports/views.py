"""The import wizard: upload, look at columns and the dry run, start, watch, fetch the bad rows."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.jobs.models import Job
from accounts.jobs.queue import enqueue
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response
from core.htmx import done, page
from ecommerce.imports import tasks
from ecommerce.imports.actions import begin_import, raw_preview, remap, start_import
from ecommerce.imports.formats import PRICE_EXAMPLE, PRICE_HEADS, template
from ecommerce.imports.forms import MappingForm, UploadForm
from ecommerce.imports.listing import IMPORTS
from ecommerce.imports.models import ImportRun
from ecommerce.imports.queries import import_list
from ecommerce.imports.storing import path_of
from ecommerce.purchasing.models import Supplier
from ecommerce.purchasing.queries import supplier_list

State = ImportRun.State


@merchant_view("imports.run")
@require_GET
def index(request: MerchantRequest) -> HttpResponse:
    context = {
        "page": IMPORTS.page(import_list(), request.GET),
        "search_hint": _("File name"),
        "search_label": _("Search imports"),
    }
    return page(request, "ecommerce/imports/index.html", context, part="results")


@merchant_view("imports.run")
@require_http_methods(["GET", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    """Upload a file of orders."""
    return _upload(request, "ecommerce/imports/new.html", None)


@merchant_view("suppliers.edit")
@require_http_methods(["GET", "POST"])
def new_prices(request: MerchantRequest, pk: int) -> HttpResponse:
    """Upload the price list of a supplier; what becomes of it is seen, as of every import, by those who run imports."""
    if not request.membership.may("imports.run"):
        raise PermissionDenied("imports.run")
    return _upload(request, "ecommerce/imports/new_prices.html", get_object_or_404(supplier_list(), pk=pk))


def _upload(request: MerchantRequest, template_name: str, supplier: Supplier | None) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            run = start_import(
                file_name=upload.name,
                chunks=upload.chunks(),
                actor=request.actor,
                user_id=request.user.pk,
                supplier=supplier,
            )
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            _check_in_background(run)
            return done(request, reverse("import-detail", args=[request.merchant.slug, run.pk]), _("File uploaded."))
    status = 422 if form.errors else 200
    return render(request, template_name, {"form": form, "supplier": supplier}, status=status)


@merchant_view("imports.run")
@require_GET
def template_file(request: MerchantRequest) -> HttpResponseBase:
    """A file with every column that can be read, in the language of the page, with a row to look at."""
    head, row = template(get_language() or "")
    return csv_response(_("orders-template"), head, [row])


@merchant_view("imports.run")
@require_GET
def price_template_file(request: MerchantRequest) -> HttpResponseBase:
    """The same for price lists of suppliers."""
    head, row = template(get_language() or "", PRICE_HEADS, PRICE_EXAMPLE)
    return csv_response(_("prices-template"), head, [row])


def _run_to_change(request: MerchantRequest, pk: int) -> ImportRun:
    """An import that is about to write; a price list is changed by those alone who may set prices."""
    run = get_object_or_404(import_list(), pk=pk)
    if run.is_price_list and not request.membership.may("suppliers.edit"):
        raise PermissionDenied("suppliers.edit")
    return run


def _check_in_background(run: ImportRun) -> None:
    job = enqueue(tasks.check, run.pk, key=f"import-check:{run.pk}")
    ImportRun.objects.filter(pk=run.pk).update(job_id=job.pk)


@merchant_view("imports.run")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(import_list(), pk=pk)
    return render(request, "ecommerce/imports/detail.html", _context(request, run))


def _context(request: MerchantRequest, run: ImportRun, form: MappingForm | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {"run": run, "job": Job.objects.filter(pk=run.job_id).first()}
    context["errors"] = [{**error, "field": run.fields.get(error["field"], error["field"])} for error in run.errors]
    slug = request.merchant.slug
    context["poll_url"] = reverse("import-progress", args=[slug, run.pk])
    context["done_url"] = reverse("import-detail", args=[slug, run.pk])
    context["done_label"] = _("Show the result")
    context["at_work"] = run.state in (State.UPLOADED, State.RUNNING) and context["job"] and not context["job"].is_over
    if run.state in (State.UPLOADED, State.CHECKED):
        try:
            context["preview"] = raw_preview(run)
        except Refused as refusal:
            context["unreadable"] = refusal.message
            return context
        context["form"] = form or MappingForm(
            header=context["preview"]["header"],
            run=run,
            initial={"format": run.format, "channel": run.channel},
        )
    return context


@merchant_view("imports.run")
@require_GET
def progress(request: MerchantRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(import_list(), pk=pk)
    context = _context(request, run)
    if context["job"] is None:
        raise Http404
    return render(request, "core/progress.html", context)


@merchant_view("imports.run")
@require_POST
def mapping(request: MerchantRequest, pk: int) -> HttpResponse:
    run = _run_to_change(request, pk)
    header = list(raw_preview(run, 0)["header"])
    form = MappingForm(request.POST, header=header, run=run)
    new_format = not run.is_price_list and request.POST.get("format", "") != run.format
    if not form.is_valid() and not new_format:
        return render(request, "ecommerce/imports/detail.html", _context(request, run, form), status=422)
    run = remap(
        run,
        format_key=request.POST.get("format", ""),
        mapping=None if new_format else form.mapping,
        channel="" if new_format else form.cleaned_data.get("channel", ""),
    )
    _check_in_background(run)
    return done(request, reverse("import-detail", args=[request.merchant.slug, run.pk]), _("Columns saved."))


@merchant_view("imports.run")
@require_POST
def start(request: MerchantRequest, pk: int) -> HttpResponse:
    run = begin_import(_run_to_change(request, pk), actor=request.actor)
    job = enqueue(tasks.run, run.pk, key=f"import:{run.pk}")
    ImportRun.objects.filter(pk=run.pk).update(job_id=job.pk)
    to = reverse("import-detail", args=[request.merchant.slug, run.pk])
    return done(request, to, _("The import has started. You can leave this page; it goes on."))


@merchant_view("imports.run")
@require_GET
def bad_rows(request: MerchantRequest, pk: int) -> HttpResponseBase:
    run = get_object_or_404(import_list().exclude(bad_rows_stored_as=""), pk=pk)
    try:
        file = path_of(run.bad_rows_stored_as).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{run.file_name.rsplit('.', 1)[0]}-bad-rows.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
