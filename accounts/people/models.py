"""People who sign in."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import roles
from core.actors import Actor


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> User:
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, staff_role=User.StaffRole.ADMIN, **fields
        )

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do for a merchant is a Membership; what they may do for the platform is `staff_role`."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class StaffRole(models.TextChoices):
        NONE = "", _("Not platform staff")
        MODERATOR = "moderator", _("Moderator")
        CARE = "care", _("Merchant care")
        ADMIN = "admin", _("Platform admin")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    staff_role = models.CharField(max_length=20, choices=StaffRole, default=StaffRole.NONE, blank=True)
    is_staff = models.BooleanField(default=False, help_text="may open the Django admin")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def actor(self) -> Actor:
        return Actor("user", self.pk, str(self))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        words = str(self).split("@")[0].replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"

    @property
    def is_platform_staff(self) -> bool:
        return self.is_active and bool(self.staff_role)

    @cached_property
    def owes_second_factor(self) -> bool:
        """Platform staff sign in with a second factor; True while it is not set up."""
        return settings.STAFF_MFA_REQUIRED and self.is_platform_staff and not is_mfa_enabled(self)

    def may_as_staff(self, permission: str) -> bool:
        return self.is_platform_staff and permission in roles.of_staff(self.staff_role)


class KnownDevice(models.Model):
    """A browser on a network that a person has signed in from. Only a keyed hash of the two is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_devices")
    digest = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="known_device")]

    def __str__(self) -> str:
        return f"{self.user} · {self.digest[:8]}"


class FailedAttempts(models.Model):
    """How often something failed within a span of time; shared by all web processes. `key` is hashed."""

    key = models.CharField(max_length=64)
    window = models.BigIntegerField(help_text="number of the span since the epoch")
    count = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="failed_attempts")]
        indexes = [models.Index(fields=["at"], name="failed_attempts_at")]

    def __str__(self) -> str:
        return f"{self.key[:8]} × {self.count}"
