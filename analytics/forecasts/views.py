"""The sales forecast: what we expect, how well we did, what it rests on."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.jobs.models import Job
from analytics.forecasts import showing, words
from analytics.forecasts.listing import RUNS
from analytics.forecasts.models import ForecastRun, Measure
from analytics.forecasts.queries import TASK, edges, forecast_days, newest_run, open_job, replayed_days, run_list, sheet
from analytics.forecasts.rules import STALE_DAYS
from analytics.forecasts.tasks import request_forecast
from core.access import MerchantRequest, merchant_view
from core.exports import csv_response
from core.htmx import done, page

RECENT_RUNS = 6


def _measure(value: str | None) -> str:
    return value if value in Measure.values else Measure.SALES_VALUE.value


@merchant_view("forecasts.view")
@require_GET
def sales(request: MerchantRequest) -> HttpResponse:
    """The newest forecast of a measure; where there is none, why not and what would change it."""
    measure = _measure(request.GET.get("measure"))
    merchant = request.merchant
    newest, made = newest_run(measure), newest_run(measure, made=True)
    job = open_job(merchant, measure)
    context: dict[str, Any] = {
        "measure": measure,
        "measures": Measure.choices,
        "run": made,
        "job": job,
        "may_run": request.membership.may("forecasts.run"),
        "may_import": request.membership.may("imports.run"),
        "runs": run_list().of(measure)[:RECENT_RUNS],  # type: ignore[attr-defined]
        **_progress(request, measure, job),
    }
    if newest is not None and not newest.is_made:
        context["why"], context["cure"] = words.refusal(newest.refusal, newest.refusal_facts)
    if made is not None:
        context |= _of_run(request, made)
    elif newest is None:
        span = edges(merchant, merchant.today())
        if span is None:
            context["why"], context["cure"] = words.refusal("no_sales", {})
    return render(request, "analytics/forecasts/sales.html", context)


def _progress(request: MerchantRequest, measure: str, job: Job | None) -> dict[str, Any]:
    if job is None:
        return {}
    slug = request.merchant.slug
    return {
        "poll_url": reverse("forecast-progress", args=[slug, job.pk]),
        "done_url": f"{reverse('forecast-sales', args=[slug])}?measure={measure}",
        "done_label": _("Show the forecast"),
    }


def _of_run(request: MerchantRequest, run: ForecastRun) -> dict[str, Any]:
    merchant = request.merchant
    found = sheet(run)
    ranges = showing.tiles(found, merchant)
    assert run.data_to is not None
    return {
        "run": run,
        "sheet": found,
        "tiles": ranges,
        "chart": showing.fan(found, merchant),
        "head": showing.table_head(),
        "table": showing.table(found, merchant.currency),
        "strip": showing.strip(found, merchant.currency),
        "due": round(0.8 * len(found.record.weeks)),
        "model": words.model_name(run.model),
        "model_sentence": words.model_sentence(run.model),
        "reason": words.reason(run),
        "notes": [text for note in run.backtest.get("notes", ()) if (text := words.note(note["code"], note))],
        "outside": [words.regressor(one, run.horizon) for one in run.backtest.get("regressors", ())],
        "tried": _tried(run, merchant.currency),
        "is_current": showing.run_is_current(found, merchant),
        "is_old": (merchant.today() - run.data_to).days > STALE_DAYS,
    }


def _tried(run: ForecastRun, currency: str) -> list[dict[str, Any]]:
    """The models that were tried, the nearest first."""
    scores = run.backtest.get("scores", ())
    scores = sorted(scores, key=lambda score: (score["relative"] is None, score["relative"] or 0))
    return [
        {
            "name": words.model_name(score["name"]),
            "is_chosen": score["name"] == run.model,
            "miss": words.figure(score["typical_miss"], run.measure, currency),
            "nearer": None if score["relative"] is None else round((1 - score["relative"]) * 100),
            "bias": None if score["bias"] is None else round(score["bias"] * 100),
            "inside": None if score["inside_80"] is None else round(score["inside_80"] * 100),
            "tests": score["tests"],
        }
        for score in scores
    ]


@merchant_view("forecasts.run")
@require_POST
def run(request: MerchantRequest) -> HttpResponse:
    measure = _measure(request.POST.get("measure"))
    request_forecast(measure, actor=request.actor)
    to = f"{reverse('forecast-sales', args=[request.merchant.slug])}?measure={measure}"
    return done(request, to, _("The forecast is being made."))


@merchant_view("forecasts.view")
@require_GET
def progress(request: MerchantRequest, job: int) -> HttpResponse:
    """How far a requested forecast is; when it is there, the page with it."""
    found = get_object_or_404(Job, pk=job, merchant=request.merchant, task=TASK)
    measure = _measure(found.args[0] if found.args else "")
    context = {"job": found, **_progress(request, measure, found)}
    response = render(request, "core/progress.html", context)
    if found.state == Job.State.DONE:
        response["HX-Redirect"] = context["done_url"]
    return response


@merchant_view("forecasts.view")
@require_GET
def runs(request: MerchantRequest) -> HttpResponse:
    context = {"page": RUNS.page(run_list(), request.GET)}
    return page(request, "analytics/forecasts/runs.html", context, part="results")


@merchant_view("forecasts.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One run as it was made, and how its days turned out."""
    found = get_object_or_404(run_list(), pk=pk)
    context: dict[str, Any] = {"run": found, "measure": found.measure}
    if found.is_made:
        context |= _of_run(request, found)
        context["outcomes"] = _outcomes(found, request.merchant.currency)
    else:
        context["why"], context["cure"] = words.refusal(found.refusal, found.refusal_facts)
    return render(request, "analytics/forecasts/detail.html", context)


def _outcomes(run: ForecastRun, currency: str) -> dict[str, Any]:
    days = forecast_days(run) if run.live else replayed_days(run)
    scored = [day for day in days if day.score_or_none is not None]  # type: ignore[attr-defined]
    rows = []
    for day in days:
        score = day.score_or_none  # type: ignore[attr-defined]
        rows.append(
            {
                "day": words.day_name(day.day),
                "middle": words.figure(day.q50, run.measure, currency),
                "low": words.figure(day.q10, run.measure, currency),
                "high": words.figure(day.q90, run.measure, currency),
                "actual": words.exact(score.actual, run.measure, currency) if score else "",
                "inside": score.inside_80 if score else None,
            }
        )
    inside = sum(day.score_or_none.inside_80 for day in scored)  # type: ignore[attr-defined]
    return {"rows": rows, "scored": len(scored), "inside": inside}


@merchant_view("forecasts.view")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """The newest forecast of a measure, or the run `run`, as CSV with plain numbers."""
    wanted = request.GET.get("run", "")
    if wanted:
        known = run_list().filter(pk=int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else ()
        found = next(iter(known), None)
    else:
        found = newest_run(_measure(request.GET.get("measure")), made=True)
    if found is None:
        raise Http404
    head = ["day", "mean", "low_95", "low_80", "low_50", "middle", "high_50", "high_80", "high_95", "actual"]
    rows = (
        [day.day.isoformat(), day.mean, *day.quantiles, day.score_or_none.actual if day.score_or_none else ""]  # type: ignore[attr-defined]
        for day in forecast_days(found)
    )
    return csv_response(f"forecast-{found.measure}-{found.data_to}", head, rows)
