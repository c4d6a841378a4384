"""What was kept: the list, one scenario, several side by side, links, and adopting one as a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics.scenarios import links, showing, words
from analytics.scenarios.actions import (
    adopt_scenario,
    ask_again,
    delete_scenario,
    rename_scenario,
    revoke_link,
    share_scenario,
)
from analytics.scenarios.answers import HIGH, LOW, Answer
from analytics.scenarios.forms import LinkForm, NameForm
from analytics.scenarios.listing import SCENARIOS
from analytics.scenarios.models import Promise, Scenario, ScenarioLink
from analytics.scenarios.queries import compared, is_outdated, links_of, scenario_list
from analytics.scenarios.rules import COMPARED
from core.access import MerchantRequest, merchant_view, open_view
from core.errors import Refused
from core.figures import percent, signed
from core.forms import add_refusal
from core.htmx import done, page
from core.tenancy import tenant


def described(scenario: Scenario) -> dict[str, Any]:
    """A scenario with its answer in words."""
    answer = Answer.read(scenario.answer) if scenario.answer else None
    asked = scenario.asked if scenario.question else None
    return {
        "scenario": scenario,
        "asked": words.asked(asked) if asked else [],
        "weeks": _("%(first)s to the week of %(last)s")
        % {"first": words.week_name(asked.first), "last": words.week_name(asked.last)}
        if asked
        else "",
        "said": showing.spoken(answer, scenario.market.currency) if answer else None,
    }


@merchant_view("scenarios.view")
@require_GET
def index(request: MerchantRequest) -> HttpResponse:
    found = SCENARIOS.page(scenario_list(), request.GET)
    context = {
        "page": found,
        "rows": [_row(scenario) for scenario in found.rows],
        "search_hint": _("Name"),
        "may_edit": request.membership.may("scenarios.edit"),
    }
    return page(request, "analytics/scenarios/list.html", context, part="results")


def _row(scenario: Scenario) -> dict[str, Any]:
    share = scenario.answer.get("share") if scenario.answer else None
    asked = words.asked(scenario.asked) if scenario.question else []
    low, high = (signed(100 * share["difference"][at], 1) for at in (LOW, HIGH)) if share else ("", "")
    promise: Promise | None = getattr(scenario, "promise", None)
    return {
        "scenario": scenario,
        "asked": ", ".join(asked),
        "low": low,
        "high": high,
        "outcome": promise.outcome_or_none if promise else None,
    }


@merchant_view("scenarios.view")
@require_GET
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One scenario with its answer; once it is adopted, its promise and what came of it."""
    scenario = get_object_or_404(scenario_list(), pk=pk)
    promise: Promise | None = getattr(scenario, "promise", None)
    context = {
        **described(scenario),
        "links": [(link, links.url_of(link)) for link in links_of(scenario)],
        "link_form": LinkForm(),
        "promise": promise_in_words(promise, scenario.market.currency) if promise else None,
        "is_old": scenario.is_draft and is_outdated(scenario),
        "may_edit": request.membership.may("scenarios.edit"),
        "may_adopt": request.membership.may("scenarios.adopt"),
    }
    return render(request, "analytics/scenarios/detail.html", context)


def promise_in_words(promise: Promise, currency: str) -> dict[str, Any]:
    """What was promised, and once its weeks are over, how it came."""
    said: dict[str, Any] = {
        "promise": promise,
        "low": percent(promise.share[LOW], 1),
        "high": percent(promise.share[HIGH], 1),
        "due": words.week_name(promise.last_week),
        "outcome": promise.outcome_or_none,
        "rows": _promised_rows(promise),
    }
    if promise.sales:
        said["sales"] = [words.amount(promise.sales[at], currency) for at in (LOW, HIGH)]
    outcome = promise.outcome_or_none
    if outcome is not None:
        said["share"] = percent(outcome.share, 1)
        said["came"] = words.amount(outcome.sales, currency)
        said["price_gap"] = None if outcome.price_gap is None else signed(100 * outcome.price_gap, 0)
        said["promotion_gap"] = None if outcome.promotion_gap is None else signed(100 * outcome.promotion_gap, 0)
    return said


def _promised_rows(promise: Promise) -> list[list[str]]:
    outcome = promise.outcome_or_none
    came = {row["week"]: row for row in outcome.weeks} if outcome else {}
    rows = []
    for week in promise.weeks:
        share = week["share"]
        actual = came.get(week["week"])
        rows.append(
            [
                words.week_name(date.fromisoformat(week["week"])),
                f"{percent(share[LOW], 1)} – {percent(share[HIGH], 1)}",
                percent(actual["share"], 1) if actual else "–",
                _change(week["price"]),
                _change(actual["price"]) if actual else "–",
            ]
        )
    return rows


def _change(part: float | None) -> str:
    return "–" if part is None else f"{signed(100 * (part - 1), 0)}%"


@merchant_view("scenarios.edit")
def edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """Rename a draft."""
    scenario = get_object_or_404(scenario_list(), pk=pk)
    form = NameForm(request.POST or None, instance=scenario)
    if request.method == "POST" and form.is_valid():
        try:
            rename_scenario(scenario, **form.cleaned_data, actor=request.actor)
            return done(request, scenario, _("Scenario saved."))
        except Refused as refused:
            add_refusal(form, refused)
    context = {
        "form": form,
        "asked": [],
        "submit": _("Save"),
        "back_url": reverse("scenario-detail", args=[request.merchant.slug, pk]),
        "back_label": _("Scenario"),
    }
    return render(request, "analytics/scenarios/save.html", context, status=422 if form.errors else 200)


@merchant_view("scenarios.edit")
@require_POST
def delete(request: MerchantRequest, pk: int) -> HttpResponse:
    delete_scenario(get_object_or_404(scenario_list(), pk=pk), actor=request.actor)
    return done(request, reverse("scenario-list", args=[request.merchant.slug]), _("Scenario deleted."))


@merchant_view("scenarios.edit")
@require_POST
def again(request: MerchantRequest, pk: int) -> HttpResponse:
    """Answer a draft anew from the newest forecast."""
    scenario = ask_again(get_object_or_404(scenario_list(), pk=pk), actor=request.actor)
    return done(request, scenario, _("Asked again, from the newest forecast."))


@merchant_view("scenarios.adopt")
@require_POST
def adopt(request: MerchantRequest, pk: int) -> HttpResponse:
    scenario = get_object_or_404(scenario_list(), pk=pk)
    adopt_scenario(scenario, actor=request.actor)
    return done(request, scenario, _("Adopted. Its promise is kept and held against what happens."))


@merchant_view("scenarios.edit")
@require_POST
def share(request: MerchantRequest, pk: int) -> HttpResponse:
    """A link to send to somebody; it stands on the scenario's page."""
    scenario = get_object_or_404(scenario_list(), pk=pk)
    form = LinkForm(request.POST)
    days = form.cleaned_data["days"] if form.is_valid() else 0
    share_scenario(scenario, days=days, actor=request.actor)
    return done(request, scenario, _("Link made."))


@merchant_view("scenarios.edit")
@require_POST
def revoke(request: MerchantRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(ScenarioLink.objects.select_related("scenario__merchant"), pk=pk)
    revoke_link(link, actor=request.actor)
    return done(request, link.scenario, _("Link revoked. It shows nothing any more."))


@merchant_view("scenarios.view")
@require_GET
def compare(request: MerchantRequest) -> HttpResponse:
    """Up to four scenarios of one market and measure side by side."""
    found = compared(request.GET.getlist("row"))
    answers = [(scenario.name, Answer.read(scenario.answer)) for scenario in found if scenario.answer]
    context: dict[str, Any] = {
        "columns": [described(scenario) for scenario in found],
        "most": COMPARED,
        "left_out": len(set(request.GET.getlist("row"))) > len(found),
        "mixed": len({scenario.run_id for scenario in found}) > 1,
    }
    if answers:
        context["strips"] = showing.comparison(answers)
    return render(request, "analytics/scenarios/compare.html", context)


@open_view("a signed link to one scenario, which its shop made, can revoke and which expires")
@require_GET
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A scenario for whoever holds a good link; one answer to every other link."""
    link = links.read(token)
    if link is None:
        response = render(request, "analytics/scenarios/gone.html", status=404)
    else:
        with tenant(link.merchant), timezone.override(link.merchant.zone):
            context = {**described(link.scenario), "link": link, "shop": link.merchant}
            response = render(request, "analytics/scenarios/shared.html", context)
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
