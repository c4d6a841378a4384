"""Facts about products that stand out. A night may bring hundreds: those of one day are one notice that grows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.episodes.events import ComplaintsBurst, ComplaintsCalmed, ProductPraised
from analytics.episodes.rules import WEEK
from analytics.lifecycle.events import ProductFellBehind, ProductStartedGrowing, StageChanged
from analytics.lifecycle.models import ProductStage
from core.events import handles
from notifications.inbox.actions import settle, tell


@handles(ProductFellBehind, ProductStartedGrowing)
def stage_changed(event: StageChanged, activity: Activity) -> None:
    day, count, first = _of_the_day(activity)
    since = ProductStage.objects.filter(pk=first["stage_id"]).values_list("since", flat=True).first()
    params = {
        "count": count,
        "product": first["title"],
        "product_id": first["product_id"],
        "stage_id": first["stage_id"],
        "stage": first["stage"],
        "since": since.isoformat() if since else "",
        "idle": first["idle"],
        "units": first["units"],
        "units_before": first["units_before"],
        "percent": first.get("against_shop_percent"),
    }
    kind = "product-behind" if isinstance(event, ProductFellBehind) else "product-growing"
    tell(kind, key=day, params=params, grows="count")


@handles(ProductPraised)
def product_praised(event: ProductPraised, activity: Activity) -> None:
    day, count, first = _of_the_day(activity)
    params = {
        "count": count,
        "product": first["title"],
        "product_id": first["product_id"],
        "day": day,
        "rating": first["rating"],
        "reviews": first["reviews"],
        "percent": first["forecast_percent"],
    }
    tell("product-praised", key=day, params=params, grows="count")


@handles(ComplaintsBurst)
def complaints_burst(event: ComplaintsBurst, activity: Activity) -> None:
    today = Merchant.objects.get(pk=activity.merchant_id).day_of(activity.at)
    params = {
        "first": (today - timedelta(days=WEEK)).isoformat(),
        "last": (today - timedelta(days=1)).isoformat(),
        "episode_id": event.episode_id,
        "product": event.title,
        "product_id": event.product_id,
        "sku": event.sku,
        "cases": event.cases,
        "expected": event.expected,
    }
    tell("complaints-burst", key=str(event.episode_id), params=params, activity=activity)


@handles(ComplaintsCalmed)
def complaints_calmed(event: ComplaintsCalmed, activity: Activity) -> None:
    settle("complaints-burst", key=str(event.episode_id))


def _of_the_day(activity: Activity) -> tuple[str, int, dict[str, Any]]:
    """The shop's day of a fact, how many facts of its kind that day has so far, and the figures of the first."""
    merchant = Merchant.objects.get(pk=activity.merchant_id)
    day = merchant.day_of(activity.at)
    start, end = merchant.day_bounds(day)
    alike = Activity.objects.filter(kind=activity.kind, at__gte=start, at__lt=end)
    return day.isoformat(), alike.count(), alike.order_by("pk").values_list("payload", flat=True)[0]
