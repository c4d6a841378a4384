"""The runs behind demand forecasts: asking for one, watching it, stopping it, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics.demand import words
from analytics.demand.actions import cancel_run
from analytics.demand.changes import change_of
from analytics.demand.listing import RUNS
from analytics.demand.models import DemandOutlook, DemandRun
from analytics.demand.queries import (
    Work,
    accuracy,
    chunk_counts,
    newest_run,
    progress_of,
    run_list,
    work,
    work_and_accuracy,
)
from analytics.demand.rules import refusal
from analytics.demand.tables import accuracy_rows, category_rows, change_shown, failure_rows, pattern_rows, shop_sum
from analytics.demand.tasks import request_demand
from analytics.forecasts.queries import edges
from analytics.forecasts.words import refusal as refusal_words
from analytics.forecasts.words import regressor
from core.access import MerchantRequest, merchant_view
from core.htmx import done, page

RECENT_DAYS = 56


def state_of_work(request: MerchantRequest, known: Work | None = None) -> dict[str, Any]:
    """The run that waits or is being worked on, in words; empty where there is none. One query, none where known."""
    known = known or work(request.merchant)
    run = known.run
    if run is None and known.job is None:
        return {}
    waiting = {"says": _("Waiting for its turn"), "percent": 0}
    return {
        "work": waiting if run is None else progress_words(run, known.chunks or {"finished": 0}),
        "work_run": run,
        "may_run": request.membership.may("forecasts.run"),
    }


def progress_words(run: DemandRun, chunks: Mapping[str, int]) -> dict[str, Any]:
    """How far a run is: a sentence, percent, and how long it has taken."""
    series, finished = run.series, chunks["finished"]
    percent = round(100 * finished / series) if series else 0
    taken = (timezone.now() - run.made_at).total_seconds()
    return {
        "says": words.progress(series, finished),
        "percent": percent,
        "taken": words.duration(taken),
    }


@merchant_view("forecasts.run")
@require_POST
def run(request: MerchantRequest) -> HttpResponse:
    request_demand(actor=request.actor)
    to = reverse("demand-list", args=[request.merchant.slug])
    return done(request, to, _("The forecast is being made."))


@merchant_view("forecasts.view")
@require_GET
def progress(request: MerchantRequest) -> HttpResponse:
    """How far the run is; when it is over, the page with what it found."""
    context = state_of_work(request)
    response = render(request, "analytics/demand/progress.html", context)
    if not context:
        response["HX-Redirect"] = reverse("demand-list", args=[request.merchant.slug])
    return response


@merchant_view("forecasts.run")
@require_POST
def cancel(request: MerchantRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(run_list(), pk=pk)
    stopped = cancel_run(found, actor=request.actor)
    say = _("The run is stopped. What was finished stays.") if stopped else _("The run was over already.")
    return done(request, found.get_absolute_url(), say)


@merchant_view("forecasts.view")
@require_GET
def runs(request: MerchantRequest) -> HttpResponse:
    """Every run, and how well those of the last weeks did."""
    since = request.merchant.today() - timedelta(days=RECENT_DAYS)
    known, scores = work_and_accuracy(request.merchant, since)
    context = {
        "page": RUNS.page(run_list(), request.GET),
        "scores": accuracy_rows([one for one in scores if not one.pattern]),
        **state_of_work(request, known),
    }
    return page(request, "analytics/demand/runs.html", context, part="results")


@merchant_view("forecasts.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One run: how far it is or what it found, what it did with the data, what failed, and how it turned out."""
    found = get_object_or_404(run_list(), pk=pk)
    result = getattr(found, "result", None)
    context: dict[str, Any] = {
        "run": found,
        "result": result,
        "chunks": chunk_counts(found),
        "may_run": request.membership.may("forecasts.run"),
    }
    if result is None:
        context["work"] = progress_words(found, progress_of(found))
    elif result.refusal:
        context["why"], context["cure"] = _refused(found, result.refusal)
    else:
        context |= _of_result(found)
    return render(request, "analytics/demand/run.html", context)


def _refused(found: DemandRun, code: str) -> tuple[str, str]:
    """Why a run was not possible, with the figures of the day it looked from."""
    span = edges(found.merchant, found.merchant.today())
    no = refusal(span[0], found.data_to) if span else None
    return refusal_words(code, no.facts if no is not None and no.code == code else {"have": 0, "need": 0})


def _of_result(found: DemandRun) -> dict[str, Any]:
    result = found.result
    newest = newest_run()
    is_newest = newest is not None and newest.pk == found.pk
    together = DemandOutlook.objects.filter(run=found).aggregate(mean=Sum("mean"), moved=Sum("moved"))
    scores = accuracy(found.made_at.date(), run=found)
    return {
        "is_newest": is_newest,
        "took": words.duration((result.closed_at - found.made_at).total_seconds()),
        "work_took": words.duration(result.work_seconds),
        "patterns": pattern_rows(result.patterns),
        "policies": words.policies(result.policies),
        "failures": failure_rows(result.failures),
        "more_failures": max(result.failed - len(result.failures), 0),
        "shop": shop_sum(found),
        "categories": category_rows(found),
        "products_mean": words.units(together["mean"]) if is_newest and together["mean"] is not None else "",
        "scores": accuracy_rows(scores),
        "change": change_shown(change_of(found)),
        "occasions": words.occasions(found),
        "regressors": [regressor(one, found.horizon) for one in found.regressors],
    }
