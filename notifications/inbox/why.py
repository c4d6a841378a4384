"""Why somebody is told of something, in their words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.members.models import Membership
from notifications.inbox.kinds import kind_of
from notifications.inbox.kinds.base import PLATFORM
from notifications.inbox.models import Notification


def why(row: Notification, membership: Membership) -> str:
    """One sentence: a colleague passed it on, it concerns one's own account, or one's role deals with it."""
    kind = kind_of(row.kind)
    if row.assigned_by is not None:
        return _("%(name)s passed it on to you.") % {"name": row.assigned_by}
    if kind is not None and kind.topic == PLATFORM:
        return _("The platform tells it to everybody whom it concerns; of several shops it comes to one.")
    if kind is None or kind.personal:
        return _("It concerns your own account.")
    return _("You work here as: %(role)s. People in this role deal with it.") % {"role": membership.role_name}
