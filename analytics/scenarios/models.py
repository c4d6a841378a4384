"""Questions that were kept, the promises of those adopted as plans, and what came of them.

A promise and its outcome are written once (core.append_only): what was expected cannot be mended afterwards.
"""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.markets.models import Market, Measure, Player, ShareRun
from analytics.scenarios.rules import Question
from core.append_only import AppendOnlyModel
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class ScenarioQuerySet(TenantQuerySet["Scenario"]):
    def drafts(self) -> ScenarioQuerySet:
        return self.filter(state=Scenario.State.DRAFT)


class Scenario(TenantModel):
    """A question with the answer it got from `run`. An adopted one is not changed any more.

    `question` is a rules.Question, `answer` an answers.Answer, both as they are written.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("scenario", "Draft")
        ADOPTED = "adopted", pgettext_lazy("scenario", "Adopted")

    name = models.CharField(pgettext_lazy("scenario", "name"), max_length=80)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    market = models.ForeignKey(Market, models.PROTECT, related_name="+")
    measure = models.CharField(_("measure"), max_length=5, choices=Measure)
    run = models.ForeignKey(ShareRun, models.PROTECT, related_name="+")
    question = models.JSONField(default=dict)
    answer = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ScenarioQuerySet)()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("scenario-detail", args=[self.merchant.slug, self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def asked(self) -> Question:
        return Question.of(self.question)


class ScenarioLink(TenantModel):
    """A signed address that shows one scenario to whoever holds it, until it expires or is revoked."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="links")
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.scenario_id}/{self.pk}"

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class Promise(AppendOnlyModel, TenantModel):
    """What an adopted scenario said would happen.

    `weeks`: per week {week, price, promotion, share, sales}: the price as a part of the one before the plan, promotion
    as a part of sales, share and sales as seven quantiles. `share` and `sales` are those of the whole plan: the mean
    share, the sum of sales (None where prices are not known). `digest` shows a change that got past the database.
    """

    scenario = models.OneToOneField(Scenario, models.PROTECT, related_name="promise")
    run = models.ForeignKey(ShareRun, models.PROTECT, related_name="+")
    player = models.ForeignKey(Player, models.PROTECT, related_name="+")
    first_week = models.DateField()
    last_week = models.DateField()
    question = models.JSONField()
    weeks = models.JSONField()
    share = models.JSONField()
    sales = models.JSONField(null=True)
    adopted_at = models.DateTimeField(default=timezone.now)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"P-{self.pk}"

    @property
    def outcome_or_none(self) -> PromiseOutcome | None:
        found: PromiseOutcome | None = getattr(self, "outcome", None)
        return found


class PromiseOutcome(AppendOnlyModel, TenantModel):
    """What happened in the weeks of a promise: `weeks` as there, with the figures that came; shares are means."""

    promise = models.OneToOneField(Promise, models.PROTECT, related_name="outcome")
    weeks = models.JSONField()
    share = models.FloatField()
    sales = models.FloatField()
    inside_share = models.BooleanField()
    inside_sales = models.BooleanField(null=True)
    as_planned = models.BooleanField()
    price_gap = models.FloatField(null=True)
    promotion_gap = models.FloatField(null=True)
    judged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.share:.4f}"


class PriceTest(TenantModel):
    """A test of a price whose weeks (and regions) a draw chose. `schedule`: rows of {week, region, changed}."""

    name = models.CharField(pgettext_lazy("price test", "name"), max_length=80)
    market = models.ForeignKey(Market, models.PROTECT, related_name="+")
    price = models.FloatField(help_text="the change that is tried, in percent")
    effect = models.FloatField(help_text="the change of sales to be told from noise, in percent")
    noise = models.FloatField()
    weeks = models.PositiveSmallIntegerField()
    regions = models.PositiveSmallIntegerField(default=1)
    first_week = models.DateField()
    schedule = models.JSONField(default=list)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("price-test-detail", args=[self.merchant.slug, self.pk])
