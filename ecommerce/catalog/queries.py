"""What is for sale, with what lists and pages show of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from core.filters import Choices
from core.money import money_field
from core.namesearch import Either, NameSearch
from core.statements import once_a_shop
from core.tags import Joined
from core.tenancy import current_tenant_id
from ecommerce.catalog.models import Category, CategoryAttribute, GridEdit, PriceChange, Product, ProductTag, Variant
from ecommerce.catalog.rules import PriorPrice, prior_price, same_sku

NOTHING = Value(0, money_field())
TITLES = NameSearch("ecommerce_product", "title")
BRANDS = NameSearch("ecommerce_product", "brand")
SKUS = NameSearch("ecommerce_variant", "sku")
WITH_BARCODE = "SELECT product_id FROM ecommerce_variant WHERE merchant_id = %s AND barcode = %s AND NOT (barcode = '')"


@once_a_shop
def product_list() -> QuerySet[Product]:
    """Products with `variant_count`, `price_low`, `price_high`, `first_sku` and `stock` (units free to sell).

    `stock` is 0 for what was never counted, which `is_counted` tells apart. Stock is reached through the relations of
    the variant, as the features that keep it lie above this one. `tag_names` are its tags as one text (core.tags).
    """
    variants = Variant.objects.filter(product=OuterRef("pk")).order_by().values("product")
    counted = variants.filter(stock_levels__isnull=False)
    free = counted.annotate(n=Sum(F("stock_levels__on_hand") - F("stock_levels__reserved")))
    return Product.objects.select_related("category").annotate(
        variant_count=Coalesce(Subquery(variants.annotate(n=Count("pk")).values("n"), IntegerField()), 0),
        price_low=Coalesce(_price(variants, Min), NOTHING),
        price_high=Coalesce(_price(variants, Max), NOTHING),
        first_sku=Subquery(variants.annotate(first=Min("sku")).values("first")),
        stock=Coalesce(Subquery(free.values("n"), IntegerField()), 0),
        # not Exists(): PostgreSQL would look up every variant of the shop at once to know it of the rows of a page
        tag_names=Subquery(
            ProductTag.objects.filter(product=OuterRef("pk"))
            .order_by()
            .values("product")
            .annotate(n=Joined("name"))
            .values("n")
        ),
        is_counted=IsNull(Subquery(free.values("n"), IntegerField()), False),
    )


def _price(variants: QuerySet[Any], edge: type[Min] | type[Max]) -> Any:
    return Subquery(variants.annotate(price_edge=edge("price")).values("price_edge"), money_field())


def sold_out(products: QuerySet[Any]) -> QuerySet[Any]:
    """Products on sale of which nothing is left, among those that are counted."""
    counted = Variant.objects.filter(stock_levels__isnull=False).order_by().values("product")
    gone = counted.annotate(n=Sum(F("stock_levels__on_hand") - F("stock_levels__reserved"))).filter(n__lte=0)
    return products.filter(state__in=Product.FOR_SALE, pk__in=gone.values("product"))


def found_products(words: str) -> Either | Q:
    """The products with the words in the title, the brand or a SKU, or as a barcode.

    By index, but for a single sign, which stands in too many titles for an index to help.
    """
    if len(words) < 2:
        variants = Variant.objects.filter(product=OuterRef("pk")).filter(Q(sku__icontains=words) | Q(barcode=words))
        return Q(title__icontains=words) | Q(brand__icontains=words) | Q(Exists(variants))
    merchant, vendor = current_tenant_id(), connection.vendor
    skus, given = SKUS.by_name(words, merchant, vendor)
    return Either(
        [
            TITLES.by_name(words, merchant, vendor),
            BRANDS.by_name(words, merchant, vendor),
            (f"SELECT product_id FROM ecommerce_variant WHERE id IN ({skus})", given),  # noqa: S608 - parameters
            (WITH_BARCODE, [merchant, words]),
        ]
    )


def product_details() -> QuerySet[Product]:
    """Products with their category, variants, pictures and tags, for a page or an answer of the API."""
    return Product.objects.select_related("category", "merchant").prefetch_related(
        Prefetch("variants", Variant.objects.order_by("sku", "pk")), "images", "tags"
    )


def tag_names(limit: int = 200) -> list[str]:
    """Tags in use on the merchant's products, in order."""
    return list(ProductTag.objects.order_by("name").values_list("name", flat=True).distinct()[:limit])


def variant_list() -> QuerySet[Variant]:
    """Variants with their product."""
    return Variant.objects.select_related("product__category")


def price_changes() -> QuerySet[PriceChange]:
    """Every price that was ever set, with its variant and product."""
    return PriceChange.objects.select_related("variant__product__merchant")


def search_price_changes(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU, by the reason, or by who set the price."""
    return rows.filter(Q(variant__sku__iexact=words) | Q(reason__icontains=words) | Q(actor_label__icontains=words))


def price_history(variants: Iterable[Variant], *, limit: int = 200) -> list[PriceChange]:
    """The newest price changes of some variants, newest first."""
    changes = PriceChange.objects.filter(variant__in=list(variants)).select_related("variant")
    return list(changes.order_by("-at", "-pk")[:limit])


def grid_variants(products: QuerySet[Any], *, most: int) -> list[Variant]:
    """The variants of products with their product, by title and SKU; one more than `most` where there are more."""
    chosen = products.order_by().values("pk")
    rows = Variant.objects.filter(product__in=chosen).select_related("product__category")
    return list(rows.order_by("product__title", "product_id", "sku", "pk")[: most + 1])


def attributes_of(categories: Iterable[Category | None]) -> dict[int, list[CategoryAttribute]]:
    """What is to be said of products of these categories, by category id: own attributes and those from above.

    Of two of the same code the one of the deeper category counts.
    """
    wanted = {one.pk: one.path for one in categories if one is not None}
    if not wanted:
        return {}
    paths = {path[:end] for path in wanted.values() for end in _ends(path)}
    found = list(CategoryAttribute.objects.filter(category__path__in=paths).select_related("category"))
    found.sort(key=lambda one: one.category.path)
    named = {}
    for pk, path in wanted.items():
        own = {one.code: one for one in found if f"{path}/".startswith(f"{one.category.path}/")}
        named[pk] = sorted(own.values(), key=lambda one: (one.position, one.pk))
    return named


def _ends(path: str) -> list[int]:
    return [at for at, sign in enumerate(path) if sign == "/"] + [len(path)]


def grid_edits() -> QuerySet[GridEdit]:
    """What was saved in the grid, newest first."""
    return GridEdit.objects.order_by("-made_at", "-pk")


def prior_prices(variants: Iterable[Variant], now: datetime) -> dict[int, PriorPrice]:
    """The lowest earlier price of variants that a reduction has to name (rules.prior_price), by their id: one query."""
    histories: dict[int, list[tuple[datetime, Decimal]]] = defaultdict(list)
    changes = PriceChange.objects.filter(variant__in=list(variants)).order_by("at", "pk")
    for pk, at, price in changes.values_list("variant_id", "at", "price"):
        histories[pk].append((at, price))
    found = {pk: prior_price(history, now) for pk, history in histories.items()}
    return {pk: prior for pk, prior in found.items() if prior is not None}


# Code and indented name of every category, in the order of the tree.
category_choices = Choices(
    lambda: Category.objects.order_by("path"),
    lambda category: (category.code, "\u2003" * category.depth + category.label),
)


def taken_skus(skus: Iterable[str], *, except_for: Sequence[int] = ()) -> set[str]:
    """Those of the SKUs that variants of the merchant have already; case does not count."""
    wanted = {sku: {sku, same_sku(sku), sku.upper(), sku.lower()} for sku in skus}
    alike = Q(sku__in=set().union(*wanted.values()))
    for sku in wanted:
        alike |= Q(sku__iexact=sku)
    if not wanted:
        return set()
    found = Variant.objects.filter(alike).exclude(pk__in=except_for).values_list("sku", flat=True)
    known = {same_sku(sku) for sku in found}
    return {sku for sku in wanted if same_sku(sku) in known}


def within_category(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Rows with a `category` that is the one of this code or lies below it; none where there is no such category."""
    category = Category.objects.filter(code=code).first()
    if category is None:
        return rows.none()
    return rows.filter(Q(category=category) | Q(category__path__startswith=f"{category.path}/"))


def within_product_category(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Rows with a `product` whose category is the one of this code or lies below it."""
    category = Category.objects.filter(code=code).first()
    if category is None:
        return rows.none()
    inside = Q(product__category__path__startswith=f"{category.path}/")
    return rows.filter(Q(product__category=category) | inside)
