"""What the team of a merchant is written."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.members.models import Invitation
from core.mail import Letter


def invitation(invitation: Invitation, secret: str) -> Letter:
    values = {
        "who": str(invitation.invited_by or "Storecast"),
        "shop": invitation.merchant.name,
        "role": invitation.role_name,
        "day": formats.date_format(invitation.expires_at.astimezone(invitation.merchant.zone), "DATE_FORMAT"),
    }
    return Letter(
        _("%(who)s invites you to %(shop)s") % values,
        [
            _("Hello,"),
            _("%(who)s invites you to work on %(shop)s at Storecast. Your role: %(role)s.") % values,
            _("Follow the link to accept. It works until %(day)s, and only for this e-mail address.") % values,
            _("If you do not know what this is about, ignore this mail: nothing happens."),
        ],
        _("See the invitation"),
        reverse("invitation-accept", args=[secret]),
        _("You get this because somebody typed your address on Storecast."),
    )


def removed(shop: str) -> Letter:
    return Letter(
        _("You no longer work for %(shop)s") % {"shop": shop},
        [
            _("Hello,"),
            _("Your access to %(shop)s at Storecast has ended. API tokens you created there have ended too.")
            % {"shop": shop},
            _("Your account stays; other shops you work for are not affected."),
        ],
        why=_("You get this because it concerns your access; it cannot be turned off."),
    )
