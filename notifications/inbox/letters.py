"""Notifications as mails, in the reader's language, each with the way to stop them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.mail import absolute
from core.tenancy import every_tenant
from notifications.inbox.kinds import Kind
from notifications.mail.actions import post
from notifications.mail.compose import compose
from notifications.mail.models import Mail

SALT = "notices.stop"


def stop_token(merchant_id: int, user_id: int, kind: str) -> str:
    return signing.dumps([merchant_id, user_id, kind], salt=SALT)


def read_stop_token(token: str) -> tuple[int, int, str] | None:
    """(merchant, user, kind) of a link out of a mail; None when somebody made it up. It never grows old."""
    try:
        merchant_id, user_id, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return merchant_id, user_id, kind


def send_notice(member: Membership, kind: Kind, key: str, params: Mapping[str, Any]) -> Mail:
    """The mail to a member about something at the merchant in scope, once per key."""
    merchant = member.merchant
    values: dict[str, Any] = {"merchant": merchant, "kind": kind}
    headers = {}
    if not kind.locked:
        stop = absolute(
            reverse("notification-stop", args=[stop_token(merchant.pk, member.user_id, kind.like or kind.name)])
        )
        headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        values |= {
            "stop_url": stop,
            "choices_url": absolute(reverse("notification-preferences", args=[merchant.slug])),
        }
    with translation.override(_language(member.user)), timezone.override(merchant.zone):
        values["action_url"] = absolute(kind.path(merchant.slug, params) or reverse("inbox", args=[merchant.slug]))
        title, body = kind.words(params)
        text, html = compose("notifications/inbox/mail", {**values, "title": title, "body": body})
        return post(
            to=member.user.email,
            subject=f"{title} · {merchant.name}",
            text=text,
            html=html,
            purpose=Mail.Purpose.NOTICE,
            headers=headers,
            dedupe=f"notice:{merchant.pk}:{member.user_id}:{kind.name}:{key}",
        )


def send_staff_notice(
    user: User, merchant: Merchant, kind: Kind, key: str, params: Mapping[str, Any], page: str
) -> Mail:
    """The mail to a person of the platform's staff about a shop, once per key; `page` is where to look.

    It belongs to no shop, so none sees it among its mails.
    """
    with (
        translation.override(_language(user)),
        timezone.override(user.zone),
        every_tenant("a note to staff belongs to no shop"),
    ):
        title, body = kind.words(params)
        values = {"title": title, "body": body, "kind": kind, "merchant": merchant, "action_url": absolute(page)}
        text, html = compose("notifications/inbox/mail", values)
        return post(
            to=user.email,
            subject=f"{title} · {merchant.name}",
            text=text,
            html=html,
            purpose=Mail.Purpose.NOTICE,
            dedupe=f"staff:{merchant.pk}:{user.pk}:{kind.name}:{key}",
        )


def send_personal_notice(user: User, kind: Kind, key: str, params: Mapping[str, Any]) -> Mail:
    """The mail to a person about their own account, once per key. It cannot be turned off."""
    with translation.override(_language(user)), timezone.override(user.zone):
        title, body = kind.words(params)
        values = {"title": title, "body": body, "kind": kind, "action_url": absolute(kind.path("", params) or "/")}
        text, html = compose("notifications/inbox/mail", values)
        return post(
            to=user.email,
            subject=title,
            text=text,
            html=html,
            purpose=Mail.Purpose.ACCOUNT,
            dedupe=f"notice:{user.pk}:{kind.name}:{key}",
        )


def _language(user: User) -> str:
    return user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
