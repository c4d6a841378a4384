"""Reports from a file: taken, written in the background, and what could not be used given back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.jobs.models import Job
from accounts.jobs.queue import enqueue
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.fulfilment.actions import begin_upload
from ecommerce.fulfilment.actions.uploads import COLUMNS
from ecommerce.fulfilment.forms import UploadForm
from ecommerce.fulfilment.models import TrackingEvent, TrackingUpload
from ecommerce.fulfilment.tasks import read_tracking_file


@merchant_view("shipments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    """A form for a file of reports, and the newest ones."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            with transaction.atomic():
                upload = begin_upload(file_name=sent.name, content=sent.read())
                job = enqueue(read_tracking_file, upload.pk, key=f"tracking-file:{upload.pk}")
                TrackingUpload.objects.filter(pk=upload.pk).update(job_id=job.pk)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            to = reverse("trackingupload-detail", args=[request.merchant.slug, upload.pk])
            return done(request, to, _("The file is being read."))
    context = {
        "form": form,
        "columns": ", ".join(COLUMNS),
        "kinds": TrackingEvent.Kind.values,
        "uploads": list(TrackingUpload.objects.defer("rows", "bad")[:10]),
        "submit": _("Read the file"),
        "back_url": reverse("shipment-list", args=[request.merchant.slug]),
        "back_label": _("Shipments"),
    }
    status = 422 if form.is_bound else 200
    return page(request, "ecommerce/fulfilment/upload_form.html", context, status=status)


@merchant_view("shipments.edit")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """How far a file has been read, and which rows were not usable."""
    upload = get_object_or_404(TrackingUpload.objects.defer("rows"), pk=pk)
    context: dict[str, Any] = {
        "upload": upload,
        "bad": [{"row": row, "column": column, "sentence": said} for row, column, said, _cells in upload.bad[:50]],
        "job": Job.objects.filter(pk=upload.job_id).first(),
        "poll_url": reverse("trackingupload-progress", args=[request.merchant.slug, pk]),
        "done_url": reverse("trackingupload-detail", args=[request.merchant.slug, pk]),
        "done_label": _("See the result"),
    }
    return page(request, "ecommerce/fulfilment/upload.html", context)


@merchant_view("shipments.edit")
@require_safe
def progress(request: MerchantRequest, pk: int) -> HttpResponse:
    """How far a file has been read."""
    upload = get_object_or_404(TrackingUpload.objects.defer("rows", "bad"), pk=pk)
    context = {
        "job": get_object_or_404(Job, pk=upload.job_id),
        "poll_url": reverse("trackingupload-progress", args=[request.merchant.slug, pk]),
        "done_url": reverse("trackingupload-detail", args=[request.merchant.slug, pk]),
        "done_label": _("See the result"),
    }
    return page(request, "core/progress.html", context)


@merchant_view("shipments.edit")
@require_safe
def bad_rows(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The rows that were not usable, with their reasons, to mend and send again."""
    upload = get_object_or_404(TrackingUpload.objects.defer("rows"), pk=pk)
    rows = ([*cells, row, said] for row, _column, said, cells in upload.bad)
    return csv_response(_("bad rows"), [*upload.header, "row", "reason"], rows)
