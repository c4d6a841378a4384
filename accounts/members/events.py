"""What happens to a merchant's team."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class MemberInvited(Event):
    kind = "members.invited"
    label = _("Member invited")
    invitation_id: int
    again: bool = False


@event
@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    kind = "members.invitation_revoked"
    label = _("Invitation withdrawn")
    invitation_id: int


@event
@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    kind = "members.joined"
    label = _("Member joined")
    membership_id: int
    user_id: int
    role: str


@event
@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Event):
    kind = "members.role_changed"
    label = _("Role of a member changed")
    membership_id: int
    user_id: int
    role: str


@event
@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    """`left` tells somebody who went by themselves."""

    kind = "members.removed"
    label = _("Member removed")
    user_id: int
    left: bool


@event
@dataclass(frozen=True, kw_only=True)
class RoleCreated(Event):
    kind = "members.role_created"
    label = _("Role created")
    role_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class RoleEdited(Event):
    kind = "members.role_edited"
    label = _("Role edited")
    role_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class RoleDeleted(Event):
    kind = "members.role_deleted"
    label = _("Role deleted")
    role_id: int
    name: str
