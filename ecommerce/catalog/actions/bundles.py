"""What a bundle is made of."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.events import BundleChanged
from ecommerce.catalog.models import BundlePart, Variant

MOST_PARTS = 20
MOST_UNITS = 1000


@transaction.atomic
def set_parts(variant: Variant, parts: Mapping[int, int], *, actor: Actor) -> Variant:
    """Make a variant a bundle of these parts (variant id -> units in each bundle), or with none a plain one again.

    Refuses a part that is the bundle itself or a bundle, a variant that has stock of its own or stands in a bundle,
    and a change while open orders hold units of it: they were promised other parts.
    """
    ids = sorted({variant.pk, *parts})
    locked = {one.pk: one for one in Variant.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")}
    stored = locked[variant.pk]
    missing = set(parts) - set(locked)
    if missing:
        raise _refuse("unknown_part", _("There is no such variant."))
    if variant.pk in parts or any(locked[pk].is_bundle for pk in parts):
        raise _refuse("nested", _("A bundle cannot be a part of a bundle. Name its parts instead."))
    if len(parts) > MOST_PARTS:
        raise _refuse("too_many_parts", _("A bundle has at most 20 parts."))
    if any(not 1 <= units <= MOST_UNITS for units in parts.values()):
        raise _refuse("bad_units", _("Of every part a bundle holds 1 to 1,000 units."))
    if parts and stored.in_bundles.exists():
        raise _refuse("is_part", _("%(sku)s is a part of a bundle itself.") % {"sku": stored.sku})
    if parts and not stored.is_bundle and Variant.objects.filter(pk=stored.pk, stock_levels__isnull=False).exists():
        raise _refuse(
            "has_stock", _("%(sku)s has stock of its own. Make a new variant for the bundle.") % {"sku": stored.sku}
        )
    before = dict(stored.parts.values_list("part_id", "quantity"))
    if before == dict(parts):
        return stored
    if stored.is_bundle and Variant.objects.filter(pk=stored.pk, order_lines__reserved_quantity__gt=0).exists():
        raise _refuse("promised", _("Open orders hold units of this bundle. Ship or cancel them first."))
    stored.parts.all().delete()
    BundlePart.objects.bulk_create(
        [BundlePart(bundle=stored, part_id=pk, quantity=units) for pk, units in sorted(parts.items())]
    )
    Variant.objects.filter(pk=stored.pk).update(is_bundle=bool(parts))
    stored.is_bundle = variant.is_bundle = bool(parts)
    record(
        BundleChanged(variant_id=stored.pk, product_id=stored.product_id, parts=len(parts)),
        actor=actor,
        subject=stored,
        changes={"parts": (_told(before), _told(parts))},
    )
    return stored


def _told(parts: Mapping[int, int]) -> str:
    return ", ".join(f"{units} x {pk}" for pk, units in sorted(parts.items()))


def _refuse(code: str, message: str) -> Refused:
    return Refused(code, message, parts=message)
