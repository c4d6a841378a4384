"""The letters about points and coupons, for the shop's own words."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money, number
from ecommerce.buyers.links import MAIL, url_for
from ecommerce.coupons.models import Coupon
from ecommerce.loyalty.models import PointsEntry
from ecommerce.loyalty.queries import standing_of
from ecommerce.orders.models import Order
from notifications.texts.rules import Link
from notifications.texts.shapes import Context, Letter, Placeholder


def coupon_worth(coupon: Coupon, currency: str) -> str:
    """What it takes off, in the active language: ¥10.00 or 10 %."""
    return money(coupon.amount, currency) if coupon.kind == Coupon.Kind.AMOUNT else f"{coupon.percent} %"


def _least(context: Context) -> str:
    coupon: Coupon = context["coupon"]
    return money(coupon.least, context["merchant"].currency) if coupon.least else ""


def _last_day(context: Context) -> str:
    coupon: Coupon = context["coupon"]
    return date_format(coupon.valid_until, "DATE_FORMAT") if coupon.valid_until else ""


COMMON = (
    Placeholder("buyer_name", _("Name of the buyer"), lambda c: str(c["customer"].name)),
    Placeholder("shop_name", _("Name of the shop"), lambda c: str(c["merchant"].name)),
    Placeholder(
        "points_link",
        _("Link to the buyer's page with points and coupons"),
        lambda c: Link(c["action_url"], gettext("See my points and coupons")),
        is_link=True,
    ),
)
COUPON = (
    Placeholder("coupon_code", _("Code of the coupon"), lambda c: str(c["coupon"].code)),
    Placeholder(
        "coupon_worth", _("What the coupon takes off"), lambda c: coupon_worth(c["coupon"], c["merchant"].currency)
    ),
    Placeholder("coupon_least", _("Least order value; nothing where there is none"), _least),
    Placeholder("coupon_until", _("Last day of the coupon; nothing where there is none"), _last_day),
)


def _page_of(order: Order) -> Context:
    assert order.customer is not None
    return {
        "action_url": url_for("buyer-mail-choices", MAIL, order.customer),
        "verb": gettext("See my points and coupons"),
    }


def _earned_of(order: Order) -> Context | None:
    entry = PointsEntry.objects.filter(order=order, kind=PointsEntry.Kind.EARNED).first()
    return {"points": number(entry.points), "balance": number(entry.balance), **_page_of(order)} if entry else None


def _ending_of(order: Order) -> Context | None:
    standing = standing_of(order.customer) if order.customer else None
    if standing is None or standing.ends_on is None:
        return None
    values = {"points": number(standing.ending), "balance": number(standing.balance), "on": standing.ends_on}
    return {**values, **_page_of(order)}


def _coupon_of(order: Order) -> Context | None:
    coupon = Coupon.objects.filter(customer=order.customer_id).order_by("-pk").first() if order.customer_id else None
    return {"coupon": coupon, **_page_of(order)} if coupon else None


POINTS_LETTERS = (
    Letter(
        "points_earned",
        _("Points earned"),
        _("When an order is completed and brought points, to buyers who agreed to offers."),
        _("Points for your order {order_number}"),
        _(
            "Hello {buyer_name},\n\nyour order {order_number} is completed.\nPoints it brought you: {points}\n"
            "Points you have now: {balance}\n\n{points_link}"
        ),
        own=(
            Placeholder("order_number", _("Number of the order"), lambda c: str(c["order"].number)),
            Placeholder("points", _("Points the order brought"), lambda c: str(c["points"])),
            Placeholder("balance", _("Points the buyer has"), lambda c: str(c["balance"])),
        ),
        needed=("points",),
        sample=_earned_of,
        common=COMMON,
    ),
    Letter(
        "points_ending",
        _("Points about to expire"),
        _("30 days before points expire, at most once a month, to buyers who agreed to offers."),
        _("Some of your points expire soon"),
        _(
            "Hello {buyer_name},\n\npoints that expire in the next 30 days: {points}\nThe first of them: {first_day}\n"
            "Points you have now: {balance}\n\n{points_link}"
        ),
        own=(
            Placeholder("points", _("Points that expire"), lambda c: str(c["points"])),
            Placeholder("first_day", _("Last day of the first of them"), lambda c: date_format(c["on"], "DATE_FORMAT")),
            Placeholder("balance", _("Points the buyer has"), lambda c: str(c["balance"])),
        ),
        needed=("points", "first_day"),
        sample=_ending_of,
        common=COMMON,
    ),
    Letter(
        "coupon_given",
        _("Coupon for the buyer"),
        _("When the buyer gets a coupon, if they agreed to offers."),
        _("A coupon from {shop_name} for you"),
        _(
            "Hello {buyer_name},\n\nhere is a coupon for your next order.\nCode: {coupon_code}\n"
            "It takes off: {coupon_worth}\nFor orders of at least: {coupon_least}\nValid until: {coupon_until}\n\n"
            "{points_link}"
        ),
        own=COUPON,
        needed=("coupon_code", "coupon_worth"),
        sample=_coupon_of,
        common=COMMON,
    ),
    Letter(
        "coupon_ending",
        _("Coupon about to expire"),
        _("Three days before a coupon expires, to buyers who agreed to offers."),
        _("Your coupon expires soon"),
        _(
            "Hello {buyer_name},\n\nyou have a coupon that you did not use yet.\nCode: {coupon_code}\n"
            "It takes off: {coupon_worth}\nFor orders of at least: {coupon_least}\nValid until: {coupon_until}\n\n"
            "{points_link}"
        ),
        own=COUPON,
        needed=("coupon_code", "coupon_until"),
        sample=_coupon_of,
        common=COMMON,
    ),
)
