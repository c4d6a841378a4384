"""Facts about forecasts, market share, plans and promotions."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.calendar.events import FestivalAhead
from analytics.demand.events import DemandMade, DemandRefused
from analytics.forecasts.events import (
    DriftNoticed,
    DriftOver,
    DropExpected,
    ForecastMade,
    ForecastRefused,
    SurgeExpected,
)
from analytics.markets.events import ShareFallExpected
from analytics.promotions.events import PromotionReported, PromotionsFound
from analytics.scenarios.events import PriceTestPlanned, PromiseJudged, ScenarioAdopted
from analytics.scenarios.models import Scenario
from core.events import handles
from notifications.inbox.actions import settle, tell, tell_staff
from notifications.inbox.rules import drift_key


@handles(ForecastMade, ForecastRefused)
def forecast_answered(event: ForecastMade | ForecastRefused, activity: Activity) -> None:
    """The nightly ones are on the page; who asked for one is told that it is there."""
    if not event.asked or activity.actor_kind != "user" or activity.actor_id is None:
        return
    params: dict[str, Any] = {"measure": event.measure, "refused": isinstance(event, ForecastRefused)}
    if isinstance(event, ForecastMade):
        currency = Merchant.objects.values_list("currency", flat=True).get(pk=activity.merchant_id)
        days = (date.fromisoformat(event.last_day) - date.fromisoformat(event.first_day)).days + 1
        params |= {"days": days, "low": event.low, "high": event.high, "currency": currency, "day": event.data_to}
    tell("forecast-ready", key=str(event.run_id), params=params, activity=activity, only=[activity.actor_id])


@handles(SurgeExpected, DropExpected)
def outlook_changed(event: SurgeExpected | DropExpected, activity: Activity) -> None:
    if event.usual <= 0:
        return
    params = {
        "percent": round(100 * (event.middle - event.usual) / event.usual),
        "low": event.low,
        "high": event.high,
        "usual": event.usual,
        "currency": event.currency,
    }
    tell("forecast-shift", key=f"{activity.kind}:{event.first_day}", params=params, activity=activity)


@handles(FestivalAhead)
def festival_ahead(event: FestivalAhead, activity: Activity) -> None:
    params = {
        "key": event.key,
        "day": event.day,
        "past": event.past,
        "effect": event.effect_percent,
        "products": [one["title"] for one in event.products[:3]],
    }
    tell("festival-ahead", key=f"{event.key}:{event.day[:4]}", params=params, activity=activity)


@handles(PromiseJudged)
def promise_judged(event: PromiseJudged, activity: Activity) -> None:
    params = {
        "scenario_id": event.scenario_id,
        "name": event.name,
        "category": event.category,
        "low": event.low,
        "high": event.high,
        "share": event.share,
        "inside": event.inside,
        "as_planned": event.as_planned,
    }
    tell("promise-judged", key=str(event.promise_id), params=params, activity=activity)


@handles(DriftNoticed, DriftOver)
def forecasts_drift(event: DriftNoticed | DriftOver, activity: Activity) -> None:
    """Members and staff are told. That they hold again takes the notice away: nobody has to read it any more."""
    subject, _, measure = event.subject_name.partition(":")
    key = drift_key(event.subject_name, event.category, event.since)
    if isinstance(event, DriftOver):
        settle("forecast-drift", key=key, by=activity)
        return
    params = {"subject": subject, "measure": measure, "category": event.category, "reason": event.reason}
    tell("forecast-drift", key=key, params=params, activity=activity)
    tell_staff("forecast-drift", key=key, params=params, word="operations.view")


@handles(PromotionReported)
def promotion_over(event: PromotionReported, activity: Activity) -> None:
    params = {
        "promotion_id": event.promotion_id,
        "title": event.title,
        "came": event.came,
        "low": event.low,
        "high": event.high,
    }
    tell("promotion-report", key=str(event.promotion_id), params=params, activity=activity)


@handles(ShareFallExpected)
def share_falls(event: ShareFallExpected, activity: Activity) -> None:
    """Once a week for each market and measure, however often it is forecast."""
    merchant = Merchant.objects.get(pk=activity.merchant_id)
    year, week, _ = merchant.day_of(activity.at).isocalendar()
    params = {
        "market_id": event.market_id,
        "measure": event.measure,
        "category": event.category,
        "last": event.last,
        "low": event.low,
        "high": event.high,
        "chance": event.chance,
    }
    tell("share-fall", key=f"{event.market_id}:{event.measure}:{year}-{week}", params=params, activity=activity)


@handles(DemandMade, DemandRefused)
def demand_answered(event: DemandMade | DemandRefused, activity: Activity) -> None:
    """The nightly ones are on the page; who asked for one is told that it is there."""
    if not event.asked_by:
        return
    params: dict[str, Any] = {"refused": isinstance(event, DemandRefused)}
    if isinstance(event, DemandMade):
        params |= {"made": event.made, "failed": event.failed, "day": event.data_to}
    tell("demand-ready", key=str(event.run_id), params=params, activity=activity, only=[event.asked_by])


@handles(ScenarioAdopted)
def plan_adopted(event: ScenarioAdopted, activity: Activity) -> None:
    name = Scenario.objects.filter(pk=event.scenario_id).values_list("name", flat=True).first()
    if name is not None:
        params = {"scenario_id": event.scenario_id, "name": name, "by": activity.actor_label, "last": event.last}
        params |= {"low": event.low, "high": event.high}
        tell("plan-adopted", key=str(event.promise_id), params=params, activity=activity)


@handles(PriceTestPlanned)
def price_test_planned(event: PriceTestPlanned, activity: Activity) -> None:
    params = {"test_id": event.test_id, "weeks": event.weeks, "regions": event.regions, "by": activity.actor_label}
    tell("price-test", key=str(event.test_id), params=params, activity=activity)


@handles(PromotionsFound)
def promotions_found(event: PromotionsFound, activity: Activity) -> None:
    if event.count:
        tell("promotions-found", key=str(activity.pk), params={"count": event.count}, activity=activity)
