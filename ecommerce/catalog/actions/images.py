"""Pictures of products."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.photos import drop_photo, read_photo, store_photo
from ecommerce.catalog.events import ProductChanged
from ecommerce.catalog.models import Product, ProductImage

MOST_IMAGES = 20


@transaction.atomic
def add_image(
    product: Product, *, file: tuple[str, bytes] | None = None, url: str = "", alt: str = "", actor: Actor
) -> ProductImage:
    """One more picture at the end: a file (name and bytes), or the address of one that lies elsewhere.

    Refuses more than 20, both or neither of the two, an address that is not http(s), and files that are no pictures.
    """
    Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    if (file is None) == (not url):
        message = _("Choose a file or enter an address, one of the two.")
        raise Refused("file_or_address", message, file=message)
    if url and not url.startswith(("https://", "http://")):
        message = _("Enter an address that begins with https://.")
        raise Refused("bad_address", message, url=message)
    known = ProductImage.objects.filter(product=product)
    if known.count() >= MOST_IMAGES:
        message = _("A product has at most 20 pictures. Take one away first.")
        raise Refused("too_many_images", message, file=message)
    last = known.aggregate(last=Max("position"))["last"]
    image = ProductImage(product=product, url=url, alt=alt.strip()[:200], position=0 if last is None else last + 1)
    if file is not None:
        photo = read_photo(*file, field="file")
        image.stored_as, image.size = store_photo(f"products/{product.merchant_id}", photo), len(photo.data)
    try:
        image.save()
        record(ProductChanged(product_id=product.pk, fields=["images"]), actor=actor, subject=product)
    except BaseException:
        _forget(image.stored_as)
        raise
    return image


@transaction.atomic
def remove_image(image: ProductImage, *, actor: Actor) -> None:
    """Take a picture away; its file goes once that is certain."""
    product, stored_as = image.product, image.stored_as
    if not ProductImage.objects.filter(pk=image.pk).delete()[0]:
        return
    transaction.on_commit(partial(_forget, stored_as))
    record(ProductChanged(product_id=product.pk, fields=["images"]), actor=actor, subject=product)


def _forget(stored_as: str) -> None:
    if stored_as:
        drop_photo(stored_as)
