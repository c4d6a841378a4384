"""The team of a merchant, and the shops of a person."""

from __future__ import annotations

import hashlib

from django.db.models import Count, QuerySet

from accounts.members.models import BuiltInRole, Invitation, Membership, Role
from core.tenancy import every_tenant

ROLE_RANK = {role: rank for rank, role in enumerate(BuiltInRole.values)}


def team() -> list[Membership]:
    """Everybody who works for the merchant in scope, owners first."""
    rows = Membership.objects.select_related("user", "custom_role", "merchant")
    return sorted(rows, key=lambda row: (row.custom_role_id is not None, ROLE_RANK[row.role], str(row.user), row.pk))


def waiting_invitations() -> QuerySet[Invitation]:
    """Invitations that were neither accepted nor withdrawn, expired ones included: they can be sent again."""
    rows = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    return rows.select_related("custom_role", "invited_by").order_by("-created_at", "-pk")


def roles_made() -> QuerySet[Role]:
    """The merchant's own roles with how many hold each."""
    return Role.objects.annotate(holders=Count("memberships")).order_by("name")


def shops_of(user_id: int) -> list[Membership]:
    """Where the person works, by name of the shop."""
    with every_tenant("list the shops a person works for"):
        rows = Membership.objects.filter(user_id=user_id).exclude(merchant__state__in=["applied", "refused"])
        return list(rows.select_related("merchant", "custom_role").order_by("merchant__name", "pk"))


def invitation_by_secret(secret: str) -> Invitation | None:
    """The open invitation behind a link, of whichever merchant."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    with every_tenant("the secret in the link names the merchant"):
        rows = Invitation.objects.open().filter(digest=digest)
        return rows.select_related("merchant", "custom_role", "invited_by").first()
