"""What a fact is about, as rows of the shop."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.restock.models import StockWarning
from core.errors import Refused
from ecommerce.catalog.models import Product, Variant
from notifications.playbooks.steps.base import Context

VARIANTS = ("variant_id", "product_id", "first_warning_id")
MOST_VARIANTS = 200


def variants_of(context: Context) -> list[Variant]:
    """The variants a fact is about: one, those of a product, or those of a night's warnings. Refuses where none is."""
    payload = context.activity.payload
    rows = Variant.objects.select_related("product").filter(is_active=True)
    if payload.get("variant_id"):
        rows = rows.filter(pk=payload["variant_id"])
    elif payload.get("first_warning_id"):
        warnings = StockWarning.objects.filter(pk__range=(payload["first_warning_id"], payload["last_warning_id"]))
        rows = rows.filter(pk__in=warnings.values("variant"))
    else:
        rows = rows.filter(product=context.thing("product_id"))
    found = list(rows.order_by("pk")[:MOST_VARIANTS])
    if not found:
        raise Refused("no_variant", _("What the fact is about is not on sale any more."))
    return found


def product_of(context: Context) -> Product:
    """The product a fact is about. Refuses where it names none, or one that is gone."""
    payload = context.activity.payload
    if payload.get("variant_id"):
        found = Product.objects.filter(variants=payload["variant_id"]).first()
    else:
        found = Product.objects.filter(pk=context.thing("product_id")).first()
    if found is None:
        raise Refused("no_product", _("The product of this fact is gone."))
    return found
