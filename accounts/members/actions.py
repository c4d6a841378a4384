"""Changing who works for a merchant, and as what."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.members import letters
from accounts.members.events import (
    InvitationRevoked,
    MemberInvited,
    MemberJoined,
    MemberRemoved,
    MemberRoleChanged,
    RoleCreated,
    RoleDeleted,
    RoleEdited,
)
from accounts.members.models import BuiltInRole, Invitation, Membership, Role, words_of
from accounts.people.actions import create_person
from accounts.people.models import User
from accounts.tokens.actions import revoke_tokens_of
from core import roles
from core.actors import Actor
from core.errors import Refused
from core.mail import send_letter

MOST_A_DAY = 100
LIFE = timedelta(days=14)


def _may_give(held: frozenset[str], words: Collection[str]) -> None:
    """Nobody hands out, takes or touches rights they do not have; a right the restricted shop lacks does not count."""
    if set(words) - held - roles.withheld_while_restricted():
        raise Refused("beyond_own_rights", _("This role may do more than you may. Ask an owner of the shop."))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite(
    *, email: str, role: str, custom_role: Role | None = None, held: frozenset[str], invited_by: User, actor: Actor
) -> Invitation:
    """Invite somebody to the merchant in scope, by mail. `held` is what the inviter may do.

    Refuses members, addresses with an invitation that waits already, and more than 100 in a day.
    """
    email = email.strip().lower()
    _may_give(held, words_of(role, custom_role))
    now = timezone.now()
    if Membership.objects.filter(user__email__iexact=email).exists():
        sentence = _("This person is on the team already.")
        raise Refused("is_member", sentence, email=sentence)
    if Invitation.objects.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refused("too_many_invitations", _("100 invitations went out within a day. Go on tomorrow."))
    Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None, expires_at__lte=now).update(
        revoked_at=now
    )
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                email=email, role=role, custom_role=custom_role, digest=_digest(secret), invited_by=invited_by
            )
    except IntegrityError:
        sentence = _("An invitation to this address waits already. Send it again instead.")
        raise Refused("is_invited", sentence, email=sentence) from None
    _post(invitation, secret)
    record(
        MemberInvited(invitation_id=invitation.pk),
        actor=actor,
        subject=invitation,
        changes={"role": ("", invitation.role_name)},
    )
    return invitation


def _post(invitation: Invitation, secret: str) -> None:
    """Mail the link: in the language of the account if there is one, else in the shop's."""
    user = User.objects.filter(email__iexact=invitation.email).first()
    language = user.language if user else invitation.merchant.language
    send_letter(lambda: letters.invitation(invitation, secret), to=invitation.email, language=language)


def _waiting(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).filter(accepted_at=None, revoked_at=None)
    locked = rows.select_related("merchant").filter(pk=invitation.pk).first()
    if locked is None:
        raise Refused("invitation_over", _("This invitation was accepted or withdrawn in the meantime."))
    return locked


@transaction.atomic
def send_again(invitation: Invitation, *, held: frozenset[str], actor: Actor) -> Invitation:
    """A new link, good for two weeks; the old one stops working."""
    invitation = _waiting(invitation)
    _may_give(held, words_of(invitation.role, invitation.custom_role))
    secret = secrets.token_urlsafe(32)
    invitation.digest, invitation.expires_at = _digest(secret), timezone.now() + LIFE
    invitation.save(update_fields=["digest", "expires_at"])
    _post(invitation, secret)
    record(MemberInvited(invitation_id=invitation.pk, again=True), actor=actor, subject=invitation)
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, *, actor: Actor) -> Invitation:
    """The link stops working at once."""
    invitation = _waiting(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record(InvitationRevoked(invitation_id=invitation.pk), actor=actor, subject=invitation)
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, user: User) -> Membership:
    """Join. Only for the person whose mailbox was invited, once, and while the invitation is open."""
    if user.email.lower() != invitation.email:
        raise Refused("other_person", _("This invitation is for another e-mail address."))
    now = timezone.now()
    if not Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=now):
        raise Refused("invitation_over", _("This invitation was accepted or withdrawn in the meantime."))
    return add_member(user, role=invitation.role, custom_role=invitation.custom_role, actor=user.actor)


@transaction.atomic
def accept_anew(invitation: Invitation, *, name: str, password: str, language: str) -> User:
    """Make an account for the invited address, which the link has proven, and join."""
    user = create_person(
        email=invitation.email,
        name=name,
        password=password,
        verified=True,
        language=language,
        time_zone=invitation.merchant.time_zone,
    )
    accept(invitation, user=user)
    return user


@transaction.atomic
def add_member(user: User, *, role: str, custom_role: Role | None = None, actor: Actor) -> Membership:
    """Make the person a member of the merchant in scope. Refuses one who is."""
    membership, made = Membership.objects.get_or_create(user=user, defaults={"role": role, "custom_role": custom_role})
    if not made:
        raise Refused("is_member", _("This person is on the team already."))
    record(
        MemberJoined(membership_id=membership.pk, user_id=user.pk, role=membership.role),
        actor=actor,
        subject=membership,
        changes={"role": ("", membership.role_name)},
    )
    return membership


def _locked(membership: Membership) -> tuple[Membership, int]:
    """The row as it is now, and how many owners there are; both stay so until the transaction ends.

    The owners' rows are locked in one order, so of two owners who leave at once the second finds itself the last.
    """
    owners = list(
        Membership.objects.owners().select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    )
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "custom_role", "merchant")
    locked = rows.filter(pk=membership.pk).first()
    if locked is None:
        raise Refused("not_a_member", _("This person is not on the team any more."))
    return locked, len(owners)


def _keep_an_owner(membership: Membership, owners: int) -> None:
    if membership.is_owner and owners <= 1:
        raise Refused("last_owner", _("A shop needs an owner. Make somebody else an owner first."))


@transaction.atomic
def change_role(
    membership: Membership, *, role: str, custom_role: Role | None = None, held: frozenset[str], actor: Actor
) -> Membership:
    """Refuses roles, old or new, that may do more than `held`, and to take the last owner's role."""
    membership, owners = _locked(membership)
    _may_give(held, words_of(membership.role, membership.custom_role))
    _may_give(held, words_of(role, custom_role))
    old = membership.role_name
    if (role, custom_role) == (membership.role, membership.custom_role):
        return membership
    _keep_an_owner(membership, owners)
    membership.role, membership.custom_role = role, custom_role
    membership.save(update_fields=["role", "custom_role"])
    record(
        MemberRoleChanged(membership_id=membership.pk, user_id=membership.user_id, role=role),
        actor=actor,
        subject=membership,
        changes={"role": (old, membership.role_name)},
    )
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, held: frozenset[str], actor: Actor) -> None:
    """End a person's access at once: pages, and the tokens they made. They are told by mail."""
    membership, owners = _locked(membership)
    _may_give(held, words_of(membership.role, membership.custom_role))
    _end(membership, owners, left=False, actor=actor)
    user, shop = membership.user, membership.merchant.name
    send_letter(lambda: letters.removed(shop), to=user.email, language=user.language)


@transaction.atomic
def leave(membership: Membership) -> None:
    """Go by oneself. Refuses the last owner."""
    membership, owners = _locked(membership)
    _end(membership, owners, left=True, actor=membership.user.actor)


def _end(membership: Membership, owners: int, *, left: bool, actor: Actor) -> None:
    _keep_an_owner(membership, owners)
    revoke_tokens_of(membership.user, actor=actor)
    record(
        MemberRemoved(user_id=membership.user_id, left=left),
        actor=actor,
        subject=membership,
        changes={"role": (membership.role_name, "")},
    )
    membership.delete()


def _named(name: str, *, but: int | None = None) -> str:
    name = " ".join(name.split())
    others = Role.objects.all() if but is None else Role.objects.exclude(pk=but)
    taken = others.filter(name__iexact=name).exists()
    built_in = {str(role.label).casefold() for role in BuiltInRole}
    if taken or name.casefold() in built_in:
        sentence = _("There is a role of this name already.")
        raise Refused("role_name_taken", sentence, name=sentence)
    return name


@transaction.atomic
def create_role(*, name: str, permissions: Collection[str], held: frozenset[str], actor: Actor) -> Role:
    _may_give(held, permissions)
    role = Role.objects.create(name=_named(name), permissions=_kept(permissions))
    record(
        RoleCreated(role_id=role.pk, name=role.name),
        actor=actor,
        subject=role,
        changes={"permissions": ([], role.permissions)},
    )
    return role


def _kept(permissions: Collection[str]) -> list[str]:
    return sorted(set(permissions) & roles.merchant_permissions())


@transaction.atomic
def edit_role(role: Role, *, name: str, permissions: Collection[str], held: frozenset[str], actor: Actor) -> Role:
    """Change what a role of the merchant's own may do, for everybody who holds it, at once."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    _may_give(held, role.permissions)
    _may_give(held, permissions)
    changes: dict[str, tuple[Any, Any]] = {}
    for field, value in (("name", _named(name, but=role.pk)), ("permissions", _kept(permissions))):
        if getattr(role, field) != value:
            changes[field] = (getattr(role, field), value)
            setattr(role, field, value)
    if changes:
        role.save(update_fields=list(changes))
        record(RoleEdited(role_id=role.pk, name=role.name), actor=actor, subject=role, changes=changes)
    return role


@transaction.atomic
def delete_role(role: Role, *, held: frozenset[str], actor: Actor) -> None:
    """Refuses a role that somebody holds or is invited to."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    _may_give(held, role.permissions)
    if role.memberships.exists() or role.invitations.filter(accepted_at=None, revoked_at=None).exists():
        raise Refused("role_in_use", _("Somebody has this role or is invited to it. Give them another role first."))
    role.invitations.update(custom_role=None)
    record(RoleDeleted(role_id=role.pk, name=role.name), actor=actor, subject=role)
    role.delete()
