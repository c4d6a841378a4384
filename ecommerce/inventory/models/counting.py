"""Counts of a warehouse: what was expected, what was found by whom, and what differs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.tenancy import TenantModel
from ecommerce.inventory import rules
from ecommerce.inventory.models.lots import Lot
from ecommerce.inventory.models.stock import Warehouse


class StockCount(TenantModel):
    """A count of what is on the shelves of a warehouse. What counters find changes the stock only once approved."""

    class State(models.TextChoices):
        OPEN = rules.OPEN, pgettext_lazy("stock count", "Counting")
        BOOKED = rules.BOOKED, pgettext_lazy("stock count", "Approved")
        CANCELLED = rules.CANCELLED, pgettext_lazy("stock count", "Cancelled")

    BADGES: ClassVar[dict[str, Badge]] = {
        State.OPEN: Badge("info", State.OPEN.label, "half"),
        State.BOOKED: Badge("success", State.BOOKED.label, "full"),
        State.CANCELLED: Badge("neutral", State.CANCELLED.label, icon="ban"),
    }

    number = models.CharField(_("number"), max_length=20)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="counts")
    scope = models.CharField(_("what is counted"), max_length=120, blank=True, help_text="empty for everything")
    is_blind = models.BooleanField(_("counters do not see the expected number"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("stock count")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="stock_count_newest"),
            models.Index(fields=["merchant", "updated_at", "id"], name="stock_count_updated"),
        ]
        constraints = [models.UniqueConstraint(fields=["merchant", "number"], name="stock_count_number")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("count-detail", args=[self.merchant.slug, self.pk])

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]


class CountLine(TenantModel):
    """One variant of a count, or one `lot` of it. `expected` was on hand at the opening, `on_hand` when it was counted
    last: of a lot what there was of that, without one what there was without any.

    The difference is against the latter, so what moved before or after the counting does not distort it.
    """

    count = models.ForeignKey(StockCount, models.CASCADE, related_name="lines")
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="count_lines")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    expected = models.PositiveIntegerField(_("on the books"))
    counted = models.PositiveIntegerField(_("counted"), null=True, blank=True)
    on_hand = models.PositiveIntegerField(_("on hand when counted"), null=True, blank=True)
    again = models.BooleanField(_("count again"), default=False)
    moved = models.BooleanField(_("moved while it was counted"), default=False)
    counted_by = models.CharField(_("counted by"), max_length=150, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["variant__sku", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["count", "variant"], condition=models.Q(lot__isnull=True), name="count_line_bare_once"
            ),
            models.UniqueConstraint(
                fields=["count", "lot"], condition=models.Q(lot__isnull=False), name="count_line_lot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.counted}"

    @property
    def difference(self) -> int | None:
        return None if self.counted is None or self.on_hand is None else self.counted - self.on_hand


class CountEntry(AppendOnlyModel, TenantModel):
    """What one counter wrote down: `units` more, or a new total. `key` is the caller's: the same one twice is one."""

    line = models.ForeignKey(CountLine, models.PROTECT, related_name="entries")
    key = models.CharField(max_length=80)
    units = models.PositiveIntegerField(_("units"))
    adds = models.BooleanField(_("added to what was counted"), default=True)
    actor_label = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="count_entry_key")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.units}"
