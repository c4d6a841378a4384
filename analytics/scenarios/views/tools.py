"""Beside asking: the range of prices tried, tests that find out, and what advertising brought."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.merchants.models import Merchant
from analytics.calendar.models import OutsideSeries
from analytics.calendar.queries import weekly_values
from analytics.engine.protocol import Array
from analytics.engine.scenario import advertising as regression
from analytics.engine.scenario.elasticity import price_range, responses
from analytics.engine.scenario.price_test import LEAST, PriceTest, noise_of, weeks_needed
from analytics.markets.models import Market, Measure, PlayerWeek
from analytics.scenarios import showing, words
from analytics.scenarios.actions import end_of, next_monday, plan_price_test
from analytics.scenarios.answers import HIGH, LOW, MIDDLE
from analytics.scenarios.desk import Desk
from analytics.scenarios.forms import PriceTestForm
from analytics.scenarios.listing import TESTS
from analytics.scenarios.models import PriceTest as Planned
from analytics.scenarios.queries import own_weeks, price_tests
from analytics.scenarios.views.simulator import chosen, seat
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import csv_response
from core.figures import percent
from core.forms import add_refusal
from core.htmx import done, page


@merchant_view("scenarios.view")
@require_GET
def explorer(request: MerchantRequest) -> HttpResponse:
    """What each price of the range tried before would do. It proposes none."""
    context, desk = seat(request)
    if desk is not None:
        context |= _explored(desk)
    return render(request, "analytics/scenarios/explorer.html", context)


def _explored(desk: Desk) -> dict[str, Any]:
    found = {"responses": showing.response_rows(responses(desk.state, desk.plan, desk.place))}
    stops = price_range(desk.state, desk.plan, desk.place, size=desk.size, money=desk.money)
    if not stops:
        return found
    today = desk.index or 1.0
    of_money = 1.0 if desk.measure == Measure.VALUE else desk.scale
    return found | {
        "curve": showing.curve(stops, today),
        "head": [_("Price against today’s"), _("Share"), _("8 in 10"), _("Sales, eight weeks, most likely")],
        "table": showing.stop_rows(stops, today, desk.currency, of_money),
    }


@merchant_view("scenarios.view")
@require_GET
def tests(request: MerchantRequest) -> HttpResponse:
    """The price tests that were planned."""
    context = {
        "page": TESTS.page(price_tests(), request.GET),
        "search_hint": _("Name"),
        "may_edit": request.membership.may("scenarios.edit"),
    }
    return page(request, "analytics/scenarios/tests.html", context, part="results")


@merchant_view("scenarios.edit")
def new_test(request: MerchantRequest) -> HttpResponse:
    """How long a test must run; posted with a name, its weeks are drawn and kept."""
    context, market, _measure = chosen(request)
    form = PriceTestForm(request.POST or None)
    context |= {"form": form, "back_url": reverse("price-test-list", args=[request.merchant.slug])}
    context |= {"back_label": _("Price tests"), "submit": _("Draw the weeks and save")}
    if market is None:
        context["why"], context["cure"] = words.refusal("no_market", {})
        return render(request, "analytics/scenarios/test_new.html", context)
    weeks = PlayerWeek.objects.filter(player__market=market, player__merchant=request.merchant).order_by("week")
    sales, levers = own_past(list(weeks))
    try:
        noise = noise_of(sales, explained(sales, levers))
    except ValueError:
        known = int((sales > 0).sum())
        context["why"] = _("You sold something of this market in %(have)s weeks; measuring the noise takes %(need)s.")
        context["why"] %= {"have": known, "need": LEAST}
        return render(request, "analytics/scenarios/test_new.html", context)
    context["table"] = _lengths(noise)
    if request.method == "POST" and form.is_valid():
        try:
            return _drawn(request, market, form, noise)
        except Refused as refused:
            add_refusal(form, refused)
    return render(request, "analytics/scenarios/test_new.html", context, status=422 if form.errors else 200)


def own_past(weeks: list[PlayerWeek]) -> tuple[Array, Array]:
    """Units by week, and beside them log price and part on promotion; an unknown price is the mean of the others."""
    prices = [week.price for week in weeks if week.price]
    mean = sum(prices) / len(prices) if prices else 1.0
    levers = [[np.log(week.price or mean), week.promotion or 0.0] for week in weeks]
    return np.array([week.units for week in weeks], dtype=float), np.array(levers, dtype=float).reshape(-1, 2)


def explained(sales: Array, levers: Array) -> Array:
    """What price and promotion explain of log sales beside a straight line, per week."""
    known = sales > 0
    if known.sum() < LEAST:
        return np.zeros(len(sales))
    line = np.column_stack([np.ones(len(sales)), np.arange(len(sales))])
    causes = np.column_stack([levers, line])
    found = np.linalg.lstsq(causes[known], np.log(sales[known]), rcond=None)[0]
    return np.asarray(levers @ found[:2], dtype=float)


def _lengths(noise: float) -> list[list[str]]:
    """Weeks needed by effect and number of regions."""
    found: list[PriceTest] = [weeks_needed(noise, effect) for effect in (0.05, 0.1, 0.2)]
    return [
        [f"{100 * one.effect:.0f}%", *(str(weeks) for weeks in (one.weeks, *one.weeks_by_regions.values()))]
        for one in found
    ]


def _drawn(request: MerchantRequest, market: Market, form: PriceTestForm, noise: float) -> HttpResponse:
    given = form.cleaned_data
    needed = weeks_needed(noise, given["effect"] / 100)
    weeks = needed.weeks_by_regions.get(given["regions"], needed.weeks)
    first = next_monday(request.merchant.today())
    test = plan_price_test(market, **given, noise=noise, weeks=weeks, first=first, actor=request.actor)
    return done(request, test, _("Price test planned."))


@merchant_view("scenarios.view")
@require_GET
def test_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    test = get_object_or_404(price_tests(), pk=pk)
    return render(request, "analytics/scenarios/test.html", {"test": test, "until": end_of(test), "rows": _cells(test)})


def _cells(test: Planned) -> list[dict[str, Any]]:
    return [{**cell, "name": words.week_name(cell["week"])} for cell in test.schedule]


@merchant_view("scenarios.view")
@require_GET
def test_schedule(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The drawn weeks as CSV."""
    test = get_object_or_404(price_tests(), pk=pk)
    rows = ([cell["week"], cell["region"], test.price if cell["changed"] else 0] for cell in test.schedule)
    return csv_response(f"price-test-{test.pk}", ["week", "region", "price_change_percent"], rows)


@merchant_view("scenarios.view")
@require_GET
def advertising(request: MerchantRequest) -> HttpResponse:
    """What advertising has brought, from the spend kept as a series from outside; or what is missing to say it."""
    context, market, _measure = chosen(request)
    context["need"] = regression.LEAST
    if market is None:
        context["why"], context["cure"] = words.refusal("no_market", {})
    else:
        context |= _learnt(market, request.merchant)
    return render(request, "analytics/scenarios/advertising.html", context)


def _learnt(market: Market, merchant: Merchant) -> dict[str, Any]:
    """The regression of the weeks of which both spend and sales are known."""
    spent = weekly_values(kind=OutsideSeries.Kind.AD_SPEND)
    known = [(sold, spent[week]) for week, sold in own_weeks(market, merchant, "value") if week in spent]
    sales, spend = (np.array([row[at] for row in known]) for at in (0, 1))
    made = regression.learn(sales, spend)
    if isinstance(made, regression.Refused):
        return {"why": words.advertising_missing(made, is_known=bool(spent)), "cure": ""}
    returns = made.return_on()
    carried = np.quantile(made.carries, [0.1, 0.9])
    return {
        "returns": [words.amount(float(returns[at]), market.currency) for at in (LOW, MIDDLE, HIGH)],
        "one": words.amount(1.0, market.currency),
        "carried": [percent(float(end), 0) for end in carried],
        "weeks": len(known),
        "tellable": returns[LOW] > 0,
    }
