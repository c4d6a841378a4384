"""The pages of batches: all of them, one with its progress and results, and what may be done to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.batches.actions import retry_batch, stop_batch, undo_batch
from accounts.batches.kinds import kind_at, title_of
from accounts.batches.listing import BATCHES, ROWS
from accounts.batches.models import Batch, BatchFile, BatchRow
from accounts.batches.queries import Which, batch_list, results
from accounts.batches.starting import answer
from accounts.batches.tasks import queue
from core.access import MerchantRequest, member_view
from core.errors import Refused
from core.exports import table_response
from core.htmx import done, page


def _find(request: MerchantRequest, pk: int) -> Batch:
    """A batch whose step the person may take; any other one is not there for them."""
    return get_object_or_404(batch_list(request.membership.may), pk=pk)


@member_view
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """All batches, the newest first."""
    found = BATCHES.page(batch_list(request.membership.may), request.GET)
    context = {"page": found, "rows": [(batch, title_of(batch.kind)) for batch in found.rows]}
    return page(request, "accounts/batches/list.html", context, part="results")


@member_view
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """How far a batch is, or how it went; while it runs the page asks for its part again and again."""
    batch = _find(request, pk)
    return page(request, "accounts/batches/detail.html", _context(request, batch), part="batch")


def _context(request: MerchantRequest, batch: Batch) -> dict[str, Any]:
    kind = kind_at(batch.kind)
    slug = batch.merchant.slug
    which = _which(request, batch)
    found = ROWS.page(results(batch, which), request.GET)
    again = batch.rows.filter(state=BatchRow.State.REFUSED) | batch.rows.filter(code="stopped")
    return {
        "batch": batch,
        "title": str(kind.title),
        "row_name": kind.row_name,
        "said": kind.said(batch.done) if batch.done else "",
        "left": kind.left_by(batch),
        "which": which,
        "views": [(one, one.label, one.how_many(batch)) for one in Which],
        "page": found,
        "count": which.how_many(batch),
        "rows": [(row, kind.url(slug, row.label) if row.object_id else "") for row in found.rows],
        "files": batch.files.defer("content"),
        "may_undo": batch.is_over and bool(kind.undo) and batch.done and batch.undo_of_id is None,
        "no_undo": kind.no_undo,
        "undone_by": batch.undone_by.first() if batch.is_over else None,
        "retried_by": batch.retried_by.first() if batch.is_over else None,
        "may_retry": batch.is_over and again.exclude(object_id=None).exists(),
        "is_stuck": not batch.is_over and batch.job is not None and batch.job.state == "failed",
    }


def _which(request: MerchantRequest, batch: Batch) -> Which:
    """The rows the address asks for; without a word those that were not done, where there are any."""
    asked = request.GET.get("show", "")
    return Which(asked) if asked in Which.values else Which.NOT_DONE if batch.not_done else Which.ALL


@member_view
@require_safe
def results_file(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """How each row went, with the reason: all of them, or with `show` those that were done, or were not, as a file that
    can be mended and sent in again.
    """
    batch = _find(request, pk)
    kind = kind_at(batch.kind)
    columns = kind.columns or {}
    head = [kind.row_name, *columns.values(), _("State"), _("Reason")]
    rows = results(batch, request.GET.get("show", ""))
    lines = (
        [row.label, *(row.params.get(name, "") for name in columns), row.get_state_display(), row.reason]
        for row in rows.iterator(chunk_size=1000)
    )
    return table_response(request, _("results-%(pk)s") % {"pk": batch.pk}, head, lines)


@member_view
@require_safe
def file(request: MerchantRequest, pk: int, file_pk: int) -> HttpResponse:
    """A file that the batch has made, to be seen in the browser and printed from there."""
    found = get_object_or_404(BatchFile, batch=_find(request, pk), pk=file_pk)
    response = HttpResponse(bytes(found.content), content_type=found.content_type)
    response["Content-Disposition"] = content_disposition_header(False, found.name) or "inline"
    return response


@member_view
@require_POST
def undo(request: MerchantRequest, pk: int) -> HttpResponse:
    """Take back what the batch has done."""
    batch = _find(request, pk)
    kind = kind_at(batch.kind)
    if kind.undo and not request.membership.may(kind_at(kind.undo).word):
        raise Refused("not_yours", _("Your role may not take this back."), status=403)
    known = batch.undone_by.exists()
    return answer(request, undo_batch(batch, actor=request.actor, language=get_language() or "en"), is_new=not known)


@member_view
@require_POST
def retry(request: MerchantRequest, pk: int) -> HttpResponse:
    """Try the rows once more that were refused or stopped."""
    batch = _find(request, pk)
    known = batch.retried_by.exists()
    return answer(request, retry_batch(batch, actor=request.actor, language=get_language() or "en"), is_new=not known)


@member_view
@require_POST
def stop(request: MerchantRequest, pk: int) -> HttpResponse:
    """Leave the rows that were not looked at yet as they are."""
    batch = stop_batch(_find(request, pk), actor=request.actor)
    return done(request, batch, _("Stopped. What was done stays done."))


@member_view
@require_POST
def go_on(request: MerchantRequest, pk: int) -> HttpResponse:
    """Have a batch worked on that the background gave up."""
    batch = _find(request, pk)
    if not batch.is_over:
        queue(batch.pk)
    return done(request, batch, _("It goes on in the background."))
