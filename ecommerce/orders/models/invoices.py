"""Invoices and credit notes: numbered without a gap, with the figures as they were then."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from core.money import money_field
from core.tenancy import TenantModel
from ecommerce.orders.models.orders import Order


class InvoiceCounter(TenantModel):
    """The last number of a series of a merchant. Its row is the lock under which numbers are given."""

    series = models.CharField(max_length=12)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "series"], name="invoice_counter_one")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class Invoice(AppendOnlyModel, TenantModel):
    """What a buyer was charged, or with a credit note what was taken off it again. Written once.

    `figures` holds seller, buyer, lines and sums as they were. A credit note `corrects` an invoice: part of it after a
    refund, or with `replaces` all that was left of it, because the order costs another amount now.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    order = models.ForeignKey(Order, models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    sequence = models.PositiveBigIntegerField()
    number = models.CharField(_("number"), max_length=40)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="credit_notes")
    replaces = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    total = money_field(_("total"))
    tax = money_field(_("tax"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    figures = models.JSONField(default=dict)
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["issued_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind", "sequence"], name="invoice_sequence"),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="invoice_total_not_negative"),
            models.CheckConstraint(
                condition=models.Q(kind="invoice", corrects=None)
                | models.Q(kind="credit_note", corrects__isnull=False),
                name="invoice_credit_note_corrects",
            ),
        ]

    def __str__(self) -> str:
        return self.number
