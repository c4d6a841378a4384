"""Reading promotions, and what a plan is made from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from analytics.demand.models import DemandTerms
from analytics.facts.models import DailyFact
from analytics.promotions.models import Promotion, PromotionDraft, PromotionReport
from analytics.promotions.rules import AFTER_WEEKS, WEEK, Range, digest_of
from ecommerce.catalog.models import Category, Product, Variant
from ecommerce.inventory.models import StockLevel

USUAL_DAYS = 28
PAST_LEAST = 3
PAST_MOST = 60
DRAFTS_SHOWN = 8
SEALED = ("kind", "title", "category_id", "first_day", "last_day", "depth", "variants", "promise")
REPORTED = ("units", "expected", "extra_low", "extra", "extra_high", "discount", "figures")


def promotion_list() -> QuerySet[Promotion]:
    """Promotions with all that a row of their list shows."""
    return Promotion.objects.select_related("merchant", "category", "report")


def open_drafts(today: date) -> list[PromotionDraft]:
    """The newest drafts that nobody has adopted and whose days have not begun, without their forecasts."""
    rows = PromotionDraft.objects.select_related("merchant").defer("promise", "variants")
    return list(rows.filter(promotion=None, first_day__gt=today)[:DRAFTS_SHOWN])


def plan_digest(promotion: Promotion) -> str:
    return digest_of({name: getattr(promotion, name) for name in SEALED})


def is_unaltered(promotion: Promotion) -> bool:
    """Whether promise and report are what was written."""
    report = promotion.report_or_none
    whole = plan_digest(promotion) == promotion.digest
    return whole and (report is None or report_digest(report) == report.digest)


def report_digest(report: Any) -> str:
    return digest_of({name: getattr(report, name) for name in REPORTED})


def due_plans(known_until: date) -> QuerySet[Promotion]:
    """Planned promotions whose aftermath is over and known, and which nobody has reported on."""
    last = known_until - timedelta(days=WEEK * AFTER_WEEKS)
    return Promotion.objects.planned().unreported().filter(last_day__lte=last).order_by("last_day", "pk")


def past_losses(name: str, categories: set[int]) -> list[tuple[Range, Range]]:
    """What promotions with a clear uplift lost in `figures[name]`, and the extra units it is a part of, newest first.

    Those of the categories where they are PAST_LEAST at least, else those of the whole shop.
    """
    rows = PromotionReport.objects.filter(extra_low__gt=0).order_by("-promotion__first_day", "-pk")
    columns = ("promotion__category_id", "extra_low", "extra", "extra_high", "figures")
    found = [
        (category, _range_of(figures[name]), (low, middle, high))
        for category, low, middle, high, figures in rows.values_list(*columns)[:PAST_MOST]
        if figures.get(name)
    ]
    alike = [one for one in found if one[0] in categories]
    return [one[1:] for one in (alike if len(alike) >= PAST_LEAST else found)]


def _range_of(said: dict[str, float]) -> Range:
    return said["low"], said["middle"], said["high"]


def costs_of(variants: list[int]) -> dict[int, float]:
    """What a unit costs the shop, of variants for which that is known."""
    rows = Variant.objects.filter(pk__in=variants, cost__isnull=False).values_list("pk", "cost")
    return {pk: float(cost) for pk, cost in rows}


def categories_for_sale() -> QuerySet[Category]:
    """Categories in which the shop has something for sale."""
    offered = Product.objects.filter(state__in=Product.FOR_SALE, category__isnull=False).values("category_id")
    return Category.objects.filter(pk__in=offered).order_by("name", "pk")


def variants_for_sale(category: Category | None, skus: list[str]) -> QuerySet[Variant]:
    """What is for sale of a category, or what bears one of the SKUs."""
    rows: QuerySet[Variant] = Variant.objects.filter(is_active=True, product__state__in=Product.FOR_SALE)
    rows = rows.filter(sku__in=skus) if skus else rows.filter(product__category=category)
    return rows.order_by("pk")


def free_stock(variants: list[int]) -> dict[int, int]:
    """Units on the shelf that no order holds, by variant; those never counted are left out."""
    rows = StockLevel.objects.filter(variant_id__in=variants).order_by().values("variant_id")
    counted = rows.annotate(on_hand_sum=Sum("on_hand"), reserved_sum=Sum("reserved"))
    return {row["variant_id"]: row["on_hand_sum"] - row["reserved_sum"] for row in counted}


def lead_days() -> int:
    """Days until a delivery, as the shop orders."""
    terms = DemandTerms.objects.filter(variant=None).first()
    return (terms or DemandTerms()).lead_days


def usual_days(known_until: date) -> tuple[float, float]:
    """Orders of an average day lately, and the units of an order."""
    rows = DailyFact.objects.filter(day__gt=known_until - timedelta(days=USUAL_DAYS), day__lte=known_until)
    sums = rows.aggregate(orders_sum=Sum("orders", default=0), units_sum=Sum("units", default=0))
    orders = sums["orders_sum"]
    return orders / USUAL_DAYS, (sums["units_sum"] / orders if orders else 1.0)


def names_of(variants: list[int]) -> dict[int, Variant]:
    return {one.pk: one for one in Variant.objects.filter(pk__in=variants).select_related("product")}
