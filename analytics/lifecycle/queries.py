"""Stages for lists and pages, and what is measured of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.merchants.models import Merchant
from analytics.engine.stock import ENDLESS
from analytics.facts.models import VariantFact
from analytics.lifecycle.models import LifecycleDecision, ProductStage
from analytics.lifecycle.rules import OUTCOME_DAYS
from analytics.product_figures import read_figures
from core.among import Among
from ecommerce.catalog.models import Product, Variant


def stage_list() -> QuerySet[ProductStage]:
    """Stages of what is not retired, with all that a row of the list shows."""
    rows = ProductStage.objects.exclude(product__state=Product.State.RETIRED)
    return rows.select_related("product__category", "product__merchant", "answered")


def stage_of(product: Product) -> ProductStage | None:
    """Where a product stands; None where nobody looked yet, and for one that is retired."""
    return stage_list().filter(product=product).first()


def search_stages(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By title of the product or SKU."""
    own = Variant.objects.filter(product=OuterRef("product_id"), sku__icontains=words)
    return rows.filter(Q(product__title__icontains=words) | Exists(own))


def decision_list() -> QuerySet[LifecycleDecision]:
    """Answers with what came of them, newest first."""
    return LifecycleDecision.objects.select_related("product", "outcome").order_by("-at", "-pk")


def figures_for_stages(merchant: Merchant) -> tuple[date, dict[int, tuple[dict[str, Any], float]]] | None:
    """The last known day, and of every product for sale the figures as rules.py names them and its sales of 90 days."""
    shop = read_figures(merchant)
    if shop is None:
        return None
    for_sale = set(Product.objects.filter(state__in=Product.FOR_SALE).values_list("pk", flat=True))
    told = {}
    for pk, one in shop.found.items():
        if pk not in for_sale:
            continue
        usual = shop.return_rate or 0.0
        rate = one.return_rate
        cover = one.cover
        if cover is None and one.available is not None:
            cover = ENDLESS if one.available > 0 else 0.0
        told[pk] = (
            {
                "age": one.age,
                "idle": (shop.until - one.last_sale).days if one.last_sale else one.age,
                "units": one.units,
                "units_before": one.units_before,
                "change": one.change,
                "against_shop": one.against_shop,
                "forecast_change": one.forecast_change,
                "margin": one.margin,
                "available": one.available,
                "cover": cover,
                "return_rate": rate,
                "return_times": rate / usual if rate is not None and usual > 0 else None,
                "rating": one.rating if one.reviews >= 3 else None,
                "reviews": one.reviews,
            },
            one.value,
        )
    return shop.until, told


def due_decisions(merchant: Merchant, until: date) -> list[LifecycleDecision]:
    """Accepted suggestions whose 60 days are over and that were not measured yet."""
    end = merchant.day_bounds(until - timedelta(days=OUTCOME_DAYS))[0]
    accepted = LifecycleDecision.objects.filter(answer=LifecycleDecision.Answer.ACCEPTED, outcome=None, at__lt=end)
    return list(accepted.select_related("product").order_by("pk")[:200])


def units_round(merchant: Merchant, decision: LifecycleDecision) -> tuple[float, float, int, float, float]:
    """Units before and after a decision of its product; how many are like it; their units before and after.

    Like it are the other products of the category for which nothing was accepted in these days.
    """
    day = merchant.day_of(decision.at)
    first, last = day - timedelta(days=OUTCOME_DAYS), day + timedelta(days=OUTCOME_DAYS)
    touched = LifecycleDecision.objects.filter(
        answer=LifecycleDecision.Answer.ACCEPTED,
        at__gte=merchant.day_bounds(first)[0],
        at__lt=merchant.day_bounds(last)[1],
    ).values("product_id")
    category = decision.product.category_id
    alike = Product.objects.none() if category is None else Product.objects.filter(category_id=category)
    peers = list(alike.exclude(pk=decision.product_id).exclude(pk__in=touched).values_list("pk", flat=True))
    own = _units([decision.product_id], first, day, last)
    others = _units(peers, first, day, last)
    return own[0], own[1], len(peers), others[0], others[1]


def _units(products: Sequence[int], first: date, day: date, last: date) -> tuple[float, float]:
    facts: Any = VariantFact.objects.filter(Among("variant__product_id", products), day__gte=first, day__lte=last)
    sums = facts.aggregate(before=Sum("units", filter=Q(day__lt=day)), after=Sum("units", filter=Q(day__gt=day)))
    return float(sums["before"] or 0), float(sums["after"] or 0)
