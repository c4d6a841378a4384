"""Demand forecasts: runs over all variants of a shop, cut into chunks, and what they said, written once.

A run is never changed. `DemandRun` says what was to be done, `DemandResult` how it ended; between the two stand its
chunks, the only rows here that move on. `DemandForecast` holds one row per variant and run; the rows of a run may go
(never change) once `DemandRelease` says that all of them were scored. `DemandOutlook` is the newest forecast of each
variant held against its stock: the figures that lists sort by.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from analytics.demand.rules import HORIZON, Paths, notes_of, unpack
from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class PatternName(models.TextChoices):
    """How a variant sells (engine.patterns), for people."""

    STEADY = "steady", pgettext_lazy("sells", "Regularly")
    UNEVEN = "uneven", pgettext_lazy("sells", "Regularly, in uneven amounts")
    RARE = "rare", pgettext_lazy("sells", "Now and then")
    LUMPY = "lumpy", pgettext_lazy("sells", "Now and then, in uneven amounts")
    NEW = "new", pgettext_lazy("sells", "New")
    ASLEEP = "asleep", pgettext_lazy("sells", "Not any more")


class DemandRunQuerySet(TenantQuerySet["DemandRun"]):
    def open(self) -> DemandRunQuerySet:
        """Runs that are still being worked on."""
        return self.filter(result=None)

    def closed(self) -> DemandRunQuerySet:
        """Runs that ended, the newest first."""
        return self.filter(result__isnull=False).order_by("-made_at", "-pk")


class DemandRun(AppendOnlyModel, TenantModel):
    """A forecast of all variants that was asked for: `series` of them in `chunks`, from the days up to `data_to`.

    `live` runs speak of the days from now on and move the outlooks; the others look at a past day again. `factors` are
    what festivals do to each day, from `data_from` to the end of the horizon (empty where they do nothing), and
    `occasions` those ahead, `regressors` what became of each outside series. `windows` are the numbers of days
    whose sums were forecast. `watch` is how earlier runs stood when it was planned, `widening` the factor that
    ranges are widened by for it.
    """

    made_at = models.DateTimeField(default=timezone.now)
    actor_label = models.CharField(max_length=150, blank=True)
    asked_by = models.BigIntegerField(null=True, help_text="the person who asked for it")
    job_id = models.BigIntegerField(null=True, help_text="the job that made it; a repeated job makes no second run")
    data_from = models.DateField(null=True)
    data_to = models.DateField(null=True)
    live = models.BooleanField(default=True)
    horizon = models.PositiveSmallIntegerField(default=HORIZON)
    windows = models.JSONField(default=list)
    factors = models.JSONField(default=list)
    occasions = models.JSONField(default=list)
    regressors = models.JSONField(default=list)
    series = models.PositiveIntegerField(default=0)
    chunks = models.PositiveIntegerField(default=0)
    widening = models.FloatField(default=1.0)
    watch = models.JSONField(default=dict)

    objects = TenantManager.from_queryset(DemandRunQuerySet)()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["merchant", "-made_at", "-id"], name="demand_run_newest")]
        constraints = [models.UniqueConstraint(fields=["merchant", "job_id"], name="demand_run_job")]

    def __str__(self) -> str:
        return f"D-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("demandrun-detail", args=[self.merchant.slug, self.pk])

    def unpack(self, rows: list[bytes]) -> Paths:
        """Forecasts of this run from their packed rows."""
        return unpack(rows, self.horizon, len(self.windows))


class DemandResult(AppendOnlyModel, TenantModel):
    """How a run ended, written once: whoever writes it has closed the run.

    `policies` counts the variants by what was done with them (rules.NOTES), `patterns` by how they sell, `failures`
    holds [variant, reason code] of some that could not be forecast. `digest` seals the run and every row of it.
    `sums` are the forecasts of categories and the shop (queries.Sums).
    """

    class Outcome(models.TextChoices):
        DONE = "done", pgettext_lazy("forecast run", "Done")
        CANCELLED = "cancelled", pgettext_lazy("forecast run", "Cancelled")
        REFUSED = "refused", pgettext_lazy("forecast", "Not possible")

    BADGES: ClassVar[dict[str, Badge]] = {
        Outcome.DONE: Badge("success", Outcome.DONE.label, "full"),
        Outcome.CANCELLED: Badge("neutral", Outcome.CANCELLED.label, "half"),
        Outcome.REFUSED: Badge("neutral", Outcome.REFUSED.label, "empty"),
    }

    run = models.OneToOneField(DemandRun, models.PROTECT, related_name="result")
    closed_at = models.DateTimeField(default=timezone.now)
    actor_label = models.CharField(max_length=150, blank=True, help_text="who cancelled it")
    outcome = models.CharField(max_length=10, choices=Outcome)
    refusal = models.CharField(max_length=20, blank=True)
    made = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    work_seconds = models.FloatField(default=0, help_text="seconds of work in all processes")
    policies = models.JSONField(default=dict)
    patterns = models.JSONField(default=dict)
    failures = models.JSONField(default=list)
    sums = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-closed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.outcome}"

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.outcome]


class DemandChunkQuerySet(TenantQuerySet["DemandChunk"]):
    def unfinished(self) -> DemandChunkQuerySet:
        return self.filter(state__in=[DemandChunk.State.WAITING, DemandChunk.State.RUNNING])


class DemandChunk(TenantModel):
    """A part of a run that is worked on as one: its result is written in the transaction that makes it `done`."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        SPLIT = "split"
        FAILED = "failed"
        CANCELLED = "cancelled"

    run = models.ForeignKey(DemandRun, models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    variants = models.BinaryField(help_text="the ids, packed")
    series = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    job_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    made = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    policies = models.JSONField(default=dict)
    patterns = models.JSONField(default=dict)
    failures = models.JSONField(default=list)
    sums = models.JSONField(default=dict, help_text="category (0: none) -> mean per step")
    digest = models.CharField(max_length=64, blank=True)

    objects = TenantManager.from_queryset(DemandChunkQuerySet)()

    class Meta:
        ordering = ["run_id", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="demand_chunk_number")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class DemandForecast(AppendOnlyModel, TenantModel):
    """What a run said of one variant: mean and quantiles per day and of sums, packed (rules.pack)."""

    run = models.ForeignKey(DemandRun, models.PROTECT, related_name="forecasts", db_index=False)
    variant = models.ForeignKey("ecommerce.Variant", models.PROTECT, related_name="+", db_index=False)
    pattern = models.CharField(max_length=8, choices=PatternName)
    notes = models.PositiveIntegerField(default=0, help_text="bits of rules.NOTES")
    path = models.BinaryField()

    class Meta:
        ordering = ["run_id", "variant_id"]
        indexes = [models.Index(fields=["variant", "-run"], name="demand_forecast_newest")]
        constraints = [models.UniqueConstraint(fields=["run", "variant"], name="demand_forecast_once")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.variant_id}"


class DemandRelease(AppendOnlyModel, TenantModel):
    """The rows of a run were all scored and may go; the database lets none go before this row is there."""

    run = models.OneToOneField(DemandRun, models.PROTECT, related_name="release")
    at = models.DateTimeField(default=timezone.now)
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ["run_id"]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.rows}"


class DemandScore(AppendOnlyModel, TenantModel):
    """How the forecasts of a run turned out: one row per bucket of days and pattern, written once when they are over.

    `pattern` "" holds all variants together. `points` is how many values were compared: days, or sums. `error` and
    `naive_error` are root mean squares, of the forecast and of "same weekday of the last week known then"; `miss` and
    `naive_miss` mean absolute ones; `pinball` the mean quantile loss. All in units; the `inside_…` are shares.
    """

    run = models.ForeignKey(DemandRun, models.PROTECT, related_name="scores", db_index=False)
    bucket = models.CharField(max_length=12)
    pattern = models.CharField(max_length=8, blank=True)
    scored_at = models.DateTimeField(default=timezone.now)
    series = models.PositiveIntegerField(default=0)
    points = models.PositiveIntegerField(default=0)
    sold = models.FloatField(default=0)
    said = models.FloatField(default=0)
    error = models.FloatField(null=True)
    naive_error = models.FloatField(null=True)
    miss = models.FloatField(null=True)
    naive_miss = models.FloatField(null=True)
    pinball = models.FloatField(null=True)
    inside_50 = models.FloatField(null=True)
    inside_80 = models.FloatField(null=True)
    inside_95 = models.FloatField(null=True)

    class Meta:
        ordering = ["run_id", "bucket", "pattern"]
        constraints = [models.UniqueConstraint(fields=["run", "bucket", "pattern"], name="demand_score_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.bucket} {self.pattern}"

    @property
    def bias(self) -> float | None:
        """By what share too much (positive) or too little was expected; None where nothing was sold."""
        return self.said / self.sold - 1 if self.sold else None

    @property
    def skill(self) -> float | None:
        """By what share the error is smaller than the naive one; None where that is zero or nothing was compared."""
        return 1 - self.error / self.naive_error if self.error is not None and self.naive_error else None


class DemandTerms(TenantModel):
    """How a shop orders: days until a delivery, days from one order to the next, and the chance not to run out.

    Without `variant` for the whole shop; a variant with terms of its own is ordered on those alone. `measured` lets the
    days that the supplier's deliveries took so far go before `lead_days`, where enough of them came. The `level_…` are
    the shop's for variants of a class by value, in the place of `level`.
    """

    variant = models.OneToOneField("ecommerce.Variant", models.CASCADE, null=True, related_name="demand_terms")
    lead_days = models.PositiveSmallIntegerField(default=10)
    review_days = models.PositiveSmallIntegerField(default=7)
    level = models.FloatField(default=0.9)
    measured = models.BooleanField(default=True)
    level_a = models.FloatField(null=True)
    level_b = models.FloatField(null=True)
    level_c = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"], condition=models.Q(variant=None), name="demand_terms_one_of_the_shop"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lead_days}"

    def level_of(self, abc: str) -> float:
        """The chance to hold out that the shop wants for variants of a class by value, the service level promised."""
        own = {"A": self.level_a, "B": self.level_b, "C": self.level_c}.get(abc)
        return self.level if own is None else own


class DemandOutlookQuerySet(TenantQuerySet["DemandOutlook"]):
    def to_order(self) -> DemandOutlookQuerySet:
        return self.filter(to_order=True)

    def running_out(self) -> DemandOutlookQuerySet:
        return self.filter(runs_out=True)

    def without(self) -> DemandOutlookQuerySet:
        """Variants that have no forecast worth the name."""
        return self.filter(has_forecast=False)


class DemandOutlook(TenantModel):
    """The newest forecast of a variant held against its stock, moved by every live run and when the stock changes.

    `low`, `middle`, `high` and `mean` are units over the horizon (80 % range); `before` is `mean` as the run before
    said, of an earlier day, and `moved` the size of the difference. `available` is None for a variant that was never
    counted. The `lasts_…` are days from `as_of` on, ENDLESS (engine.stock) where there is no telling; the `out_…` are
    the days on which the stock is used up, if that is within sight. The `lead_…` are days until a delivery, the middle
    and the 80 % range of `lead_count` deliveries measured (0: as somebody typed). `safety_stock` is what the reorder
    point holds beyond the demand expected until the delivery; `abc` is the class by value of the night before. `level`
    is the service level promised, `aim` the one that keeps the promise (analytics.demand.service).
    """

    class Reason(models.TextChoices):
        SILENT = "silent", pgettext_lazy("no forecast", "Never sold")
        DORMANT = "dormant", pgettext_lazy("no forecast", "Not sold for 90 days")
        FAILED = "failed", pgettext_lazy("no forecast", "Could not be worked out")

    variant = models.OneToOneField("ecommerce.Variant", models.CASCADE, related_name="demand")
    category = models.ForeignKey("ecommerce.Category", models.SET_NULL, null=True, related_name="+", db_index=False)
    run = models.ForeignKey(DemandRun, models.PROTECT, related_name="+", db_index=False)
    updated_at = models.DateTimeField(default=timezone.now)
    has_forecast = models.BooleanField(default=True)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    pattern = models.CharField(max_length=8, choices=PatternName, blank=True)
    notes = models.PositiveIntegerField(default=0)
    low = models.FloatField(default=0)
    middle = models.FloatField(default=0)
    high = models.FloatField(default=0)
    mean = models.FloatField(default=0)
    before = models.FloatField(null=True)
    moved = models.FloatField(default=0)
    as_of = models.DateField(null=True)
    available = models.IntegerField(null=True)
    incoming = models.IntegerField(default=0)
    lasts_low = models.FloatField(default=0)
    lasts = models.FloatField(default=0)
    lasts_high = models.FloatField(default=0)
    out_low = models.DateField(null=True)
    out_middle = models.DateField(null=True)
    out_high = models.DateField(null=True)
    lead_days = models.PositiveSmallIntegerField(default=0)
    lead_low = models.PositiveSmallIntegerField(default=0)
    lead_high = models.PositiveSmallIntegerField(default=0)
    lead_count = models.PositiveIntegerField(default=0)
    level = models.FloatField(default=0.9)
    aim = models.FloatField(null=True, help_text="the level its reorder point is made at")
    abc = models.CharField(max_length=1, blank=True)
    supply = models.BinaryField(null=True, help_text="quantiles that orders rest on, packed (rules.pack_sums)")
    reorder_point = models.IntegerField(null=True)
    safety_stock = models.IntegerField(null=True)
    gap = models.FloatField(null=True, help_text="the chance to run out before an order of today is there")
    order_quantity = models.IntegerField(default=0)
    order_by = models.DateField(null=True)
    to_order = models.BooleanField(default=False)
    runs_out = models.BooleanField(default=False)

    objects = TenantManager.from_queryset(DemandOutlookQuerySet)()

    class Meta:
        ordering = ["lasts", "pk"]
        indexes = [
            models.Index(fields=["merchant", "lasts", "id"], name="demand_by_lasts"),
            models.Index(fields=["merchant", "mean", "id"], name="demand_by_mean"),
            models.Index(fields=["merchant", "moved", "id"], name="demand_by_moved"),
            models.Index(fields=["merchant", "category"], name="demand_by_category"),
            models.Index(fields=["merchant", "updated_at", "id"], name="demand_by_change"),
            models.Index(
                fields=["merchant", "order_quantity", "id"], name="demand_to_order", condition=models.Q(to_order=True)
            ),
            models.Index(fields=["merchant", "lasts", "id"], name="demand_out", condition=models.Q(runs_out=True)),
            models.Index(fields=["merchant", "id"], name="demand_without", condition=models.Q(has_forecast=False)),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.middle:g}"

    @property
    def change(self) -> float | None:
        """By how many units more or less is expected than the run before said."""
        return self.mean - self.before if self.before is not None else None

    @property
    def note_names(self) -> list[str]:
        return notes_of(self.notes)
