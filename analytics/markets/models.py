"""Markets, who plays in them, what each sold in a week, and what was forecast of it.

A market is made of many merchants, so its rows are nobody's own: what a merchant may see of it is decided in
`rules.view_of`, once, and pages, exports and API go through it. What a shop plans is its own (PlannedWeek), and so is a
run that knew that plan (`ShareRun.player`).

Runs, forecasts and scores are written once (core.append_only); `ShareRun.digest` shows a change that got past that.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.money import money_field
from core.tenancy import TenantModel

WEEK = timedelta(days=7)


class Measure(models.TextChoices):
    """What a share is a share of."""

    VALUE = "value", pgettext_lazy("market", "Sales value")
    UNITS = "units", pgettext_lazy("market", "Units")


class Information(models.TextChoices):
    """Whose plans a forecast knew."""

    NONE = "none", _("nobody's plans")
    OWN = "own", _("each shop's own plan")
    ALL = "all", _("all plans")


class Market(models.Model):
    """A category of the platform, counted in Monday weeks. `currency` is that of its values.

    `quality` is what the last build noticed in the data: a list of {code, player, week, ...}, see `words.quality`.
    """

    category = models.OneToOneField("ecommerce.Category", models.CASCADE, related_name="market")
    currency = models.CharField(max_length=3)
    built_at = models.DateTimeField(null=True)
    first_week = models.DateField(null=True)
    last_week = models.DateField(null=True)
    quality = models.JSONField(default=list)

    class Meta:
        ordering = ["category__path"]

    def __str__(self) -> str:
        return str(self.category)


class Player(models.Model):
    """Somebody who sells in a market: a merchant of the platform, or an outside competitor known by name only."""

    market = models.ForeignKey(Market, models.CASCADE, related_name="players")
    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, null=True, related_name="+")
    name = models.CharField(_("competitor"), max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["market", "merchant"], name="player_of_platform"),
            models.UniqueConstraint(
                fields=["market", "name"], condition=models.Q(merchant=None), name="player_from_outside"
            ),
            models.CheckConstraint(
                condition=models.Q(merchant=None) ^ models.Q(name=""), name="player_is_one_or_the_other"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"player {self.pk}"

    @property
    def is_outside(self) -> bool:
        return self.merchant_id is None


class Observation(AppendOnlyModel):
    """What somebody saw of an outside competitor in a week. A later one of the same week takes its place.

    `promotion` is the part of the range that was reduced, `known_at` since when we know: no forecast as of an earlier
    day uses it.
    """

    player = models.ForeignKey(Player, models.PROTECT, related_name="observations")
    week = models.DateField(_("week"))
    units = models.FloatField(_("units"))
    value = money_field(_("sales value"), null=True, default=None)
    price = money_field(_("price"), null=True, default=None)
    promotion = models.FloatField(_("part on promotion"), null=True)
    ad_spend = money_field(_("advertising"), null=True, default=None)
    rating = models.FloatField(_("rating"), null=True)
    source = models.CharField(_("source"), max_length=120, blank=True)
    known_at = models.DateTimeField(_("known since"), default=timezone.now)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)

    class Meta:
        ordering = ["-week", "-known_at", "-pk"]
        indexes = [models.Index(fields=["player", "week", "-known_at"], name="observation_newest")]

    def __str__(self) -> str:
        return f"{self.week}: {self.units:g}"


class PlayerWeek(models.Model):
    """One player's week as the market counts it, rebuilt every night.

    `price` is an index of what its goods cost (fixed weights, so that what was bought does not move it), `promotion`
    the part of its sales at a reduced price, `advertising` what it spent (its own currency) and `stockout` the part of
    the week in which it was sold out; None where that is not known. `known_at`: for outside players, since when the
    figures are known; `advertising_known_on`: since when the spend is.
    """

    player = models.ForeignKey(Player, models.CASCADE, related_name="weeks")
    week = models.DateField()
    units = models.FloatField()
    value = money_field()
    price = models.FloatField(null=True)
    promotion = models.FloatField(null=True)
    advertising = models.FloatField(null=True)
    advertising_known_on = models.DateField(null=True)
    stockout = models.FloatField(null=True)
    rating = models.FloatField(null=True)
    known_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["week", "player_id"]
        constraints = [models.UniqueConstraint(fields=["player", "week"], name="player_week")]

    def __str__(self) -> str:
        return f"{self.week}: {self.units:g}"


class PlannedWeek(AppendOnlyModel, TenantModel):
    """What a shop declared for a coming week of a market. A later row of the same week takes its place.

    `price`, `promotion`, `advertising` and `stockout` are in the units of PlayerWeek; None where that stays as it is. A
    row with none of them takes back what was planned.
    """

    player = models.ForeignKey(Player, models.PROTECT, related_name="planned_weeks")
    week = models.DateField(_("week"))
    price = models.FloatField(_("price"), null=True)
    promotion = models.FloatField(_("part on promotion"), null=True)
    advertising = models.FloatField(_("advertising"), null=True)
    stockout = models.FloatField(_("part of the week sold out"), null=True)
    declared_at = models.DateTimeField(_("declared"), default=timezone.now)
    source = models.CharField(_("source"), max_length=120, blank=True)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)

    class Meta:
        ordering = ["week", "declared_at", "pk"]
        indexes = [models.Index(fields=["player", "week", "-declared_at"], name="planned_week_newest")]

    def __str__(self) -> str:
        return f"{self.week}"


class ShareRunQuerySet(models.QuerySet["ShareRun"]):
    def made(self) -> ShareRunQuerySet:
        return self.filter(refusal="")

    def of(self, market: Market, measure: str, player: Player | None = None) -> ShareRunQuerySet:
        """The runs of a market that knew nobody's plans, or the player's own, the newest first."""
        rows = self.filter(market=market, measure=measure, player=player)
        return rows.order_by("-last_week", "-pk")


class ShareRun(AppendOnlyModel):
    """A forecast of one market's shares from the weeks up to `last_week`; `refusal` says why there is none.

    `players` are the ids of Player in the order of the model. `player` is set where the run knew that player's own plan
    and forecasts it alone; `assumed` is then what was taken for the weeks ahead, {"price": [per step], "promotion":
    [per step], "weeks": [the Mondays that were planned]} and further drivers as pulls.as_recorded has them, else {}.
    `backtest` holds
    errors in shares against simple forecasts, and how often bands held. `size` has the market's size per step: rows of
    seven quantiles. `is_replay`: made later, as of that week, with what was known then. `watch` is
    how earlier runs stood, `widening` the factor that ranges were widened by for it.
    """

    market = models.ForeignKey(Market, models.PROTECT, related_name="runs")
    measure = models.CharField(_("measure"), max_length=5, choices=Measure)
    information = models.CharField(max_length=4, choices=Information, default=Information.NONE)
    player = models.ForeignKey(Player, models.PROTECT, null=True, related_name="own_runs")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    actor_label = models.CharField(_("by"), max_length=150, blank=True)
    first_week = models.DateField(null=True)
    last_week = models.DateField(_("sales known up to"))
    horizon = models.PositiveSmallIntegerField(default=8)
    players = models.JSONField(default=list)
    weights = models.JSONField(default=dict)
    backtest = models.JSONField(default=dict)
    assumed = models.JSONField(default=dict)
    size = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    refusal = models.CharField(max_length=20, blank=True)
    is_replay = models.BooleanField(default=False)
    widening = models.FloatField(default=1.0)
    watch = models.JSONField(default=dict)
    data_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = ShareRunQuerySet.as_manager()

    class Meta:
        ordering = ["-last_week", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["market", "measure", "information", "last_week", "data_digest"], name="share_run_once"
            )
        ]

    def __str__(self) -> str:
        return f"S-{self.pk}"

    @property
    def is_made(self) -> bool:
        return not self.refusal

    def week(self, step: int) -> date:
        """The Monday of step `step`, counted from 1."""
        return self.last_week + step * WEEK


class ShareForecast(AppendOnlyModel):
    """What a run said of one player, one row for all steps.

    `last` and `mean` are shares; `quantiles` rows of seven per step, `gain` and `lose` the chances per step to win or
    lose a point, `ranks` the chances of rank 1, 2, ... at the last step, `reasons` what moved the share over the last
    four weeks against the four before, in shares by cause. `others`: quantiles per step of what all others hold beside
    this player and the one shown apart, {"rival": its id, "quantiles": rows of seven}; None where no one is.
    """

    run = models.ForeignKey(ShareRun, models.PROTECT, related_name="forecasts")
    player = models.ForeignKey(Player, models.PROTECT, related_name="+")
    last = models.FloatField()
    mean = models.JSONField()
    quantiles = models.JSONField()
    gain = models.JSONField()
    lose = models.JSONField()
    ranks = models.JSONField()
    reasons = models.JSONField(default=dict)
    others = models.JSONField(null=True)

    class Meta:
        ordering = ["run_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "player"], name="share_forecast_player")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.player_id}"


class ShareScore(AppendOnlyModel):
    """How one step of a forecast turned out, once the week was over. Errors are in shares (0.01: one point).

    `planned_error` is the error the model makes when it is told the prices and promotions that really came: what is
    left of `error` with them is the model's, the rest the plan's.
    """

    forecast = models.ForeignKey(ShareForecast, models.PROTECT, related_name="scores")
    step = models.PositiveSmallIntegerField()
    actual = models.FloatField()
    error = models.FloatField()
    naive_error = models.FloatField()
    planned_error = models.FloatField(null=True)
    pinball = models.FloatField()
    inside_50 = models.BooleanField()
    inside_80 = models.BooleanField()
    inside_95 = models.BooleanField()
    scored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["forecast_id", "step"]
        constraints = [models.UniqueConstraint(fields=["forecast", "step"], name="share_score_once")]

    def __str__(self) -> str:
        return f"{self.actual:.4f}"

    @classmethod
    def of(
        cls, forecast: ShareForecast, step: int, *, actual: float, planned: float | None, **fields: Any
    ) -> ShareScore:
        """The score of step `step`, counted from 1, not saved."""
        row = forecast.quantiles[step - 1]
        levels = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
        gaps = [actual - value for value in row]
        loss = [max(level * gap, (level - 1) * gap) for level, gap in zip(levels, gaps, strict=True)]
        return cls(
            forecast=forecast,
            step=step,
            actual=actual,
            error=forecast.mean[step - 1] - actual,
            naive_error=forecast.last - actual,
            planned_error=None if planned is None else planned - actual,
            pinball=sum(loss) / len(loss),
            inside_50=row[2] <= actual <= row[4],
            inside_80=row[1] <= actual <= row[5],
            inside_95=row[0] <= actual <= row[6],
            **fields,
        )


class ShareState(models.Model):
    """The newest run's model as scenarios need it (engine.share.stored); older ones are thrown away.

    `festivals`: those of the weeks ahead and what they do to the market's size (festive.Coming, as they are written).
    """

    run = models.OneToOneField(ShareRun, models.CASCADE, related_name="state")
    data = models.BinaryField()
    festivals = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.run_id)
