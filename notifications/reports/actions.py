"""Giving a member the report of a week."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone, translation

from accounts.members.models import Membership
from notifications.inbox.actions import put_note
from notifications.inbox.kinds import kind_of
from notifications.inbox.letters import language_of
from notifications.inbox.models import Timing
from notifications.inbox.queries import choices_for, inbox_of, shown
from notifications.inbox.told import Told, announce
from notifications.mail.models import Mail
from notifications.reports.letters import KIND, send_report
from notifications.reports.queries import report_name, week_of

MOST_WARNINGS = 5


@transaction.atomic
def give_report(member: Membership, monday: date, now: datetime) -> Mail | None:
    """Mail the report of the week before `monday` to a member of the merchant in scope, as they chose; once a week.

    None where they want none, may not see figures, had it already, or where there is nothing to report.
    """
    merchant, kind = member.merchant, kind_of(KIND)
    assert kind is not None
    if not member.may(kind.word):
        return None
    choice = choices_for(kind, [member.user_id])[member.user_id]
    if choice.mail == Timing.OFF and not choice.inbox:
        return None
    if Mail.objects.filter(dedupe=report_name(merchant.pk, member.user_id, monday)).exists():
        return None
    with translation.override(language_of(member.user)), timezone.override(merchant.zone):
        week = week_of(merchant, monday, forecasts=member.may("forecasts.view"), calendar=member.may("calendar.view"))
        if week.is_empty:
            return None
        change = None if week.change is None else round(100 * week.change)
        params = {"monday": monday.isoformat(), "total": week.total, "currency": week.currency, "change": change}
        announce(Told(kind, monday.isoformat(), params))
        if choice.inbox:
            put_note(member.user, kind, key=monday.isoformat(), params=params)
        if choice.mail == Timing.OFF:
            return None
        waiting = inbox_of(member.user_id).to_act_on(now).exclude(kind=KIND).order_by("rank", "pk")
        warnings = shown(waiting[:MOST_WARNINGS], merchant.slug)
        return send_report(member, week, warnings, max(0, waiting.count() - MOST_WARNINGS))
