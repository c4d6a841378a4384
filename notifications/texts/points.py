"""The letters about points and coupons, for the shop's own words."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.sc import money
from ecommerce.buyers.links import MAIL
from ecommerce.coupons.models import Coupon
from ecommerce.customers.models import Consent
from notifications.texts import examples
from notifications.texts.placeholders import Context, Placeholder
from notifications.texts.rules import Link
from notifications.texts.shapes import Letter

WALLET = _("See my points and coupons")


def coupon_worth(coupon: Coupon, currency: str) -> str:
    """What it takes off, in the active language: ¥10.00 or 10%."""
    return money(coupon.amount, currency) if coupon.kind == Coupon.Kind.AMOUNT else f"{coupon.percent}%"


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


POINTS_LETTERS = (
    Letter(
        "points_earned",
        _("Points earned"),
        purpose=Consent.Purpose.MARKETING,
        link=MAIL,
        verb=WALLET,
        when=_("When an order is completed and brought points, to buyers who agreed to offers."),
        subject=_("Points for your order %(number)s"),
        words=_("Your order %(number)s is completed and brought you points."),
        body=_(
            "Hello {buyer_name},\n\nYour order {order_number} is completed.\nPoints it brought you: {points}\n"
            "Points you have now: {balance}\n\n{points_link}"
        ),
        example=examples.points_earned,
        common=COMMON,
        own=(
            Placeholder("order_number", _("Number of the order"), lambda c: str(c["order"].number)),
            Placeholder("points", _("Points the order brought"), lambda c: str(c["points"])),
            Placeholder("balance", _("Points the buyer has"), lambda c: str(c["balance"])),
        ),
        needed=("points",),
    ),
    Letter(
        "points_ending",
        _("Points about to expire"),
        purpose=Consent.Purpose.MARKETING,
        link=MAIL,
        verb=WALLET,
        when=_("30 days before points expire, at most once a month, to buyers who agreed to offers."),
        subject=_("Some of your points expire soon"),
        words=_("Use your points before they expire: exchange them for a coupon."),
        body=_(
            "Hello {buyer_name},\n\nPoints that expire in the next 30 days: {points}\nThe first of them: {first_day}\n"
            "Points you have now: {balance}\n\n{points_link}"
        ),
        example=examples.points_ending,
        common=COMMON,
        own=(
            Placeholder("points", _("Points that expire"), lambda c: str(c["points"])),
            Placeholder("first_day", _("Last day of the first of them"), lambda c: date_format(c["on"], "DATE_FORMAT")),
            Placeholder("balance", _("Points the buyer has"), lambda c: str(c["balance"])),
        ),
        needed=("points", "first_day"),
    ),
    Letter(
        "coupon_given",
        _("Coupon for the buyer"),
        purpose=Consent.Purpose.MARKETING,
        link=MAIL,
        verb=WALLET,
        when=_("When the buyer gets a coupon, if they agreed to offers."),
        subject=_("A coupon from %(shop)s for you"),
        words=_("Here is a coupon for your next order. Give its code when you order."),
        body=_(
            "Hello {buyer_name},\n\nHere is a coupon for your next order.\nCode: {coupon_code}\n"
            "It takes off: {coupon_worth}\nFor orders of at least: {coupon_least}\nValid until: {coupon_until}\n\n"
            "{points_link}"
        ),
        example=examples.coupon,
        common=COMMON,
        own=COUPON,
        needed=("coupon_code", "coupon_worth"),
    ),
    Letter(
        "coupon_ending",
        _("Coupon about to expire"),
        purpose=Consent.Purpose.MARKETING,
        link=MAIL,
        verb=WALLET,
        when=_("Three days before a coupon expires, to buyers who agreed to offers."),
        subject=_("Your coupon expires soon"),
        words=_("You have a coupon that you did not use yet."),
        body=_(
            "Hello {buyer_name},\n\nYou have a coupon that you did not use yet.\nCode: {coupon_code}\n"
            "It takes off: {coupon_worth}\nFor orders of at least: {coupon_least}\nValid until: {coupon_until}\n\n"
            "{points_link}"
        ),
        example=examples.coupon,
        common=COMMON,
        own=COUPON,
        needed=("coupon_code", "coupon_until"),
    ),
)
