"""Setting who looks after what, and who stands in for whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.members.models import Membership
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from notifications.routing.events import (
    AbsenceRemoved,
    AbsenceSet,
    CareEnded,
    CareTaken,
    StaffAbsenceRemoved,
    StaffAbsenceSet,
)
from notifications.routing.models import Absence, Care, StaffAbsence

MOST = 1000  # things that one member looks after
LONGEST = timedelta(days=366)


@transaction.atomic
def look_after(member: Membership, what: str, target: Any, *, actor: Actor) -> tuple[Care, bool]:
    """Let a member look after a product, category, warehouse or supplier; (the row, whether it is new).

    Refused beyond MOST for one member.
    """
    Membership.objects.select_for_update().get(pk=member.pk)
    care, is_new = Care.objects.get_or_create(member=member, **{what: target})
    if not is_new:
        return care, False
    if Care.objects.filter(member=member).count() > MOST:
        raise Refused("too_much_care", _("One member can look after 1,000 things. Choose a category instead."))
    record(
        CareTaken(member_id=member.pk, what=what, target_id=target.pk, name=str(target)), actor=actor, subject=member
    )
    return care, True


@transaction.atomic
def leave_off(care: Care, *, actor: Actor) -> None:
    """The member no longer looks after it."""
    what, target = care.what, care.target
    if Care.objects.filter(pk=care.pk).delete()[0]:
        record(
            CareEnded(member_id=care.member_id, what=what, target_id=target.pk, name=str(target)),
            actor=actor,
            subject=care.member,
        )


@transaction.atomic
def set_absence(
    member: Membership,
    *,
    deputy: Membership | None,
    first_day: date,
    last_day: date,
    absence: Absence | None = None,
    actor: Actor,
) -> Absence:
    """Enter when a member is away and who stands in for them, or change what was entered.

    Refuses days that end before they begin, are over, or are more than a year; days on which the member is away
    already; and a deputy who is the member or is away on one of them, so that nobody stands in for a stand-in.
    """
    people = sorted({member.pk} | ({deputy.pk} if deputy else set()))
    list(Membership.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    _possible_days(first_day, last_day, member.merchant.today())
    others = Absence.objects.between(first_day, last_day).exclude(pk=absence.pk if absence else 0)
    _is_there(others.filter(member=member).exists())
    if deputy is not None:
        _may_stand_in(deputy.user, member.user, others.filter(member=deputy).first())
    absence = absence or Absence(member=member)
    absence.deputy, absence.first_day, absence.last_day = deputy, first_day, last_day
    absence.save()
    fact = AbsenceSet(
        member_id=member.pk,
        deputy_id=deputy.pk if deputy else None,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
    )
    record(fact, actor=actor, subject=member)
    return absence


def _is_there(away: bool) -> None:
    if away:
        say = _("An absence on some of these days is entered already. Change that one.")
        raise Refused("away_already", say, first_day=say)


def _possible_days(first_day: date, last_day: date, today: date) -> None:
    if last_day < first_day:
        say = _("The last day lies before the first one.")
        raise Refused("days_reversed", say, last_day=say)
    if last_day < today:
        say = _("These days are over.")
        raise Refused("days_over", say, last_day=say)
    if last_day - first_day >= LONGEST:
        say = _("An absence can last a year at most.")
        raise Refused("days_many", say, last_day=say)


def _may_stand_in(deputy: User, member: User, away: Absence | StaffAbsence | None) -> None:
    if deputy.pk == member.pk:
        say = _("Choose somebody else to stand in.")
        raise Refused("own_deputy", say, deputy=say)
    if away is not None:
        days = {"first": formats.date_format(away.first_day), "last": formats.date_format(away.last_day)}
        say = _("%(name)s is away too, from %(first)s to %(last)s.") % {"name": deputy, **days}
        raise Refused("deputy_away", say, deputy=say)


@transaction.atomic
def remove_absence(absence: Absence, *, actor: Actor) -> None:
    """The member is there after all, or again."""
    days = {"first_day": absence.first_day.isoformat(), "last_day": absence.last_day.isoformat()}
    if Absence.objects.filter(pk=absence.pk).delete()[0]:
        record(AbsenceRemoved(member_id=absence.member_id, **days), actor=actor, subject=absence.member)


@transaction.atomic
def set_staff_absence(
    member: User,
    *,
    deputy: User | None,
    first_day: date,
    last_day: date,
    absence: StaffAbsence | None = None,
    actor: Actor,
) -> StaffAbsence:
    """As set_absence(), for one of the platform's staff, by their own calendar."""
    people = sorted({member.pk} | ({deputy.pk} if deputy else set()))
    list(User.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    _possible_days(first_day, last_day, timezone.now().astimezone(member.zone).date())
    others = StaffAbsence.objects.between(first_day, last_day).exclude(pk=absence.pk if absence else 0)
    _is_there(others.filter(member=member).exists())
    if deputy is not None:
        _may_stand_in(deputy, member, others.filter(member=deputy).first())
    absence = absence or StaffAbsence(member=member)
    absence.deputy, absence.first_day, absence.last_day = deputy, first_day, last_day
    absence.save()
    fact = StaffAbsenceSet(
        user_id=member.pk,
        deputy_id=deputy.pk if deputy else None,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
    )
    record(fact, actor=actor, subject=member)
    return absence


@transaction.atomic
def remove_staff_absence(absence: StaffAbsence, *, actor: Actor) -> None:
    """As remove_absence(), for one of the staff."""
    days = {"first_day": absence.first_day.isoformat(), "last_day": absence.last_day.isoformat()}
    if StaffAbsence.objects.filter(pk=absence.pk).delete()[0]:
        record(StaffAbsenceRemoved(user_id=absence.member_id, **days), actor=actor, subject=absence.member)
