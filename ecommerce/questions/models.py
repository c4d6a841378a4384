"""What buyers ask about products before they buy."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.orders.models import Channel
from ecommerce.questions.rules import ANSWER_WITHIN, LONGEST_TEXT, is_late

OPEN = Badge("info", pgettext_lazy("question", "Open"), "half")
LATE = Badge("warning", pgettext_lazy("question", "Open for over a day"), "empty")
ANSWERED = Badge("neutral", pgettext_lazy("question", "Answered"), "full")


class ProductQuestionQuerySet(TenantQuerySet["ProductQuestion"]):
    def open(self) -> ProductQuestionQuerySet:
        """Waiting for an answer."""
        return self.filter(answered_at=None)

    def answered(self) -> ProductQuestionQuerySet:
        return self.filter(answered_at__isnull=False)

    def late(self, *, now: datetime) -> ProductQuestionQuerySet:
        """Open for longer than a day, as rules.is_late says of one."""
        return self.open().filter(asked_at__lt=now - ANSWER_WITHIN)


class ProductQuestion(TenantModel):
    """`asked_at` is when the buyer asked, `created_at` when we got to know; a channel may bring questions days later.

    `answered_at` is the first answer's time and stays when the answer is changed; `answered_by_label` is who wrote the
    answer as it stands.
    """

    product = models.ForeignKey("ecommerce.Product", models.CASCADE, db_index=False, related_name="questions")
    text = models.TextField(_("question"), max_length=LONGEST_TEXT)
    asked_by = models.CharField(_("asked by"), max_length=100, blank=True)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, default=Channel.OTHER)
    external_id = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answer = models.TextField(_("answer"), blank=True, max_length=LONGEST_TEXT)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_label = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ProductQuestionQuerySet)()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-asked_at", "-id"], name="question_newest"),
            models.Index(
                fields=["merchant", "asked_at", "id"], condition=models.Q(answered_at=None), name="question_open"
            ),
            models.Index(fields=["product", "-asked_at", "-id"], name="question_of_product"),
            models.Index(fields=["merchant", "created_at"], name="question_came"),
            models.Index(fields=["merchant", "updated_at", "id"], name="question_updated"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "channel", "external_id"],
                condition=~models.Q(external_id=""),
                name="question_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answer="")
                | (models.Q(answered_at__isnull=False) & ~models.Q(answer="")),
                name="question_answer_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Q-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("question-detail", args=[self.merchant.slug, self.pk])

    @property
    def badge(self) -> Badge:
        if self.answered_at is not None:
            return ANSWERED
        return LATE if is_late(self.asked_at, None, timezone.now()) else OPEN
