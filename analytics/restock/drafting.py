"""Drafting the purchase orders that the demand forecast asks for."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from analytics.restock.proposals import proposal
from core.actors import Actor
from core.errors import Refused
from core.tenancy import current_tenant_id
from ecommerce.inventory.actions import default_warehouse
from ecommerce.purchasing.actions import draft_order
from ecommerce.purchasing.models import PurchaseOrder
from ecommerce.purchasing.rules import MOST_LINES, LineIn


@transaction.atomic
def draft_what_is_needed(*, actor: Actor) -> list[PurchaseOrder]:
    """One draft for each supplier, or more where it has too many lines; nothing is sent.

    The merchant's row is the lock: of two people who ask at once, the second finds the drafts of the first. Refuses
    with "nothing_to_order" where nothing can be ordered from anybody.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    found = proposal(merchant.today(), merchant.currency)
    if not found.groups:
        raise Refused("nothing_to_order", _("There is nothing that can be ordered from a supplier now."))
    place = default_warehouse()
    drafts = []
    for group in found.groups:
        lines = [LineIn(row.variant.sku, row.units, row.price) for row in group.rows]
        for first in range(0, len(lines), MOST_LINES):
            drafts.append(draft_order(group.supplier, place, lines[first : first + MOST_LINES], actor=actor))
    return drafts
