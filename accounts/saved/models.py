"""Views of lists that people keep."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class SavedViewQuerySet(TenantQuerySet["SavedView"]):
    def seen_by(self, user: Any) -> SavedViewQuerySet:
        """Their own and what is shared with the shop."""
        return self.filter(models.Q(owner=user) | models.Q(is_shared=True), deleted_at=None)


class SavedView(TenantModel):
    """A name for what stands in the address of a list: `query`, without paging. `columns` empty: those of the person.

    A deleted one is kept, so that deleting can be taken back.
    """

    list_key = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.JSONField(default=list)
    owner = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    is_shared = models.BooleanField(_("shared with the shop"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(SavedViewQuerySet)()

    class Meta:
        ordering = ["position", "name", "pk"]
        indexes = [models.Index(fields=["merchant", "list_key"], name="saved_view_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "list_key", "owner", "name"],
                condition=models.Q(deleted_at=None),
                name="saved_view_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def link(self) -> str:
        """The query string that shows it."""
        return f"?{self.query}&view={self.pk}" if self.query else f"?view={self.pk}"
