"""API tokens: shown once, stored hashed."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class ApiTokenQuerySet(TenantQuerySet["ApiToken"]):
    def usable(self) -> ApiTokenQuerySet:
        now = timezone.now()
        return self.filter(revoked_at=None).filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))


class ApiToken(TenantModel):
    """Stands for the merchant towards an integrator's program; `scopes` are permission words.

    It never does more than the person who made it may do now, and ends with their membership. `networks`, where given,
    are the only addresses it may be used from.
    """

    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=16, help_text="the visible start of the token")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole token")
    scopes = models.JSONField(_("scopes"), default=list)
    networks = models.JSONField(_("allowed networks"), default=list, blank=True)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def actor(self) -> Actor:
        return Actor("token", self.pk, self.name)

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    # What the person who made it may do at this moment; set where a call is authenticated.
    ceiling: frozenset[str] | None = None

    def may(self, permission: str) -> bool:
        return permission in self.scopes and (self.ceiling is None or permission in self.ceiling)


class RateCount(models.Model):
    """How often one caller called in one minute. Written with one atomic statement, so it holds across processes."""

    caller = models.CharField(max_length=80)
    minute = models.BigIntegerField(help_text="minutes since 1970")
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "minute"], name="rate_count_once")]
        indexes = [models.Index(fields=["minute"], name="rate_count_minute")]

    def __str__(self) -> str:
        return f"{self.caller}: {self.calls}"


class IdempotencyKey(TenantModel):
    """The answer to a call that its sender named, kept for a day. Written in the same transaction as its effect."""

    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of method, address and body")
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
