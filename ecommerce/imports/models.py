"""Files that were brought in, and what became of each."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tenancy import TenantModel
from ecommerce.imports.formats import FIELDS, PRICE_FIELDS, PRICE_REQUIRED, REQUIRED, format_named


class ImportRun(TenantModel):
    """One uploaded file on its way into the orders or, with a `supplier`, into their price list.

    Counts are of rows unless named otherwise; of a price list those of orders count prices.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", pgettext_lazy("import", "Uploaded")
        CHECKED = "checked", pgettext_lazy("import", "Checked")
        RUNNING = "running", pgettext_lazy("import", "Running")
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Failed")

    file_name = models.CharField(_("file"), max_length=200)
    stored_as = models.CharField(max_length=100, help_text="path under MEDIA_ROOT; our own name, never the uploader's")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    size = models.PositiveBigIntegerField(default=0)
    supplier = models.ForeignKey("ecommerce.Supplier", models.PROTECT, null=True, blank=True, related_name="+")
    format = models.CharField(_("format"), max_length=20, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    channel = models.CharField(_("channel"), max_length=16, default="other")
    mapping = models.JSONField(_("columns"), default=dict, help_text="field of ours -> column of the file")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    good_rows = models.PositiveIntegerField(default=0)
    bad_rows = models.PositiveIntegerField(default=0)
    orders_created = models.PositiveIntegerField(default=0)
    orders_updated = models.PositiveIntegerField(default=0)
    orders_unchanged = models.PositiveIntegerField(default=0)
    done_orders = models.PositiveIntegerField(
        default=0, help_text="orders of the file already written; a restart goes on here"
    )
    errors = models.JSONField(default=list, help_text="the first errors: row, field, sentence")
    bad_rows_stored_as = models.CharField(max_length=100, blank=True)
    failure = models.TextField(blank=True)
    job_id = models.BigIntegerField(null=True)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import-detail", args=[self.merchant.slug, self.pk])

    @property
    def is_price_list(self) -> bool:
        return self.supplier_id is not None

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that columns of the file can be."""
        return PRICE_FIELDS if self.is_price_list else FIELDS

    @property
    def required(self) -> tuple[str, ...]:
        """Those of them that the file must have."""
        return PRICE_REQUIRED if self.is_price_list else REQUIRED

    @property
    def format_label(self) -> str:
        return str(format_named(self.format).label)
