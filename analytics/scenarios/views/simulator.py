"""Asking: the simulator, and keeping what was asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.markets.models import Market, Measure
from analytics.scenarios import showing, words
from analytics.scenarios.actions import answered, save_scenario
from analytics.scenarios.desk import CannotSay, Desk, desk_of
from analytics.scenarios.forms import NameForm, QuestionForm, Slider
from analytics.scenarios.levers import advertising_by, festivals_of
from analytics.scenarios.queries import chosen_market
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.figures import signed
from core.forms import add_refusal
from core.htmx import done, page
from core.templatetags.sc import number

PANEL = "simulator"
BESIDE = ("advertising_amount", "sold_out_from", "stock", "festival", "festival_week")
"""Levers that are no sliders."""


def chosen(request: MerchantRequest) -> tuple[dict[str, Any], Market | None, str]:
    """The market and measure of the address, and what the head of every page here shows of them."""
    market, markets = chosen_market(request.merchant, request.GET.get("market", ""))
    wanted = request.GET.get("measure", "")
    measure = wanted if wanted in Measure.values else Measure.VALUE.value
    context = {"market": market, "markets": markets, "measure": measure, "measures": Measure.choices}
    return context, market, measure


def seat(request: MerchantRequest) -> tuple[dict[str, Any], Desk | None]:
    """The head's context, and the desk or in its place the refusal in words."""
    context, market, measure = chosen(request)
    if market is None:
        context["why"], context["cure"] = words.refusal("no_market", {})
        return context, None
    try:
        return context, desk_of(market, measure, request.merchant)
    except CannotSay as error:
        context["why"], context["cure"] = words.refusal(error.code, error.facts)
        return context, None


@merchant_view("scenarios.view")
@require_GET
def simulator(request: MerchantRequest) -> HttpResponse:
    """What if? Every question is an address; nothing is applied to the shop. Other pages fetch it as a panel."""
    context, desk = seat(request)
    context["is_panel"] = request.headers.get("HX-Target") == PANEL
    part, status = (PANEL if context["is_panel"] else "simres"), 200
    if desk is not None:
        form = QuestionForm(request.GET, desk=desk)
        context |= {"form": form, "sliders": sliders(form), "idle": idle(desk), "query": request.GET.urlencode()}
        context["beside"] = [form[name] for name in BESIDE if name in form.fields]
        context["has_beside"] = any(request.GET.get(name) for name in BESIDE)
        context["lacks_spend"] = not advertising_by(desk)
        context["may_edit"] = request.membership.may("scenarios.edit")
        try:
            if form.is_valid():
                context["said"] = showing.spoken(answered(desk, form.question()), desk.currency)
        except Refused as refused:
            add_refusal(form, refused)
        status = 200 if form.is_valid() else 422
    return page(request, "analytics/scenarios/simulator.html", context, part=part, status=status)


def sliders(form: QuestionForm) -> list[dict[str, Any]]:
    """Each lever with the value it stands at and what was tried with it."""
    rows = []
    for name, field in form.fields.items():
        if not isinstance(field, Slider):
            continue
        bound = form[name]
        typed = bound.value()
        rest = _resting(form.desk, name)
        rows.append(
            {
                "field": bound,
                "low": f"{field.low:g}",
                "high": f"{field.high:g}",
                "unit": field.unit,
                "value": typed if typed not in (None, "") else f"{rest:g}",
                "hint": _hint(form.desk, name),
            }
        )
    return rows


def _resting(desk: Desk, name: str) -> float:
    """Where a lever stands when nothing is changed."""
    place = {"promotion": desk.place, "rival_promotion": desk.rival}.get(name)
    tried = desk.tried("promotion", place) if place is not None else None
    return round(tried.now) if tried else 0.0


def _hint(desk: Desk, name: str) -> str:
    if name.startswith("rival"):
        return _("The largest rival in this market; it is not named.") if name == "rival_price" else ""
    if name == "discount":
        return _("On top of the price change, for the part of sales on promotion.")
    if name == "sold_out":
        found = desk.tried("stockout")
        if found is None or not found.moves:
            return _("In how much of a week you were sold out hardly varied so far.")
        return _("So far up to %(days)s days a week.") % {"days": number(found.high, 1)}
    if name == "advertising" and advertising_by(desk) == "own":
        return _("Against what you spent of late.")
    tried = desk.tried(name)
    if tried is None or not tried.moves:
        return _("Never moved so far.")
    ends = (tried.low - 100, tried.high - 100) if name == "advertising" else (tried.low, tried.high)
    low, high = (f"{end:.0f}" if name == "promotion" else signed(end, 0) for end in ends)
    return _("Tried so far: %(low)s%% to %(high)s%%.") % {"low": low, "high": high}


def idle(desk: Desk) -> list[tuple[Any, Any]]:
    """The levers that cannot act here, each with what is missing."""
    names, spend = desk.state.names, desk.spend
    missing: list[tuple[Any, Any]] = [
        (words.DRIVERS[driver], _("It never varied in this market, so nothing can be learnt about it."))
        for driver in ("price", "promotion")
        if driver not in names
    ]
    if desk.rival is None:
        missing.append((_("A rival"), _("No rival can be shown apart without giving others’ figures away.")))
    if not advertising_by(desk):
        said = words.advertising_missing(spend.lacking, is_known=bool(np.isfinite(spend.spent).any()))
        missing.append((words.DRIVERS["advertising"], said))
    if desk.money.is_value and desk.index is None:
        missing.append(
            (_("Stock"), _("Units cannot be told from sales here, since prices never varied. Ask in units."))
        )
    coming = festivals_of(desk)
    if not coming:
        missing.append((_("Festival"), _("No festival falls into the weeks that are forecast.")))
    unlearnt = [words.festival_missing(one) for one in coming if not one.is_learnt]
    if unlearnt:
        missing.append((_("Festival"), " ".join(unlearnt)))
    return missing


@merchant_view("scenarios.edit")
def save(request: MerchantRequest) -> HttpResponse:
    """Keep the question of the address under a name."""
    context, desk = seat(request)
    back = f"{reverse('scenario-simulator', args=[request.merchant.slug])}?{request.GET.urlencode()}"
    question = QuestionForm(request.GET, desk=desk) if desk is not None else None
    if desk is None or question is None or not question.is_valid():
        return redirect(back)
    asked = question.question()
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_scenario(desk.market, desk.measure, asked, **form.cleaned_data, actor=request.actor)
            return done(request, kept, _("Scenario saved."))
        except Refused as refused:
            add_refusal(form, refused)
    context |= {"form": form, "asked": words.asked(asked), "submit": _("Save scenario"), "back_url": back}
    context["back_label"] = _("What if?")
    status = 422 if form.errors else 200
    return render(request, "analytics/scenarios/save.html", context, status=status)
