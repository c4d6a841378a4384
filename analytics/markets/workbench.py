"""The staff's side of markets: competitors from outside and what was seen of them. See docs/adr/0009."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from analytics.markets.actions import name_competitor, observe
from analytics.markets.forms import CompetitorForm, ObservationForm, SheetForm
from analytics.markets.models import Market, Player
from analytics.markets.observing import Seen, Sheet, read_file
from analytics.markets.queries import observation_list, staff_markets
from analytics.markets.rules import last_whole_week
from core.access import StaffRequest, staff_view
from core.errors import Refused
from core.exports import csv_response
from core.forms import add_refusal
from core.htmx import done

SHOWN = 60


@staff_view("markets.observe")
@require_safe
def markets(request: StaffRequest) -> HttpResponse:
    """Every market with how many shops and outside competitors it has."""
    return render(request, "analytics/markets/staff_markets.html", {"markets": staff_markets()})


@staff_view("markets.observe")
@require_safe
def market(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(Market.objects.select_related("category"), pk=pk))


def _page(request: StaffRequest, found: Market, status: int = 200, **context: Any) -> HttpResponse:
    """The page of a market with its forms; `context` has those that were sent."""
    forms = {
        "competitor_form": CompetitorForm(),
        "observation_form": ObservationForm(today=timezone.localdate()),
        "sheet_form": SheetForm(),
    }
    known = {
        "market": found,
        "competitors": Player.objects.filter(market=found, merchant=None).order_by("name"),
        "observations": observation_list().filter(player__market=found)[:SHOWN],
    }
    return render(request, "analytics/markets/staff_market.html", forms | known | context, status=status)


def _address(found: Market) -> str:
    return reverse("staff-market", args=[found.pk])


@staff_view("markets.observe")
@require_POST
def competitor(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a competitor, or with `player` rename one."""
    found = get_object_or_404(Market, pk=pk)
    outside = Player.objects.filter(market=found, merchant=None)
    wanted = request.POST.get("player", "")
    known = get_object_or_404(outside, pk=int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    form = CompetitorForm(request.POST)
    if form.is_valid():
        try:
            name_competitor(found, form.cleaned_data["name"], actor=request.actor, player=known)
            return done(request, _address(found), _("Saved."))
        except Refused as refusal:
            add_refusal(form, refusal)
    return _page(request, found, 422, competitor_form=form)


@staff_view("markets.observe")
@require_POST
def observation(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Market, pk=pk)
    form = ObservationForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return _page(request, found, 422, observation_form=form)
    given = form.cleaned_data
    row = Seen(given["name"].strip(), given["week"], given["units"], given["value"], given["price"], given["promotion"])
    taken = observe(found, [row], actor=request.actor, source=given["source"])
    said = _("Saved. It counts from the next build on.") if taken.written else _("This was known already.")
    return done(request, _address(found), said)


@staff_view("markets.observe")
@require_POST
def sheet(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Take the good rows of a file over; `do` is "check" for a dry run, "bad" for the bad rows with their reasons."""
    found = get_object_or_404(Market, pk=pk)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, 422, sheet_form=form)
    read = read_file(form.cleaned_data["file"], last_whole_week(timezone.localdate()))
    wanted = request.POST.get("do")
    if wanted == "bad":
        rows = ([bad.line, bad.reason, *bad.cells] for bad in read.bad)
        return csv_response(f"bad-rows-{found.pk}", ["line", "reason", "row"], rows)
    is_trial = wanted == "check"
    taken = observe(found, read.good, actor=request.actor, source=form.cleaned_data["source"], is_trial=is_trial)
    if not is_trial and not read.bad:
        say = ngettext("%(count)s week was written down.", "%(count)s weeks were written down.", taken.written)
        return done(request, _address(found), say % {"count": taken.written})
    return _page(request, found, taken=taken, is_trial=is_trial, **_bad(read))


def _bad(read: Sheet) -> dict[str, Any]:
    return {"bad": read.bad[:SHOWN], "bad_count": len(read.bad)}
