"""The figures of stock as of the last night, per variant and per warehouse, for pages to read."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.engine.stock import ENDLESS
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from ecommerce.inventory.rules import USUAL_DEAD_DAYS


class HoldingQuerySet(TenantQuerySet["Holding"]):
    def counted(self) -> HoldingQuerySet:
        return self.filter(on_hand__isnull=False)

    def dead(self) -> HoldingQuerySet:
        return self.filter(is_dead=True)

    def missed(self) -> HoldingQuerySet:
        """Of which nothing was there on some day, though it was for sale."""
        return self.filter(out_days__gt=0)


class Holding(TenantModel):
    """One variant that is for sale, in stock or was sold within a year, as it stood in the night of `as_of`.

    `on_hand` and `available` are None for a variant that was never counted. What rests on the cost price is None where
    that is not known: `worth` (units on hand at cost), `turnover`, `missed_margin`. `spread` is the coefficient of
    variation of `weeks` weeks. `sales` are those of 365 days, `sold_cost` what the units that left in `days` days of
    the ledger cost, less those that came back. `cover` is days the available units last by the demand forecast
    (`is_forecast`), else at the pace of 28 days, with its 80 % range. `idle_days` count from the last sale, or from the
    first count. `out_days` are whole days with nothing on the shelf within 365 days while it was for sale; the
    `missed_…` are what those without any sale would have sold, None where too little is known.
    """

    variant = models.OneToOneField("ecommerce.Variant", models.CASCADE, related_name="holding")
    as_of = models.DateField(_("as of"), default=date.today)
    abc = models.CharField(_("class by value"), max_length=1, blank=True)
    xyz = models.CharField(_("class by variability"), max_length=1, blank=True)
    spread = models.FloatField(_("variability"), null=True)
    weeks = models.PositiveSmallIntegerField(default=0)
    on_hand = models.IntegerField(_("on hand"), null=True)
    available = models.IntegerField(_("available"), null=True)
    worth = money_field(_("stock value"), null=True, default=None)
    sales = money_field(_("sales"))
    per_day = models.FloatField(_("sells per day"), default=0)
    is_forecast = models.BooleanField(default=False)
    cover_low = models.FloatField(default=ENDLESS)
    cover = models.FloatField(_("days of cover"), default=ENDLESS)
    cover_high = models.FloatField(default=ENDLESS)
    days = models.PositiveSmallIntegerField(default=0)
    sold_cost = money_field(_("cost of units sold"), signed=True, null=True, default=None)
    average_worth = money_field(_("average stock value"), null=True, default=None)
    turnover = models.FloatField(_("turnover"), null=True)
    last_sale = models.DateField(_("last sale"), null=True)
    idle_days = models.PositiveIntegerField(_("days without a sale"), default=0)
    is_dead = models.BooleanField(_("dead stock"), default=False)
    out_days = models.PositiveSmallIntegerField(_("stock-out days"), default=0)
    missed_low = models.FloatField(null=True)
    missed_units = models.FloatField(null=True)
    missed_high = models.FloatField(null=True)
    missed_margin_low = models.FloatField(null=True)
    missed_margin = models.FloatField(null=True)
    missed_margin_high = models.FloatField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager.from_queryset(HoldingQuerySet)()

    class Meta:
        ordering = ["variant_id"]
        indexes = [
            models.Index(fields=["merchant", "abc", "xyz"], name="holding_cell"),
            models.Index(fields=["merchant", "updated_at", "id"], name="holding_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} as of {self.as_of}"


class HoldingTotal(TenantModel):
    """The sums of a warehouse, or without one of the whole shop; what was missed is known of the shop only.

    `without_cost` stocked variants have no cost price: their worth is in none of the sums. `missed_without_cost`
    variants were missed whose margin is not known. `dead_days` is what the merchant called dead that night.
    """

    warehouse = models.ForeignKey("ecommerce.Warehouse", models.CASCADE, null=True, related_name="+")
    as_of = models.DateField(_("as of"))
    variants = models.PositiveIntegerField(default=0)
    units = models.IntegerField(default=0)
    worth = money_field(_("stock value"))
    without_cost = models.PositiveIntegerField(default=0)
    dead_days = models.PositiveSmallIntegerField(default=USUAL_DEAD_DAYS)
    dead_variants = models.PositiveIntegerField(default=0)
    dead_worth = money_field(_("value of dead stock"))
    days = models.PositiveSmallIntegerField(default=0)
    sold_cost = money_field(_("cost of units sold"), signed=True)
    average_worth = money_field(_("average stock value"))
    turnover = models.FloatField(_("turnover"), null=True)
    out_days = models.PositiveIntegerField(_("stock-out days"), default=0)
    missed_margin_low = models.FloatField(default=0)
    missed_margin = models.FloatField(default=0)
    missed_margin_high = models.FloatField(default=0)
    missed_without_cost = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "warehouse"], name="holding_total_warehouse"),
            models.UniqueConstraint(
                fields=["merchant"], condition=models.Q(warehouse=None), name="holding_total_of_the_shop"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id}: {self.worth}"
