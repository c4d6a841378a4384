"""Words that a merchant puts on products, on one or on many."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tags import clean_tag
from ecommerce.catalog.events import ProductsTagged, ProductsUntagged, ProductTagged, ProductUntagged
from ecommerce.catalog.models import Product, ProductTag

MOST_TAGS = 30


@transaction.atomic
def tag_product(product: Product, tag: str, *, actor: Actor) -> bool:
    """Put a word on a product; the same word twice is one. Refuses the 31st. Returns whether it is new."""
    name = clean_tag(tag)
    if product.tags.count() >= MOST_TAGS and not product.tags.filter(name=name).exists():
        raise _too_many(product.title)
    if not ProductTag.objects.get_or_create(product=product, name=name)[1]:
        return False
    _touch([product.pk])
    record(ProductTagged(product_id=product.pk, tag=name), actor=actor, subject=product)
    return True


@transaction.atomic
def untag_product(product: Product, tag: str, *, actor: Actor) -> None:
    """Take a word off a product."""
    if ProductTag.objects.filter(product=product, name=tag).delete()[0]:
        _touch([product.pk])
        record(ProductUntagged(product_id=product.pk, tag=tag), actor=actor, subject=product)


@transaction.atomic
def tag_products(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Put a word on these products. By product why it was not put on, or None; and the id of the fact that tells it."""
    name = clean_tag(tag)
    found = _locked(ids)
    has = set(ProductTag.objects.filter(product__in=found, name=name).values_list("product_id", flat=True))
    counted = ProductTag.objects.filter(product__in=found).order_by().values("product").annotate(n=Count("pk"))
    full = {row["product"] for row in counted if row["n"] >= MOST_TAGS}
    results: dict[int, Refused | None] = {}
    for pk, title in found.items():
        if pk in has:
            results[pk] = Refused("tagged_already", _("“%(product)s” has the tag already.") % {"product": title})
        else:
            results[pk] = _too_many(title) if pk in full else None
    good = [pk for pk, refusal in results.items() if refusal is None]
    if not good:
        return results, None
    ProductTag.objects.bulk_create([ProductTag(product_id=pk, name=name) for pk in good])
    _touch(good)
    return results, record(ProductsTagged(product_ids=good, count=len(good), tag=name), actor=actor).pk


@transaction.atomic
def untag_products(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Take a word off these products; answers as tag_products()."""
    found = _locked(ids)
    has = set(ProductTag.objects.filter(product__in=found, name=tag).values_list("product_id", flat=True))
    missing = _("“%(product)s” does not have the tag.")
    results = {
        pk: None if pk in has else Refused("not_tagged", missing % {"product": title}) for pk, title in found.items()
    }
    if not has:
        return results, None
    ProductTag.objects.filter(product__in=has, name=tag).delete()
    _touch(sorted(has))
    return results, record(ProductsUntagged(product_ids=sorted(has), count=len(has), tag=tag), actor=actor).pk


def _locked(ids: list[int]) -> dict[int, str]:
    rows = Product.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return dict(rows.values_list("pk", "title"))


def _touch(ids: list[int]) -> None:
    Product.objects.filter(pk__in=ids).update(updated_at=timezone.now())


def _too_many(title: str) -> Refused:
    return Refused("too_many_tags", _("“%(product)s” has 30 tags already. Take one off first.") % {"product": title})
