"""Whom a step tells: all, those of a role, or one member."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.members.models import BuiltInRole, Membership, Role
from core.errors import Refused

ALL = "all"


def audiences() -> list[tuple[str, Any]]:
    """Who may be told, as choices of a form: of the merchant in scope."""
    people = Membership.objects.select_related("user").filter(user__is_active=True).order_by("user__name", "pk")[:200]
    return [
        (ALL, _("Everybody in the team")),
        (
            _("By role"),
            [
                *((f"role:{role}", label) for role, label in BuiltInRole.choices),
                *((f"own:{row.pk}", row.name) for row in Role.objects.all()),
            ],
        ),
        (_("One person"), [(f"user:{one.user_id}", str(one.user)) for one in people]),
    ]


def general_audiences() -> list[tuple[str, Any]]:
    """Who may be told in every shop, as choices of a form."""
    return [(ALL, _("Everybody in the team")), *((f"role:{role}", label) for role, label in BuiltInRole.choices)]


def audience_label(value: str) -> str:
    """An audience in words, whether or not it is still there."""
    kind, _sep, what = value.partition(":")
    if kind == "role":
        return str(dict(BuiltInRole.choices).get(what, what))
    if kind == "own":
        return Role.objects.filter(pk=int(what)).values_list("name", flat=True).first() or _("a role that is gone")
    if kind == "user":
        member = Membership.objects.select_related("user").filter(user_id=int(what)).first()
        return str(member.user) if member else _("somebody who left")
    return _("everybody in the team")


def told_users(value: str) -> list[int] | None:
    """The users of an audience, None for all; for a role that nobody has the owners. Refuses one in which nobody is."""
    kind, _sep, what = value.partition(":")
    if kind == ALL:
        return None
    members = Membership.objects.filter(user__is_active=True)
    if kind == "role":
        members = members.filter(role=what, custom_role=None)
    elif kind == "own":
        members = members.filter(custom_role=int(what))
    else:
        members = members.filter(user_id=int(what))
    found = list(members.values_list("user_id", flat=True))
    if not found and kind != "user":
        found = list(Membership.objects.owners().filter(user__is_active=True).values_list("user_id", flat=True))
    if not found:
        raise Refused("nobody", _("There is nobody to tell: %(who)s.") % {"who": audience_label(value)})
    return found
