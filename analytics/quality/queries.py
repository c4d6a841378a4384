"""What a listing is judged by, read for many products at once; the scores for lists and pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.merchants.models import Merchant
from analytics.product_figures import ProductFigures, ShopFigures, read_figures
from analytics.quality.models import ListingQuality
from analytics.quality.rules import Listed
from core.among import Among
from ecommerce.catalog.models import Product, ProductImage, Variant
from ecommerce.catalog.queries import attributes_of
from ecommerce.questions.queries import Asked, asked_by_product


def quality_list() -> QuerySet[ListingQuality]:
    """Scores of what is not retired, with all that a row of the list shows."""
    rows = ListingQuality.objects.exclude(product__state=Product.State.RETIRED)
    return rows.select_related("product__category", "product__merchant")


def search_quality(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By title of the product or SKU."""
    own = Variant.objects.filter(product=OuterRef("product_id"), sku__icontains=words)
    return rows.filter(Q(product__title__icontains=words) | Exists(own))


def read_listings(merchant: Merchant, products: Sequence[int] | None = None) -> list[tuple[int, Listed, float]]:
    """(product id, what its listing is judged by, sales of 90 days) of all products that are not retired, or of some.

    The usual price is the median of the cheapest variants of the shop's own products of the same category.
    """
    chosen = Product.objects.exclude(state=Product.State.RETIRED).select_related("category")
    if products is not None:
        chosen = chosen.filter(Among("pk", products))
    rows = list(chosen.order_by("pk"))
    figures = read_figures(merchant, products)
    images = _images([row.pk for row in rows] if products is not None else None)
    wanted = attributes_of({row.category_id: row.category for row in rows if row.category_id}.values())
    asked_about = asked_by_product(timezone.now(), products)
    prices, usual = _prices({row.category_id for row in rows if row.category_id})
    listed = []
    for row in rows:
        asked = wanted.get(row.category_id or 0, [])
        needed = [one.code for one in asked if one.is_required]
        wished = [one.code for one in asked if not one.is_required]
        typical, peers = usual.get(row.category_id or 0, (None, 0))
        count, silent = images.get(row.pk, (0, 0))
        one = figures.found.get(row.pk) if figures else None
        questions = asked_about.get(row.pk, Asked())
        listed.append(
            (
                row.pk,
                Listed(
                    title=row.title,
                    brand=row.brand,
                    description=row.description,
                    images=count,
                    images_without_words=silent,
                    required=len(needed),
                    required_filled=sum(bool(row.attributes.get(code)) for code in needed),
                    optional=len(wished),
                    optional_filled=sum(bool(row.attributes.get(code)) for code in wished),
                    price=prices.get(row.pk),
                    usual_price=typical,
                    peers=peers,
                    questions=questions.count,
                    questions_late=questions.late,
                    **_sold(one, figures),
                ),
                one.value if one else 0.0,
            )
        )
    return listed


def _sold(one: ProductFigures | None, shop: ShopFigures | None) -> dict[str, Any]:
    if one is None or shop is None:
        return {}
    top = max(one.reasons.items(), key=lambda pair: (pair[1], pair[0]))[0] if one.reasons else ""
    return {
        "available": one.available,
        "cover": one.cover,
        "sold": one.units_180,
        "sold_90": one.units,
        "return_rate": one.return_rate,
        "shop_return_rate": shop.return_rate,
        "top_reason": top,
        "complaints": one.complaints_180,
        "rating": one.rating,
        "reviews": one.reviews,
    }


def _images(products: Sequence[int] | None) -> dict[int, tuple[int, int]]:
    rows: Any = ProductImage.objects.all() if products is None else ProductImage.objects.filter(
        Among("product_id", products)
    )  # fmt: skip
    counted = rows.order_by().values("product_id").annotate(n=Count("pk"), silent=Count("pk", filter=Q(alt="")))
    return {row["product_id"]: (row["n"], row["silent"]) for row in counted}


def _prices(categories: set[int]) -> tuple[dict[int, float], dict[int, tuple[float, int]]]:
    """The lowest price of each product of these categories; median and count of them by category."""
    rows: Any = Variant.objects.filter(Among("product__category_id", categories), is_active=True, price__gt=0)
    rows = rows.exclude(product__state=Product.State.RETIRED).order_by()
    prices, together = {}, defaultdict(list)
    for row in rows.values("product_id", "product__category_id").annotate(low=Min("price")):
        prices[row["product_id"]] = float(row["low"])
        together[row["product__category_id"]].append(float(row["low"]))
    return prices, {pk: (median(values), len(values)) for pk, values in together.items()}


def quality_of(product: Product) -> ListingQuality | None:
    return quality_list().filter(product=product).first()
