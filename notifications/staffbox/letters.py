"""What staff are told as mails, each with the way to stop them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation

from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.mail import absolute
from core.tenancy import every_tenant
from notifications.inbox.letters import language_of
from notifications.inbox.links import link_to
from notifications.mail.actions import post
from notifications.mail.compose import compose, one_click
from notifications.mail.models import Mail
from notifications.staffbox.kinds import StaffKind

SALT = "staff.stop"


def stop_token(user_id: int, *kinds: str) -> str:
    return signing.dumps([user_id, *kinds], salt=SALT, compress=True)


def read_stop_token(token: str) -> tuple[int, list[str]] | None:
    """(user, kinds) of a link out of a mail; None when somebody made it up. It never grows old."""
    try:
        user_id, *kinds = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return user_id, kinds


def ways_out(user_id: int, *kinds: str) -> tuple[dict[str, str], dict[str, str]]:
    """(headers, template values) with which one of the staff stops mails of these kinds, or chooses anew."""
    stop = absolute(reverse("staff-stop", args=[stop_token(user_id, *kinds)]))
    return one_click(stop), {"stop_url": stop, "choices_url": absolute(reverse("staff-inbox-choices"))}


def send_staff_notice(
    user: User, merchant: Merchant, kind: StaffKind, key: str, params: Mapping[str, Any], page: str, *, again: str = ""
) -> Mail:
    """The mail to a person of the platform's staff about a shop, once per key; `page` is where to look, `again` names
    a further one.

    It belongs to no shop, so none sees it among its mails.
    """
    headers, links = ways_out(user.pk, kind.name)
    with (
        translation.override(language_of(user)),
        timezone.override(user.zone),
        every_tenant("a note to staff belongs to no shop"),
    ):
        title, body = kind.words(params)
        values = {**links, "title": title, "body": body, "kind": kind, "merchant": merchant, "for_staff": True}
        values["action_url"] = link_to(page, merchant_id=merchant.pk, kind=kind.name, key=key)
        text, html = compose("notifications/inbox/mail", values)
        return post(
            to=user.email,
            subject=f"{title} · {merchant.name}",
            text=text,
            html=html,
            purpose=Mail.Purpose.NOTICE,
            headers=headers,
            dedupe=f"staff:{merchant.pk}:{user.pk}:{kind.name}:{key}{again}",
        )
