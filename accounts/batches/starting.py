"""How a page starts a batch: few rows at once in the request, many in the background, both through the same work."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from accounts.batches.actions import RowIn, start_batch, work
from accounts.batches.kinds import kind_at
from accounts.batches.models import Batch
from accounts.batches.tasks import queue
from core.access import MerchantRequest
from core.htmx import done

FEW = 100
IF_IT_DIES = timedelta(seconds=60)


def form_key() -> str:
    """A fresh name for what a form will ask for: posted twice, it is one request."""
    return uuid.uuid4().hex


def key_of(request: MerchantRequest, *more: Any) -> str:
    """The name of what was posted: the form's own, bound to all that it says, so that a changed form is another one."""
    posted = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    said = json.dumps([posted, request.META.get("QUERY_STRING", ""), request.user.pk, request.path, *more], default=str)
    token = request.POST.get("batch") or uuid.uuid4().hex
    return hashlib.sha256(f"{token} {said}".encode()).hexdigest()


def begin(
    request: MerchantRequest,
    kind: str,
    rows: Sequence[RowIn],
    *,
    params: dict[str, Any] | None = None,
    back: str,
    said: Sequence[Any] = (),
) -> HttpResponse:
    """Start what was posted and answer: back to the list with a word when all of it is done, else the batch's page.

    `said` is what the request says beside its fields: the digest of a file.
    """
    batch, is_new = start_batch(
        kind, rows, key=key_of(request, *said), actor=request.actor, params=params, language=get_language() or "en",
        back=back,
    )  # fmt: skip
    return answer(request, batch, is_new=is_new)


def answer(request: MerchantRequest, batch: Batch, *, is_new: bool = True) -> HttpResponse:
    """Work on a batch that has just been started, and say how it went."""
    if is_new:
        set_going(batch)
        batch.refresh_from_db()
    page = redirect(reverse("batch-detail", args=[request.merchant.slug, batch.pk]))
    kind = kind_at(batch.kind)
    plain = batch.is_over and batch.done == batch.total and not batch.files.exists() and kind.left_by(batch) is None
    if plain and batch.back:
        undo = (
            reverse("batch-undo", args=[request.merchant.slug, batch.pk]) if kind.undo and not batch.undo_of_id else ""
        )
        return done(request, batch.back, kind.said(batch.done), undo=undo)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": page["Location"]})
    return page


def set_going(batch: Batch) -> None:
    """Few rows are done here and now; should this process die, or the database be busy, a worker does the rest."""
    if batch.total > FEW:
        queue(batch.pk)
        return
    queue(batch.pk, later=IF_IT_DIES)
    try:
        work(batch.pk, go_on=lambda batch: True)
    except DatabaseError:
        queue(batch.pk)
