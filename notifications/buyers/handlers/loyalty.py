"""What buyers are told of their points and coupons."""

from __future__ import annotations

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from core.events import handles
from ecommerce.coupons.events import CouponIssued, CouponsIssued
from ecommerce.loyalty.events import PointsEarned
from notifications.buyers.tasks import STRETCH, write_of_coupons, write_of_points


@handles(PointsEarned)
def points_earned(event: PointsEarned, activity: Activity) -> None:
    for start in range(0, len(event.entry_ids), STRETCH):
        ids = event.entry_ids[start : start + STRETCH]
        enqueue(write_of_points, ids, key=f"buyers-points:{activity.pk}:{start}")


@handles(CouponIssued)
def coupon_given(event: CouponIssued, activity: Activity) -> None:
    if event.customer_id is not None:
        write_of_coupons([event.coupon_id])


@handles(CouponsIssued)
def coupons_given(event: CouponsIssued, activity: Activity) -> None:
    for start in range(0, len(event.coupon_ids), STRETCH):
        ids = event.coupon_ids[start : start + STRETCH]
        enqueue(write_of_coupons, ids, key=f"buyers-coupons:{activity.pk}:{start}")
