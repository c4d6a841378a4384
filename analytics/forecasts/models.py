"""Forecast runs and what they said, written once; and how each day turned out.

A run is never changed: newer data make a new run. The database refuses changes too (core.append_only), and `digest`
shows one that got past it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.engine.protocol import LEVELS
from core.append_only import AppendOnlyModel
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class Measure(models.TextChoices):
    """What is forecast, per day: the figures `value` and `orders` of DailyFact."""

    SALES_VALUE = "sales_value", pgettext_lazy("measure", "Sales")
    ORDERS = "orders", pgettext_lazy("measure", "Orders")

    @property
    def figure(self) -> str:
        """The column of DailyFact."""
        return {"sales_value": "value", "orders": "orders"}[self.value]


MODEL_NAMES = {
    "naive": _("Same as the last day"),
    "seasonal_naive": _("Same as last week"),
    "drift": _("Straight line"),
    "moving_average": _("Average of four weeks"),
    "ses_weekday": _("Smoothed average by weekday"),
    "trend_weekday": _("Fading trend by weekday"),
    "blend_weekday": _("Blend of averages by weekday"),
    "ets": _("Exponential smoothing (ETS)"),
    "theta": _("Theta method"),
    "sarimax": _("Regression on festivals and outside series (SARIMAX)"),
}


class ForecastRunQuerySet(TenantQuerySet["ForecastRun"]):
    def made(self) -> ForecastRunQuerySet:
        return self.filter(outcome=ForecastRun.Outcome.MADE)

    def live(self) -> ForecastRunQuerySet:
        """Runs that looked ahead from all that was known when they were made."""
        return self.filter(live=True)

    def of(self, measure: str) -> ForecastRunQuerySet:
        """The runs of a measure, the newest first."""
        return self.filter(measure=measure).order_by("-made_at", "-pk")


class ForecastRun(AppendOnlyModel, TenantModel):
    """One attempt to look ahead from the data of `data_from` to `data_to`; `refusal` says why there is no forecast.

    `backtest` holds what speaks for and against the model: `scores` per model, `weeks` and `days` it would have
    predicted, `notes` of what was done with the data. `totals` are the quantiles of sums of days ("1-28": seven
    values). `usual` is what the same number of days as the first two weeks brought on average in the last four weeks.
    `live` runs are what pages and notices speak of; the others look from a past day, or further than usual.
    `watch` is how earlier forecasts of the measure stood when it was made (monitoring.standing), `widening` the factor
    that its ranges were widened by for it.
    """

    class Outcome(models.TextChoices):
        MADE = "made", pgettext_lazy("forecast", "Made")
        REFUSED = "refused", pgettext_lazy("forecast", "Not possible")

    measure = models.CharField(_("measure"), max_length=12, choices=Measure)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)
    data_from = models.DateField(_("data from"), null=True)
    data_to = models.DateField(_("data to"), null=True)
    live = models.BooleanField(default=True)
    horizon = models.PositiveSmallIntegerField(default=28)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    model = models.CharField(_("model"), max_length=30, blank=True)
    reason = models.CharField(max_length=20, blank=True, help_text="why this model: a code of engine.select.Choice")
    gain = models.FloatField(default=0.0, help_text="by what share it was nearer than last week's same days")
    refusal = models.CharField(max_length=20, blank=True, help_text="a code of engine.cleaning.Refusal")
    refusal_facts = models.JSONField(default=dict)
    backtest = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    usual = models.FloatField(null=True)
    widening = models.FloatField(default=1.0)
    watch = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, help_text="SHA-256 of everything the run says")
    job_id = models.BigIntegerField(null=True, help_text="the job that made it; a repeated job makes no second run")

    objects = TenantManager.from_queryset(ForecastRunQuerySet)()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["merchant", "measure", "-made_at", "-id"], name="forecast_run_newest")]
        constraints = [models.UniqueConstraint(fields=["merchant", "measure", "job_id"], name="forecast_run_job")]

    def __str__(self) -> str:
        return f"F-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("forecast-detail", args=[self.merchant.slug, self.pk])

    @property
    def is_made(self) -> bool:
        return self.outcome == self.Outcome.MADE

    @property
    def model_label(self) -> str:
        """The model's name for people."""
        return str(MODEL_NAMES.get(self.model, self.model))

    def total(self, first: int, last: int) -> list[float] | None:
        """The quantiles of the sum of steps `first` to `last`, if the run kept them."""
        found: list[float] | None = self.totals.get(f"{first}-{last}")
        return found


class Forecast(AppendOnlyModel, TenantModel):
    """What a run said about one day: the mean and seven quantiles, in the unit of its measure."""

    run = models.ForeignKey(ForecastRun, models.PROTECT, related_name="days")
    step = models.PositiveSmallIntegerField()
    day = models.DateField(_("day"))
    mean = models.FloatField()
    q025 = models.FloatField()
    q10 = models.FloatField()
    q25 = models.FloatField()
    q50 = models.FloatField()
    q75 = models.FloatField()
    q90 = models.FloatField()
    q975 = models.FloatField()

    class Meta:
        ordering = ["run_id", "step"]
        indexes = [models.Index(fields=["merchant", "day"], name="forecast_by_day")]
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="forecast_step")]

    def __str__(self) -> str:
        return f"{self.day}: {self.q50:g}"

    @property
    def quantiles(self) -> list[float]:
        return [self.q025, self.q10, self.q25, self.q50, self.q75, self.q90, self.q975]


class ForecastScore(AppendOnlyModel, TenantModel):
    """How a forecast day turned out, written once when the day was over and counted.

    `error` is the middle less what came; `naive_error` that of "same weekday of the last week known then"; `pinball`
    the mean quantile loss. All in the unit of the measure.
    """

    forecast = models.OneToOneField(Forecast, models.PROTECT, related_name="score")
    scored_at = models.DateTimeField(default=timezone.now)
    actual = models.FloatField()
    error = models.FloatField()
    naive_error = models.FloatField()
    pinball = models.FloatField()
    inside_50 = models.BooleanField()
    inside_80 = models.BooleanField()
    inside_95 = models.BooleanField()

    class Meta:
        ordering = ["forecast_id"]

    def __str__(self) -> str:
        return f"{self.actual:g}"

    @classmethod
    def of(cls, forecast: Forecast, *, actual: float, naive: float, **fields: Any) -> ForecastScore:
        """The score of a forecast day, not saved."""
        gaps = [actual - value for value in forecast.quantiles]
        loss = [max(level * gap, (level - 1) * gap) for level, gap in zip(LEVELS, gaps, strict=True)]
        return cls(
            forecast=forecast,
            actual=actual,
            error=forecast.q50 - actual,
            naive_error=naive - actual,
            pinball=sum(loss) / len(loss),
            inside_50=forecast.q25 <= actual <= forecast.q75,
            inside_80=forecast.q10 <= actual <= forecast.q90,
            inside_95=forecast.q025 <= actual <= forecast.q975,
            **fields,
        )
