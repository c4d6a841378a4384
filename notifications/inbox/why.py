"""Why somebody is told of something, in their words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.members.models import Membership
from notifications.inbox.kinds import kind_of
from notifications.inbox.kinds.base import PLATFORM
from notifications.inbox.models import Notification, Reason

ALONG = (Reason.DEPUTY, Reason.ESCALATED, Reason.ASSIGNED)  # by way of somebody else


def why(row: Notification, membership: Membership) -> str:
    """One sentence, from what was noted when they were told."""
    kind = kind_of(row.kind)
    if row.assigned_by is not None:
        return _("%(name)s passed it on to you.") % {"name": row.assigned_by}
    if kind is not None and kind.topic == PLATFORM:
        return _("The platform tells it to everybody whom it concerns; of several shops it comes to one.")
    if kind is None or kind.personal:
        return _("It concerns your own account.")
    if kind.by_playbook and row.reason not in ALONG:
        return _("The playbook “%(playbook)s” says that you are told.") % {"playbook": row.params.get("playbook", "")}
    match row.reason:
        case Reason.CARE:
            return _("You look after what it is about.")
        case Reason.PLACE:
            return _("You look after a warehouse it is about.")
        case Reason.OWN:
            return _("It is about something you started.")
        case Reason.ESCALATED if row.params.get("overdue"):
            return _("The task is overdue: nobody who has it did it in time.")
        case reason if reason in ALONG:
            return along(reason)
        case _other:
            return _("You work here as: %(role)s. People in this role deal with it.") % {"role": membership.role_name}


def along(reason: str) -> str:
    """The sentence for whoever is told by way of somebody else; "" for those who are not."""
    match reason:
        case Reason.DEPUTY:
            return _("You stand in for somebody who is away.")
        case Reason.ESCALATED:
            return _("Nobody who was told before you opened it in time.")
        case Reason.ASSIGNED:
            return _("A colleague passed it on to you.")
        case _other:
            return ""
