"""Own events, the choice of festivals, and series from outside."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.calendar.rules import name_key
from core.append_only import AppendOnlyModel
from core.tenancy import TenantModel

MOST_AROUND = 30  # days before and after that an event may work


class OwnEvent(TenantModel):
    """Something of the shop's own that moves its sales. Events of one name are the same thing happening again.

    `known_on` is the day since which the shop knows of it: a forecast made before did not.
    """

    class Kind(models.TextChoices):
        PROMOTION = "promotion", pgettext_lazy("own event", "Promotion")
        LIVE = "live", _("Live stream")
        PRICE = "price", pgettext_lazy("own event", "Price change")
        CLOSURE = "closure", pgettext_lazy("own event", "Closed")
        OTHER = "other", pgettext_lazy("own event", "Other")

    name = models.CharField(_("name"), max_length=80)
    name_key = models.CharField(max_length=80, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PROMOTION)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    lead_days = models.PositiveSmallIntegerField(
        _("days of lead-up"), default=0, validators=[MaxValueValidator(MOST_AROUND)]
    )
    after_days = models.PositiveSmallIntegerField(
        _("days of after-effect"), default=0, validators=[MaxValueValidator(MOST_AROUND)]
    )
    yearly = models.BooleanField(_("every year on the same days"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    known_on = models.DateField(default=timezone.localdate)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("own event")
        ordering = ["first_day", "pk"]
        indexes = [models.Index(fields=["merchant", "first_day"], name="own_event_by_day")]
        constraints = [
            models.CheckConstraint(condition=models.Q(last_day__gte=models.F("first_day")), name="own_event_ends"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("ownevent-edit", args=[self.merchant.slug, self.pk])

    @property
    def is_closure(self) -> bool:
        return self.kind == self.Kind.CLOSURE

    def spans(self, first: date, last: date) -> list[tuple[date, date]]:
        """Its occurrences, as (first day, last day), of which some day lies between the two dates.

        A yearly one happened in no year before the one it was entered for. 29 February becomes the 28th.
        """
        if not self.yearly:
            return [(self.first_day, self.last_day)] if self.first_day <= last and self.last_day >= first else []
        length = self.last_day - self.first_day
        starts = (_in_year(self.first_day, year) for year in range(self.first_day.year, last.year + 1))
        return [(start, start + length) for start in starts if start <= last and start + length >= first]


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


class OccasionChoice(TenantModel):
    """A festival or holiday that the shop switched on or off, against what its country suggests."""

    key = models.CharField(max_length=60)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="occasion_choice")]

    def __str__(self) -> str:
        return f"{self.key}: {self.is_on}"


class OccasionEffect(TenantModel):
    """What an occasion did to a measure of the shop, as the newest forecast saw it; for the calendar to tell.

    `change` is the effect on its own days (0.61: 61 % more), None where the past showed none that could be told from
    chance. `past` is how many occurrences it was learnt from.
    """

    measure = models.CharField(max_length=12)
    key = models.CharField(max_length=100)
    past = models.PositiveSmallIntegerField()
    change = models.FloatField(null=True)
    seen_to = models.DateField()

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["merchant", "measure", "key"], name="occasion_effect")]

    def __str__(self) -> str:
        return f"{self.key}: {self.change}"


class FestivalNotice(TenantModel):
    """That a festival of a year was announced ahead (events.FestivalAhead)."""

    key = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-told_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "key", "year"], name="festival_notice_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.year}"


class FestivalMark(AppendOnlyModel, TenantModel):
    """What one past festival did to a figure of the shop, written once: what other shops' forecasts may lean on.

    `effect` and `noise` have one number for each phase of the occasion (engine.peers.Mark); they are worked out from
    the days up to `known_on` only. `category` is the root category that most of the shop's sales were in then. Only
    means over several shops are ever shown or used (calendar.queries.peers_of); own events are never marked.
    """

    figure = models.CharField(max_length=12, help_text="a column of DailyFact")
    key = models.CharField(max_length=60)
    day = models.DateField()
    known_on = models.DateField()
    category = models.ForeignKey("ecommerce.Category", models.PROTECT, null=True, related_name="+")
    effect = models.JSONField(default=list)
    noise = models.JSONField(default=list)

    class Meta:
        ordering = ["day", "key"]
        constraints = [models.UniqueConstraint(fields=["merchant", "figure", "key", "day"], name="festival_mark")]

    def __str__(self) -> str:
        return f"{self.key} {self.day}"


class OutsideSeries(TenantModel):
    """Something measured outside the shop's orders that may move its sales, in values per day, week or month."""

    class Kind(models.TextChoices):
        AD_SPEND = "ad_spend", _("Advertising spend")
        WEATHER = "weather", _("Weather")
        INDEX = "index", pgettext_lazy("outside series", "Economic index")
        OTHER = "other", pgettext_lazy("outside series", "Other")

    class Period(models.TextChoices):
        DAY = "day", pgettext_lazy("period", "Day")
        WEEK = "week", pgettext_lazy("period", "Week")
        MONTH = "month", pgettext_lazy("period", "Month")

    class Ahead(models.TextChoices):
        USUAL = "usual", _("Take its average: it then changes nothing")
        CARRY = "carry", _("Carry the last known value on")
        LEAVE = "leave", _("Leave the series out of the forecast")

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    period = models.CharField(_("one value per"), max_length=5, choices=Period, default=Period.DAY)
    ahead = models.CharField(_("where coming days are not known"), max_length=5, choices=Ahead, default=Ahead.USUAL)
    in_forecasts = models.BooleanField(_("try it in forecasts"), default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("outside series")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "name"], name="outside_series_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("outsideseries-detail", args=[self.merchant.slug, self.pk])

    @property
    def is_summed(self) -> bool:
        """Whether values of shorter periods add up to one of a longer; else they are averaged."""
        return self.kind == self.Kind.AD_SPEND


class OutsideValue(AppendOnlyModel, TenantModel):
    """What a series was in the period that begins on `day`, as known from `known_on` on.

    A correction is a further row of the same day; the one with the latest `known_on` counts, of these the newest.
    """

    series = models.ForeignKey(OutsideSeries, models.PROTECT, related_name="values")
    day = models.DateField(_("day"))
    value = models.FloatField(_("value"))
    known_on = models.DateField(_("known since"))
    source = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-day", "-pk"]
        indexes = [models.Index(fields=["series", "day"], name="outside_value_by_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.value:g}"


class OutsideUpload(TenantModel):
    """A file of values that came in: what was kept, and the rows that were not, with the reason of each."""

    series = models.ForeignKey(OutsideSeries, models.PROTECT, related_name="uploads")
    file_name = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)
    actor_label = models.CharField(max_length=150, blank=True)
    added = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    bad_rows = models.JSONField(default=list, help_text="[number of the row, its cells, reason]")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def refused(self) -> int:
        return len(self.bad_rows)
