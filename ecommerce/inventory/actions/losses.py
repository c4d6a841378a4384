"""Units that came back from a customer and are not fit to be sold."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions.levels import ByVariant, change_level, take_back, told
from ecommerce.inventory.bundles import counted_parts
from ecommerce.inventory.models import StockMove, Warehouse


@transaction.atomic
def write_off_returned(
    variant: Variant,
    quantity: int,
    *,
    warehouse: Warehouse | None = None,
    lots: ByVariant | None = None,
    reference: str,
    note: str = "",
    actor: Actor,
) -> None:
    """Book units in as returned and out again as damaged, so that the ledger tells what became of them.

    Nobody can buy them in between, and the stock is what it was; so it is of the `lots` they are of. Does nothing
    where the variant is not counted.
    """
    if variant.is_bundle:
        for one in counted_parts(variant):
            units = quantity * one.quantity
            write_off_returned(
                one.part, units, warehouse=warehouse, lots=lots, reference=reference, note=note, actor=actor
            )
        return
    level = take_back(variant, quantity, warehouse=warehouse, lots=lots, reference=reference, note=note, actor=actor)
    if level is None:
        return
    reason = StockMove.Reason.DAMAGE
    own = (lots or {}).get(variant.pk, {})
    if not change_level(level, -quantity, reason=reason, reference=reference, note=note, actor=actor, lots=own):
        raise Refused("changed_meanwhile", _("The stock changed meanwhile. Look at it again and repeat."), status=409)
    told(level, -quantity, reason, actor)
