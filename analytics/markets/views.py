"""A shop's share of its markets: what it is, what is likely to come, how well that was foreseen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.jobs.models import Job
from analytics.markets import showing, words
from analytics.markets.listing import SHARE_RUNS
from analytics.markets.models import Market, Measure, ShareRun
from analytics.markets.queries import (
    TASK,
    markets_of,
    newest_share_run,
    open_share_job,
    own_player,
    plan_errors,
    share_run_list,
)
from analytics.markets.rules import is_stale
from analytics.markets.sheets import ShareSheet, share_sheet
from analytics.markets.tasks import request_share_forecast
from core.access import MerchantRequest, merchant_view
from core.actors import SYSTEM
from core.exports import csv_response
from core.htmx import done, page

RECENT_RUNS = 6


def _measure(value: str | None) -> str:
    return value if value in Measure.values else Measure.VALUE.value


def _market(request: MerchantRequest, wanted: str | None) -> Market | None:
    """The market of the shop that was asked for, else its first one with a forecast."""
    markets = markets_of(request.merchant)
    if wanted and wanted.isascii() and wanted.isdigit() and len(wanted) < 18:
        return get_object_or_404(markets, pk=int(wanted))
    return markets.filter(runs__refusal="", runs__isnull=False).first() or markets.first()


def _address(request: MerchantRequest, market: Market, measure: str) -> str:
    return f"{reverse('market-share', args=[request.merchant.slug])}?market={market.pk}&measure={measure}"


@merchant_view("forecasts.view")
@require_GET
def share(request: MerchantRequest) -> HttpResponse:
    """The newest forecast of a market; where there is none, or it may not be seen, why and what would change it."""
    market, measure = _market(request, request.GET.get("market")), _measure(request.GET.get("measure"))
    context: dict[str, Any] = {"market": market, "measure": measure, "measures": Measure.choices}
    if market is not None:
        newest, made = newest_share_run(market, measure), newest_share_run(market, measure, made=True)
        job = open_share_job(market)
        context |= {
            "markets": markets_of(request.merchant),
            "job": job,
            "may_run": request.membership.may("forecasts.run"),
            "runs": share_run_list(request.merchant).filter(market=market, measure=measure)[:RECENT_RUNS],
            "stale": is_stale(market.last_week, request.merchant.today()),
            **(_progress(request, market, measure, job) if job else {}),
        }
        if newest is not None and not newest.is_made:
            context["why"], context["cure"] = words.refusal(newest)
        if made is not None:
            context |= _of_run(request, made)
    return render(request, "analytics/markets/share.html", context)


def _progress(request: MerchantRequest, market: Market, measure: str, job: Job) -> dict[str, Any]:
    poll = f"{reverse('share-progress', args=[request.merchant.slug, job.pk])}?measure={measure}"
    return {"poll_url": poll, "done_url": _address(request, market, measure), "done_label": _("Show the forecast")}


def _of_run(request: MerchantRequest, run: ShareRun) -> dict[str, Any]:
    """What a run says to the shop, or why it may not be told."""
    sheet = share_sheet(run, request.merchant)
    if isinstance(sheet, str):
        why, cure = words.withheld(sheet)
        return {"run": run, "withheld": sheet, "why": why, "cure": cure}
    player = sheet.own.player_id
    return {
        "run": run,
        "sheet": sheet,
        "tiles": showing.tiles(sheet),
        "chart": showing.chart(sheet),
        "head": showing.table_head(sheet),
        "table": showing.table(sheet),
        "strip": showing.strip(sheet.record),
        "chances": showing.chances(sheet.own),
        "others": showing.others(sheet),
        "miss": words.points(sheet.record.miss),
        "skill": words.skill(sheet.record),
        "lean": words.lean(sheet.record),
        "reasons": words.reasons(sheet.own.reasons),
        "models": words.models(run),
        "notes": [*words.quality(run.market.quality, player), *words.notes(run, player)],
        "planned": _planned(sheet),
        "errors": _errors(sheet),
    }


def _planned(sheet: ShareSheet) -> dict[str, str] | None:
    """The share in eight weeks with the shop's own plan."""
    if sheet.planned is None:
        return None
    row = sheet.planned.quantiles[-1]
    return {name: words.percent(row[at]) for name, at in (("low", 1), ("middle", 3), ("high", 5))}


def _errors(sheet: ShareSheet) -> list[str]:
    texts = [
        words.plan_and_model(plan_errors(sheet.own.player, sheet.run.measure, is_own=is_own), is_own=is_own)
        for is_own in (False, True)
    ]
    return [text for text in texts if text]


@merchant_view("forecasts.run")
@require_POST
def run(request: MerchantRequest) -> HttpResponse:
    """Count and forecast the market again. Other shops see its runs, so they do not say who asked."""
    market, measure = _market(request, request.POST.get("market")), _measure(request.POST.get("measure"))
    if market is None:
        raise Http404
    request_share_forecast(market, actor=SYSTEM)
    return done(request, _address(request, market, measure), _("The forecast is being made."))


@merchant_view("forecasts.view")
@require_GET
def progress(request: MerchantRequest, job: int) -> HttpResponse:
    """How far the forecast of one of the shop's markets is; when it is there, the page with it."""
    found = get_object_or_404(Job, pk=job, task=TASK)
    market = get_object_or_404(markets_of(request.merchant), pk=found.args[0] if found.args else 0)
    context = {"job": found, **_progress(request, market, _measure(request.GET.get("measure")), found)}
    response = render(request, "core/progress.html", context)
    if found.state == Job.State.DONE:
        response["HX-Redirect"] = context["done_url"]
    return response


@merchant_view("forecasts.view")
@require_GET
def runs(request: MerchantRequest) -> HttpResponse:
    context = {"page": SHARE_RUNS.page(share_run_list(request.merchant), request.GET)}
    return page(request, "analytics/markets/runs.html", context, part="results")


@merchant_view("forecasts.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One run as it was made, and how its weeks turned out."""
    found = get_object_or_404(share_run_list(request.merchant), pk=pk)
    context: dict[str, Any] = {"run": found, "market": found.market, "measure": found.measure}
    player = own_player(found.market, request.merchant)
    if not found.is_made:
        context["why"], context["cure"] = words.refusal(found)
    elif found.player_id is None:
        context |= _of_run(request, found)
    if found.is_made and player is not None and "withheld" not in context:
        context["outcomes"] = showing.outcomes(found, player)
    return render(request, "analytics/markets/detail.html", context)


@merchant_view("forecasts.view")
@require_GET
def export(request: MerchantRequest) -> HttpResponseBase:
    """The newest forecast of a market, or the run `run`, as CSV with plain numbers: shares from 0 to 1."""
    wanted = request.GET.get("run", "")
    if wanted:
        known = share_run_list(request.merchant).filter(player=None)
        found = (
            known.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else None
        )
    else:
        market = _market(request, request.GET.get("market"))
        found = market and newest_share_run(market, _measure(request.GET.get("measure")), made=True)
    sheet = share_sheet(found, request.merchant) if found is not None and found.is_made else None
    if found is None or not isinstance(sheet, ShareSheet):
        raise Http404
    return csv_response(f"market-share-{found.measure}-{found.last_week}", showing.EXPORT_HEAD, showing.export(sheet))
