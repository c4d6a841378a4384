"""Facts about points; never the name of their buyer. `entry_ids` are the entries of the ledgers they wrote."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class PointsEarned(Event):
    """Orders were completed; `points` is what all their buyers earned together."""

    kind = "points.earned"
    label = _("Points earned")
    sentence = _("%(points)s points earned with completed orders (orders: %(count)s)")
    entry_ids: list[int]
    count: int
    points: int


@event
@dataclass(frozen=True, kw_only=True)
class PointsTakenBack(Event):
    """Money of an order went back, and the points with it, as far as they were there."""

    kind = "points.taken_back"
    label = _("Points taken back")
    sentence = _("%(points)s points taken back after a refund of order %(number)s")
    customer_id: int
    number: str
    points: int


@event
@dataclass(frozen=True, kw_only=True)
class PointsChangedByHand(Event):
    """`points` is below zero where some were taken off."""

    kind = "points.changed_by_hand"
    label = _("Points changed by hand")
    sentence = _("Points changed by hand: %(points)s (%(reason)s)")
    customer_id: int
    points: int
    balance: int
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class PointsExchanged(Event):
    kind = "points.exchanged"
    label = _("Points exchanged for a coupon")
    sentence = _("%(points)s points exchanged for coupon %(code)s")
    customer_id: int
    points: int
    coupon_id: int
    code: str


@event
@dataclass(frozen=True, kw_only=True)
class PointsExpired(Event):
    """The time of some points was over; `count` buyers lost `points` together."""

    kind = "points.expired"
    label = _("Points expired")
    sentence = _("%(points)s points expired (customers: %(count)s)")
    entry_ids: list[int]
    count: int
    points: int


@event
@dataclass(frozen=True, kw_only=True)
class PointsRulesChanged(Event):
    kind = "points.rules_changed"
    label = _("Terms of points changed")
