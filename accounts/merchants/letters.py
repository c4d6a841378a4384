"""What applicants and owners are written about their shop."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.mail import Letter


def _greeting(user: User) -> str:
    return _("Hello %(name)s,") % {"name": user.name} if user.name else _("Hello,")


def _why() -> str:
    return _("You get this because it concerns your shop; it cannot be turned off.")


def approved(merchant: Merchant, user: User) -> Letter:
    shop = {"shop": merchant.name}
    return Letter(
        _("%(shop)s is open") % shop,
        [
            _greeting(user),
            _("Your application for %(shop)s was approved. You can sign in and start with your products.") % shop,
        ],
        _("Open the shop"),
        merchant.get_absolute_url(),
        _why(),
    )


def refused(merchant: Merchant, user: User) -> Letter:
    values = {"shop": merchant.name, "reason": merchant.state_reason}
    return Letter(
        _("Your application for %(shop)s was refused") % values,
        [
            _greeting(user),
            _("We looked at your application for %(shop)s and cannot open the shop now. The reason:") % values,
            merchant.state_reason,
            _("You can change the application and send it again."),
        ],
        _("See the application"),
        reverse("shops"),
        _why(),
    )


def restricted(merchant: Merchant, user: User) -> Letter:
    shop = {"shop": merchant.name}
    return Letter(
        _("%(shop)s is restricted") % shop,
        [
            _greeting(user),
            _("%(shop)s was restricted. The reason:") % shop,
            merchant.state_reason,
            _("You can go on serving orders, reviews and complaints. New products and imports have to wait."),
        ],
        _("Open the shop"),
        merchant.get_absolute_url(),
        _why(),
    )


def suspended(merchant: Merchant, user: User) -> Letter:
    shop = {"shop": merchant.name}
    return Letter(
        _("%(shop)s is suspended") % shop,
        [
            _greeting(user),
            _("%(shop)s was suspended. The reason:") % shop,
            merchant.state_reason,
            _("You can still sign in and look, but nothing can be changed, and API tokens do not work."),
        ],
        _("Open the shop"),
        merchant.get_absolute_url(),
        _why(),
    )


def reactivated(merchant: Merchant, user: User) -> Letter:
    shop = {"shop": merchant.name}
    return Letter(
        _("%(shop)s is active again") % shop,
        [_greeting(user), _("All limits on %(shop)s are lifted.") % shop],
        _("Open the shop"),
        merchant.get_absolute_url(),
        _why(),
    )
