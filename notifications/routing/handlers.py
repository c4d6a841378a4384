"""What other pages are given to show."""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.members.remarks import when_listed
from notifications.routing.models import Absence, AbsenceQuerySet
from notifications.routing.queries import absence_list


def away_now() -> AbsenceQuerySet:
    """Absences of today, in the merchant's time zone, in which its pages run."""
    return absence_list().on(timezone.localdate())


@when_listed(away_now)
def who_is_away(absence: Absence) -> tuple[int, str]:
    """Until when a member is away, and who stands in."""
    values = {"day": formats.date_format(absence.last_day)}
    if absence.deputy is None:
        return absence.member_id, _("Away until %(day)s") % values
    return absence.member_id, _("Away until %(day)s, %(deputy)s stands in") % {**values, "deputy": absence.deputy.user}
