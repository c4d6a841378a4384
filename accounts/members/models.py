"""Who works for a merchant, and as what."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import roles
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class BuiltInRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    FULFILMENT = "fulfilment", _("Fulfilment")
    SUPPORT = "support", _("Support")
    MARKETING = "marketing", _("Marketing")
    ANALYST = "analyst", _("Analyst")


class Role(TenantModel):
    """A role the merchant made, beside the built-in ones."""

    name = models.CharField(_("name"), max_length=60)
    permissions = models.JSONField(_("permissions"), default=list)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["merchant", "name"], name="role_name")]

    def __str__(self) -> str:
        return self.name


def words_of(role: str, custom_role: Role | None) -> frozenset[str]:
    """The permission words of a role, built in or made by the merchant."""
    if custom_role is not None:
        return frozenset(custom_role.permissions) & roles.merchant_permissions()
    return roles.of_merchant(role)


class MembershipQuerySet(TenantQuerySet["Membership"]):
    def owners(self) -> MembershipQuerySet:
        return self.filter(role=BuiltInRole.OWNER, custom_role=None)


class Membership(TenantModel):
    """A person works for a merchant in a built-in role, or in one the merchant made."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=BuiltInRole, default=BuiltInRole.ANALYST)
    custom_role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="memberships")
    lists = models.JSONField(default=dict, help_text="what the person wants of each list")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager.from_queryset(MembershipQuerySet)()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "user"], name="membership_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.role_name}"

    @property
    def role_name(self) -> str:
        return self.custom_role.name if self.custom_role else str(BuiltInRole(self.role).label)

    @property
    def is_owner(self) -> bool:
        return self.role == BuiltInRole.OWNER and self.custom_role_id is None

    @property
    def permissions(self) -> frozenset[str]:
        """The words of the role; fewer while the merchant is restricted."""
        words = words_of(self.role, self.custom_role)
        return words - roles.withheld_while_restricted() if self.merchant.state == "restricted" else words

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


def _in_two_weeks() -> object:
    return timezone.now() + timedelta(days=14)


class Invitation(TenantModel):
    """An invitation by mail; the link carries a secret that is stored hashed (SHA-256) only. `email` is lower case."""

    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=20, choices=BuiltInRole, default=BuiltInRole.ANALYST)
    custom_role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=_in_two_weeks)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def role_name(self) -> str:
        return self.custom_role.name if self.custom_role else str(BuiltInRole(self.role).label)

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()
