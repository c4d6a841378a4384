"""Which lots went out with which line, and which of them come back."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F

from ecommerce.inventory.bundles import units_needed
from ecommerce.orders.models import LineLot, OrderLine


def keep_lots(line: OrderLine, lots: Mapping[int, int]) -> None:
    """Write down units by lot that left for a line of an order the caller has locked. Costs nothing without any."""
    for lot, units in lots.items():
        kept, is_new = LineLot.objects.get_or_create(line=line, lot_id=lot, defaults={"units": units})
        if not is_new:
            LineLot.objects.filter(pk=kept.pk).update(units=F("units") + units)


def lots_back(line: OrderLine, units: int) -> dict[int, dict[int, int]]:
    """Take up to `units` of a line that come back as units of the lots they left as: by variant, units by lot.

    Nobody reads the lot off what comes back, so those that left first are taken to be first. Each unit comes back once.
    """
    left = list(LineLot.objects.filter(line=line, units__gt=F("returned")).select_related("lot").order_by("pk"))
    if not left or line.variant is None:
        return {}
    (needed,) = units_needed([(line.variant, units)])
    found: dict[int, dict[int, int]] = {}
    for one in left:
        part = min(one.units - one.returned, needed.get(one.lot.variant_id, 0))
        back = LineLot.objects.filter(pk=one.pk, units__gte=F("returned") + part)
        if part > 0 and back.update(returned=F("returned") + part):
            needed[one.lot.variant_id] -= part
            found.setdefault(one.lot.variant_id, {})[one.lot_id] = part
    return found
