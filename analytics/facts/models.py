"""Daily figures, and the days whose figures are out of date.

What each figure means, for every page, forecast and export:

- A day is a day in the merchant's time zone, from midnight to midnight: 23 to 25 hours.
- An order counts on the day it was placed, whatever became of it since. `value` is the sum of the orders' totals (goods
  less discounts, with shipping and tax), cancelled orders included; `item_value` the sum of their lines' totals, and
  `units` the pieces in them. So both add up to the source files to the cent, and a day that is over hardly moves.
- `cancellations` and `cancelled_value` are those of the day's orders that have been cancelled since, by the day they
  were placed on: `value - cancelled_value` is what is left of the day.
- `refunds` and `refunded` are payments back, by the day they were made.
- `reviews` and `rating_sum` are the published reviews written that day.
- A variant's or category's `value` is the sum of its lines' totals; `orders` counts orders with at least one such line.
  Lines of an unknown SKU have no variant and count under no category. A category is the product's category of now.

A day on which nothing happened has no row.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class DailyFactQuerySet(TenantQuerySet["DailyFact"]):
    def between(self, first: date, last: date) -> DailyFactQuerySet:
        """The days from `first` to `last`, both included, in order."""
        return self.filter(day__gte=first, day__lte=last).order_by("day")


class DailyFact(TenantModel):
    """One merchant's day."""

    day = models.DateField(_("day"))
    orders = models.PositiveIntegerField(_("orders"), default=0)
    units = models.PositiveIntegerField(_("items"), default=0)
    value = money_field(_("sales"))
    item_value = money_field(_("value of goods"))
    cancellations = models.PositiveIntegerField(_("cancelled orders"), default=0)
    cancelled_value = money_field(_("cancelled value"))
    refunds = models.PositiveIntegerField(_("refunds"), default=0)
    refunded = money_field(_("refunded"))
    reviews = models.PositiveIntegerField(_("reviews"), default=0)
    rating_sum = models.PositiveIntegerField(_("sum of stars"), default=0)

    objects = TenantManager.from_queryset(DailyFactQuerySet)()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["merchant", "day"], name="daily_fact_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.orders} orders"

    @property
    def average_order(self) -> Decimal | None:
        return self.value / self.orders if self.orders else None


class VariantFact(TenantModel):
    """One variant's day."""

    variant = models.ForeignKey("ecommerce.Variant", models.CASCADE, related_name="facts")
    day = models.DateField(_("day"))
    orders = models.PositiveIntegerField(_("orders"), default=0)
    units = models.PositiveIntegerField(_("items"), default=0)
    value = money_field(_("value of goods"))

    class Meta:
        ordering = ["day", "variant_id"]
        indexes = [
            # with all that the pace of sales is made of, so that PostgreSQL need not look up the rows
            models.Index(fields=["merchant", "day"], include=["variant", "units"], name="variant_fact_pace")
        ]
        constraints = [models.UniqueConstraint(fields=["variant", "day"], name="variant_fact_day")]

    def __str__(self) -> str:
        return f"{self.variant_id} on {self.day}: {self.units}"


class VariantPace(TenantModel):
    """What one variant sold in the PACE_DAYS full days before the day `until`: `sold` units, and the sum of the
    `squares` of each day's. Summed up when the days are, so that no page has to; what sold nothing has no row.
    """

    variant = models.ForeignKey("ecommerce.Variant", models.CASCADE, related_name="+")
    until = models.DateField(_("until"))
    sold = models.PositiveIntegerField(_("units sold"))
    squares = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "variant"], name="variant_pace_variant")]

    def __str__(self) -> str:
        return f"{self.variant_id} before {self.until}: {self.sold}"


class CategoryFact(TenantModel):
    """One category's day in one shop; without a category: products that have none and lines of unknown SKUs."""

    category = models.ForeignKey("ecommerce.Category", models.CASCADE, null=True, related_name="+")
    day = models.DateField(_("day"))
    orders = models.PositiveIntegerField(_("orders"), default=0)
    units = models.PositiveIntegerField(_("items"), default=0)
    value = money_field(_("value of goods"))

    class Meta:
        ordering = ["day", "category_id"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "day", "category"], name="category_fact_day"),
            models.UniqueConstraint(
                fields=["merchant", "day"], condition=models.Q(category=None), name="category_fact_day_without"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} on {self.day}: {self.units}"


class DirtyDay(TenantModel):
    """A day whose figures are out of date since `marked_at`.

    The mark is taken away only if it is still the one that was there before the day was counted: a change that comes
    while the day is being counted moves `marked_at` and so keeps the day on the list.
    """

    day = models.DateField()
    marked_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["merchant", "day"], name="dirty_day")]

    def __str__(self) -> str:
        return f"{self.day}"
