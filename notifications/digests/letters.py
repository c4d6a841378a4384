"""Several notifications as one mail, in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.mail import absolute
from core.tenancy import every_tenant
from notifications.digests.queries import grouped
from notifications.inbox.letters import ways_out, with_link
from notifications.inbox.links import link_to
from notifications.inbox.models import Urgency
from notifications.inbox.queries import Shown
from notifications.mail.actions import post
from notifications.mail.compose import compose
from notifications.mail.models import Mail
from notifications.staffbox import letters as staff_letters
from notifications.staffbox.kinds import KINDS as STAFF_KINDS

MOST = 5


def digest_name(merchant_id: int, user_id: int, slot: str) -> str:
    """What a person's mail of one turn at one shop is known by; there is one of that name at most."""
    return f"digest:{merchant_id}:{user_id}:{slot}"


def send_digest(member: Membership, slot: str, items: Collection[Shown]) -> Mail:
    """The one mail of this turn to a member of the merchant in scope, in the active language and time zone.

    Its way out stops just the kinds that it tells of.
    """
    merchant = member.merchant
    kinds = sorted({item.kind.like or item.kind.name for item in items})
    headers, links = ways_out(merchant, member.user_id, *kinds)
    inbox = absolute(reverse("inbox", args=[merchant.slug]))
    title, lead = _words(items)
    values: dict[str, Any] = {
        **links,
        "merchant": merchant,
        "title": title,
        "lead": lead,
        "groups": grouped([with_link(item, merchant) for item in items], most=MOST),
        "action_url": inbox,
    }
    text, html = compose("notifications/digests/mail", values)
    return post(
        to=member.user.email,
        subject=f"{title} · {merchant.name}",
        text=text,
        html=html,
        purpose=Mail.Purpose.NOTICE,
        headers=headers,
        dedupe=digest_name(merchant.pk, member.user_id, slot),
    )


def send_staff_digest(user: User, items: Sequence[Shown], shops: Mapping[int, Merchant]) -> Mail:
    """The one mail of a turn to one of the platform's staff, in the active language and time zone.

    It belongs to no shop, so none sees it among its mails. Each item says which shop it is about. Its way out stops
    just the kinds that it tells of.
    """
    headers, links = staff_letters.ways_out(user.pk, *sorted({item.kind.name for item in items}))
    inbox = absolute(reverse("staff-inbox"))
    told = [
        replace(
            item,
            title=f"{item.title} · {shops[item.row.merchant_id].name}",
            href=link_to(item.href, merchant_id=item.row.merchant_id, kind=item.row.kind, key=item.row.key),
        )
        for item in items
    ]
    title, lead = _words(told)
    values: dict[str, Any] = {
        **links,
        "for_staff": True,
        "title": title,
        "lead": lead,
        "groups": grouped(told, most=MOST, kinds=STAFF_KINDS),
        "action_url": inbox,
    }
    with every_tenant("a note to staff belongs to no shop"):
        text, html = compose("notifications/digests/mail", values)
        return post(
            to=user.email,
            subject=f"{title} · Storecast",
            text=text,
            html=html,
            purpose=Mail.Purpose.NOTICE,
            headers=headers,
            dedupe=f"staff-digest:{user.pk}:{max(item.row.pk for item in items)}",
        )


def _words(items: Collection[Shown]) -> tuple[str, str]:
    """(title, line below): the fact itself where it is the only one."""
    count = len(items)
    if count == 1:
        return next(iter(items)).title, ""
    title = ngettext("%(count)d notification for you", "%(count)d notifications for you", count) % {"count": count}
    act = sum(item.row.urgency == Urgency.ACT for item in items)
    if act == count:
        return title, gettext("All of them need you today.")
    lead = ngettext("%(act)d of them needs you today.", "%(act)d of them need you today.", act) % {"act": act}
    return title, lead if act else gettext("None of them is urgent.")
