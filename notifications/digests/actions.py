"""Mailing together what waited for its turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from accounts.members.models import Membership
from core.tenancy import current_tenant_id
from notifications.digests.letters import digest_name, send_digest, send_staff_digest
from notifications.digests.queries import still_to_tell, still_to_tell_staff
from notifications.inbox.actions import plan_again
from notifications.inbox.letters import language_of
from notifications.inbox.models import Waiting
from notifications.inbox.rules import DAILY
from notifications.mail.models import Mail
from notifications.staffbox.models import StaffNotice


@transaction.atomic
def mail_due(user_id: int, now: datetime) -> Mail | None:
    """One mail with everything whose turn has come for a member of the merchant in scope; None if nothing is left.

    Exactly once: the mail and the end of waiting are one transaction, and there is one mail to each turn. What came
    too late for a turn that was mailed already waits for the next.
    """
    due = Waiting.objects.select_for_update(of=("self",)).select_related("notification")
    # in the order of plan_again, so that neither waits for the other in a ring
    locked = due.filter(user_id=user_id, due_at__lte=now).order_by("pk")
    rows = sorted(locked, key=lambda row: row.due_at or now)
    members = Membership.objects.select_related("user", "custom_role", "merchant")
    member = members.filter(user_id=user_id, user__is_active=True).first()
    if member is None:
        _end(rows, None)
        return None
    while rows and Mail.objects.filter(dedupe=digest_name(current_tenant_id(), user_id, _turn(rows))).exists():
        taken = _turn(rows)
        plan_again(member.user, slot=taken)
        rows = [row for row in rows if row.slot != taken]
    with translation.override(language_of(member.user)), timezone.override(member.merchant.zone):
        items = still_to_tell(member, rows, now)
        mail = send_digest(member, _turn(rows), list(items.values())) if items else None
    _end([row for row in rows if row.pk in items], mail)
    _end([row for row in rows if row.pk not in items], None)
    return mail


@transaction.atomic
def mail_staff_due(user_id: int, now: datetime) -> Mail | None:
    """One mail with everything whose turn has come for one of the platform's staff; None if nothing is left.

    Exactly once: the mail and the end of waiting are one transaction.
    """
    due = StaffNotice.objects.select_for_update(of=("self",)).select_related("user", "merchant")
    rows = list(due.filter(user_id=user_id, mail_due_at__lte=now).order_by("pk"))
    StaffNotice.objects.filter(pk__in=[row.pk for row in rows]).update(mail_due_at=None)
    if not rows:
        return None
    user = rows[0].user
    with translation.override(language_of(user)), timezone.override(user.zone):
        items = still_to_tell_staff(rows, now)
        shops = {row.merchant_id: row.merchant for row in rows}
        return send_staff_digest(user, items, shops) if items else None


def _turn(rows: Sequence[Waiting]) -> str:
    """The turn in whose name everything is mailed: the day's summary if it is among them, else the latest."""
    daily = [row.slot for row in rows if row.slot.startswith(f"{DAILY}:")]
    return daily[-1] if daily else rows[-1].slot


def _end(rows: Sequence[Waiting], mail: Mail | None) -> None:
    Waiting.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=None, mail=mail)


def forget_waited(now: datetime, *, after: timedelta) -> None:
    """Drop what waited so long ago that its mail is forgotten too. In the scope of every tenant."""
    Waiting.objects.filter(at__lt=now - after, due_at=None).delete()
