"""Kinds about forecasts, market share, plans and promotions."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import AHEAD, Kind, Target, to
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import ahead as say


def _to_share(params: Params) -> Target:
    return Target("market-share", query=f"market={params['market_id']}&measure={params['measure']}")


def _to_calendar(params: Params) -> Target:
    return Target("calendar", query=f"month={params['day'][:7]}")


KINDS = (
    Kind(
        "weekly-report", _("The report of the week, each Monday"), AHEAD, Urgency.KNOW, "facts.view",
        say.weekly_report, to("merchant-home"), _("See the figures"), icon="chart-line", inbox=False,
        stale=timedelta(days=7),
    ),
    Kind(
        "festival-ahead", _("A festival or holiday comes within 30 days"), AHEAD, Urgency.WEEK, "calendar.view",
        say.festival_ahead, _to_calendar, _("See the calendar"), icon="calendar", tone="info", email=False,
        stale=timedelta(days=30),
    ),
    Kind(
        "forecast-shift", _("A surge or a drop in sales is expected"), AHEAD, Urgency.WEEK, "forecasts.view",
        say.forecast_shift, to("forecast-sales"), _("See why"), icon="trending-up", tone="info",
        stale=timedelta(days=7),
    ),
    Kind(
        "promise-judged", _("A plan was held against what happened"), AHEAD, Urgency.WEEK, "scenarios.view",
        say.promise_judged, to("scenario-detail", "scenario_id"), _("See the promise"),
        icon="adjustments-horizontal", tone="info", email=False, stale=timedelta(days=28),
    ),
    Kind(
        "forecast-ready", _("A forecast you asked for is ready"), AHEAD, Urgency.KNOW, "forecasts.view",
        say.forecast_ready, to("forecast-sales"), _("See the forecast"), icon="chart-line", email=False,
        stale=timedelta(days=7),
    ),
    Kind(
        "forecast-drift", _("Forecasts were off and are being corrected"), AHEAD, Urgency.KNOW, "forecasts.view",
        say.forecast_drift, to("accuracy"), _("See how well we predicted"), icon="target-arrow", email=False,
        stale=timedelta(days=14),
    ),
    Kind(
        "promotion-report", _("A promotion you planned is over"), AHEAD, Urgency.KNOW, "promotions.view",
        say.promotion_report, to("promotion-detail", "promotion_id"), _("See the report"), icon="discount",
        email=False, stale=timedelta(days=28),
    ),
    Kind(
        "share-fall", _("Your market share is likely to fall"), AHEAD, Urgency.WEEK, "forecasts.view",
        say.share_fall, _to_share, _("See why and what helps"), icon="trending-down", tone="warning",
        stale=timedelta(days=14),
    ),
    Kind(
        "demand-ready", _("A demand forecast you asked for is ready"), AHEAD, Urgency.KNOW, "forecasts.view",
        say.demand_ready, to("demand-list"), _("See demand"), icon="cube", email=False, stale=timedelta(days=7),
    ),
    Kind(
        "plan-adopted", _("A scenario became the plan"), AHEAD, Urgency.KNOW, "scenarios.view",
        say.plan_adopted, to("scenario-detail", "scenario_id"), _("See the plan"), icon="adjustments-horizontal",
        email=False,
    ),
    Kind(
        "price-test", _("A price test was planned"), AHEAD, Urgency.KNOW, "scenarios.view",
        say.price_test, to("price-test-detail", "test_id"), _("See the test"), icon="flask", email=False,
    ),
    Kind(
        "promotions-found", _("Past promotions were found and measured"), AHEAD, Urgency.KNOW, "promotions.view",
        say.promotions_found, to("promotion-list"), _("See what they brought"), icon="discount", email=False,
        stale=timedelta(days=14),
    ),
)  # fmt: skip
