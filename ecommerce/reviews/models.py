"""What buyers say about products."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet

STARS = [MinValueValidator(1), MaxValueValidator(5)]


class ReviewQuerySet(TenantQuerySet["Review"]):
    def held(self) -> ReviewQuerySet:
        """Waiting for a moderator, riskiest first."""
        return self.filter(state=Review.State.HELD).order_by("-risk_score", "created_at", "pk")

    def published(self) -> ReviewQuerySet:
        return self.filter(state=Review.State.PUBLISHED)

    def waiting(self) -> ReviewQuerySet:
        """Not shown yet: a moderator or the author has to act first."""
        return self.filter(state__in=[Review.State.HELD, Review.State.EDIT_ASKED])

    def low(self) -> ReviewQuerySet:
        return self.filter(rating__lte=2)

    def unanswered(self) -> ReviewQuerySet:
        return self.published().filter(replied_at=None)


class Review(TenantModel):
    """`risk_score` is 0 to 1, the sum of `risk_reasons` (Finding.stored); a risky review waits for a moderator.

    `created_at` is when it was written, `revised_at` when its author last changed it because a moderator asked.
    """

    class State(models.TextChoices):
        HELD = "held", pgettext_lazy("review", "Held")
        PUBLISHED = "published", pgettext_lazy("review", "Published")
        HIDDEN = "hidden", pgettext_lazy("review", "Hidden")
        EDIT_ASKED = "edit_asked", pgettext_lazy("review", "Edit asked")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.HELD: {State.PUBLISHED, State.HIDDEN, State.EDIT_ASKED},
        State.PUBLISHED: {State.HIDDEN, State.EDIT_ASKED},
        State.HIDDEN: {State.PUBLISHED, State.EDIT_ASKED},
        State.EDIT_ASKED: {State.HELD, State.PUBLISHED, State.HIDDEN},
    }
    BADGES: ClassVar[dict[str, Badge]] = {
        State.HELD: Badge("info", State.HELD.label, "half"),
        State.PUBLISHED: Badge("neutral", State.PUBLISHED.label, "full"),
        State.HIDDEN: Badge("critical", State.HIDDEN.label, icon="eye-off"),
        State.EDIT_ASKED: Badge("warning", State.EDIT_ASKED.label, "empty"),
    }

    product = models.ForeignKey("ecommerce.Product", models.CASCADE, null=True, blank=True, related_name="reviews")
    order = models.ForeignKey("ecommerce.Order", models.SET_NULL, null=True, blank=True, related_name="reviews")
    customer = models.ForeignKey("ecommerce.Customer", models.SET_NULL, null=True, blank=True, related_name="reviews")
    author_name = models.CharField(_("author"), max_length=100, blank=True)
    is_anonymous = models.BooleanField(_("anonymous"), default=False)
    is_verified = models.BooleanField(_("verified purchase"), default=False)
    rating = models.PositiveSmallIntegerField(_("overall"), validators=STARS)
    quality_rating = models.PositiveSmallIntegerField(_("quality"), null=True, blank=True, validators=STARS)
    service_rating = models.PositiveSmallIntegerField(_("service"), null=True, blank=True, validators=STARS)
    delivery_rating = models.PositiveSmallIntegerField(_("delivery"), null=True, blank=True, validators=STARS)
    title = models.CharField(_("title"), max_length=150, blank=True)
    text = models.TextField(_("text"), blank=True, max_length=5000)
    language = models.CharField(max_length=10, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.HELD)
    risk_score = models.DecimalField(_("risk"), max_digits=4, decimal_places=3, default=0)
    risk_reasons = models.JSONField(default=list)
    moderated_at = models.DateTimeField(null=True, blank=True)
    moderated_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, blank=True, related_name="+")
    moderation_reason = models.CharField(_("reason"), max_length=300, blank=True)
    reply = models.TextField(_("reply"), blank=True, max_length=2000)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by_label = models.CharField(max_length=150, blank=True)
    revised_at = models.DateTimeField(null=True, blank=True)
    external_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ReviewQuerySet)()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="review_newest"),
            models.Index(fields=["merchant", "updated_at", "id"], name="review_updated"),
            models.Index(fields=["state", "-risk_score"], name="review_queue"),
            models.Index(fields=["-created_at"], name="review_recent_anywhere"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(rating__gte=1, rating__lte=5), name="review_rating"),
            models.UniqueConstraint(
                fields=["merchant", "external_id"], condition=~models.Q(external_id=""), name="review_external_id"
            ),
            models.UniqueConstraint(
                fields=["order", "product"], condition=models.Q(external_id=""), name="review_once_per_product"
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(external_id="", product__isnull=True),
                name="review_once_per_order",
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("review-detail", args=[self.merchant.slug, self.pk])

    @property
    def shown_author(self) -> str:
        """The author as shops show it: anonymous reviews keep only the first letter."""
        if self.is_anonymous or not self.author_name:
            return f"{self.author_name[:1]}***" if self.author_name else "***"
        return self.author_name

    def may_become(self, state: str) -> bool:
        return state in self.TRANSITIONS[self.state]

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    @property
    def author_email(self) -> str:
        """Where the author can be reached, or ""."""
        found = self.customer.email if self.customer else ""
        return found or (self.order.buyer_email if self.order else "")
