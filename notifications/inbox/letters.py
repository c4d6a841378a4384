"""Notifications as mails, in the reader's language, each with the way to stop them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.mail import absolute
from notifications.inbox.kinds import Kind
from notifications.inbox.links import NO_SHOP, link_to
from notifications.inbox.queries import Shown
from notifications.mail.actions import post
from notifications.mail.compose import compose, one_click
from notifications.mail.models import Mail

SALT = "notices.stop"


def stop_token(merchant_id: int, user_id: int, *kinds: str) -> str:
    return signing.dumps([merchant_id, user_id, *kinds], salt=SALT, compress=True)


def read_stop_token(token: str) -> tuple[int, int, list[str]] | None:
    """(merchant, user, kinds) of a link out of a mail; None when somebody made it up. It never grows old."""
    try:
        merchant_id, user_id, *kinds = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return merchant_id, user_id, kinds


def ways_out(merchant: Merchant, user_id: int, *kinds: str) -> tuple[dict[str, str], dict[str, str]]:
    """(headers, template values) with which the reader of a mail stops these kinds, or chooses anew."""
    stop = absolute(reverse("notification-stop", args=[stop_token(merchant.pk, user_id, *kinds)]))
    choices = absolute(reverse("notification-preferences", args=[merchant.slug]))
    return one_click(stop), {"stop_url": stop, "choices_url": choices}


def send_notice(member: Membership, kind: Kind, key: str, params: Mapping[str, Any], *, again: str = "") -> Mail:
    """The mail to a member about something at the merchant in scope, once per key; `again` names a further one."""
    merchant = member.merchant
    values: dict[str, Any] = {"merchant": merchant, "kind": kind}
    headers: dict[str, str] = {}
    if not kind.locked:
        headers, links = ways_out(merchant, member.user_id, kind.like or kind.name)
        values |= links
    with translation.override(language_of(member.user)), timezone.override(merchant.zone):
        path = kind.path(merchant.slug, params) or reverse("inbox", args=[merchant.slug])
        values["action_url"] = link_to(path, merchant_id=merchant.pk, kind=kind.name, key=key)
        title, body = kind.words(params)
        text, html = compose("notifications/inbox/mail", {**values, "title": title, "body": body})
        return post(
            to=member.user.email,
            subject=f"{title} · {merchant.name}",
            text=text,
            html=html,
            purpose=Mail.Purpose.NOTICE,
            headers=headers,
            dedupe=f"notice:{merchant.pk}:{member.user_id}:{kind.name}:{key}{again}",
        )


def send_personal_notice(user: User, kind: Kind, key: str, params: Mapping[str, Any]) -> Mail:
    """The mail to a person about their own account, once per key. It cannot be turned off."""
    with translation.override(language_of(user)), timezone.override(user.zone):
        title, body = kind.words(params)
        link = link_to(kind.path("", params) or "/", merchant_id=NO_SHOP, kind=kind.name, key=key)
        values = {"title": title, "body": body, "kind": kind, "action_url": link}
        text, html = compose("notifications/inbox/mail", values)
        return post(
            to=user.email,
            subject=title,
            text=text,
            html=html,
            purpose=Mail.Purpose.ACCOUNT,
            dedupe=f"notice:{user.pk}:{kind.name}:{key}",
        )


def with_link(item: Shown, merchant: Merchant) -> Shown:
    """The notification as it stands in a mail: its link is a whole address, of the inbox where it has no page."""
    path = item.href or reverse("inbox", args=[merchant.slug])
    return replace(item, href=link_to(path, merchant_id=merchant.pk, kind=item.row.kind, key=item.row.key))


def language_of(user: User) -> str:
    """The language a person is written to."""
    return user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
