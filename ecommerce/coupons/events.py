"""Facts about coupons; never the name of their buyer. Amounts are decimal strings in the merchant's currency."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class CouponFact(Event):
    coupon_id: int
    code: str
    customer_id: int | None


@event
@dataclass(frozen=True, kw_only=True)
class CouponIssued(CouponFact):
    """`origin` is "hand", "points" or "apology"."""

    kind = "coupons.issued"
    label = _("Coupon given")
    sentence = _("Coupon %(code)s given")
    origin: str


@event
@dataclass(frozen=True, kw_only=True)
class CouponsIssued(Event):
    """Many customers got one each."""

    kind = "coupons.issued_together"
    label = _("Coupons given")
    sentence = _("Coupons given: %(count)s")
    coupon_ids: list[int]
    count: int


@event
@dataclass(frozen=True, kw_only=True)
class CouponWithdrawn(CouponFact):
    kind = "coupons.withdrawn"
    label = _("Coupon withdrawn")
    sentence = _("Coupon %(code)s withdrawn")


@event
@dataclass(frozen=True, kw_only=True)
class CouponUsed(CouponFact):
    """It took `amount` off the order of that number."""

    kind = "coupons.used"
    label = _("Coupon used")
    sentence = _("Coupon %(code)s used on order %(number)s: %(amount)s %(currency)s off")
    number: str
    amount: str
    currency: str


@event
@dataclass(frozen=True, kw_only=True)
class CouponGivenBack(CouponFact):
    """The order it was used on was called off; it may be used again."""

    kind = "coupons.given_back"
    label = _("Coupon given back")
    sentence = _("Coupon %(code)s given back: order %(number)s was cancelled")
    number: str
