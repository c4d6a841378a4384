"""Coupons and where they stand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from ecommerce.coupons.models import Coupon, CouponQuerySet
from ecommerce.coupons.rules import clean_code
from ecommerce.customers.models import Customer


def coupon_list() -> CouponQuerySet:
    """The shop's coupons with their customer."""
    rows: CouponQuerySet = Coupon.objects.select_related("customer", "merchant")
    return rows


def search_coupons(rows: CouponQuerySet, words: str) -> CouponQuerySet:
    """By the beginning of the code, the order they were used on, or a part of the customer's name."""
    return rows.filter(Q(code__startswith=clean_code(words)) | Q(used_on=words) | Q(customer__name__icontains=words))


def coupons_of(customer: Customer) -> CouponQuerySet:
    """Every coupon of one customer, newest first."""
    return coupon_list().filter(customer=customer).order_by("-created_at", "-pk")


def usable_coupons(customer: Customer, on: date) -> list[Coupon]:
    """What the customer may use that day, the one that ends soonest first."""
    rows = coupons_of(customer).usable(on)
    return sorted(rows[:50], key=lambda one: (one.valid_until or date.max, one.pk))


def running_out(first: date, last: date) -> CouponQuerySet:
    """Personal coupons that may be used on `first` and whose last day is from then to `last`."""
    return coupon_list().usable(first).filter(customer__isnull=False, valid_until__lte=last)


def taken_off_by_coupons(number: str) -> Decimal:
    """What coupons took off the order of that number, with all that was split from it."""
    return Coupon.objects.on_order(number).aggregate(sum=Sum("taken_off"))["sum"] or Decimal("0.00")
