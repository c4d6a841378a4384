"""Words that a merchant puts on products, on one or on many."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tags import Tagging, clean_tag
from ecommerce.catalog.events import ProductsTagged, ProductsUntagged, ProductTagged, ProductUntagged
from ecommerce.catalog.models import Product, ProductTag

TAGS = Tagging(
    Product,
    ProductTag,
    "product",
    "title",
    already=lambda title: _("“%(product)s” has the tag already.") % {"product": title},
    missing=lambda title: _("“%(product)s” does not have the tag.") % {"product": title},
    full=lambda title: _("“%(product)s” has 30 tags already. Take one off first.") % {"product": title},
)


@transaction.atomic
def tag_product(product: Product, tag: str, *, actor: Actor) -> bool:
    """Put a word on a product; the same word twice is one. Refuses the 31st. Returns whether it is new."""
    name = clean_tag(tag)
    if not TAGS.put(product, name):
        return False
    record(ProductTagged(product_id=product.pk, tag=name), actor=actor, subject=product)
    return True


@transaction.atomic
def untag_product(product: Product, tag: str, *, actor: Actor) -> None:
    """Take a word off a product."""
    if TAGS.take(product, tag):
        record(ProductUntagged(product_id=product.pk, tag=tag), actor=actor, subject=product)


@transaction.atomic
def tag_products(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Put a word on these products. By product why it was not put on, or None; and the id of the fact that tells it."""
    name = clean_tag(tag)
    results, good = TAGS.put_on(ids, name)
    if not good:
        return results, None
    return results, record(ProductsTagged(product_ids=good, count=len(good), tag=name), actor=actor).pk


@transaction.atomic
def untag_products(ids: list[int], tag: str, *, actor: Actor) -> tuple[dict[int, Refused | None], int | None]:
    """Take a word off these products; answers as tag_products()."""
    results, good = TAGS.take_off(ids, tag)
    if not good:
        return results, None
    return results, record(ProductsUntagged(product_ids=good, count=len(good), tag=tag), actor=actor).pk
