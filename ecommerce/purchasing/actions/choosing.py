"""Whom a variant is bought from: decided once for all orders to come, changed, and taken back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.purchasing.events import SupplierChoiceEnded, SupplierChosen
from ecommerce.purchasing.models import Supplier, SupplierChoice
from ecommerce.purchasing.queries import prices_on


@transaction.atomic
def choose_supplier(variant: Variant, supplier: Supplier, *, reason: str, actor: Actor) -> SupplierChoice:
    """From now on the variant is bought from this supplier, for a reason; an earlier choice gives way.

    Refuses a supplier who is archived or has no price for it today ("not_offered"), and no reason. The same again says
    nothing.
    """
    why = reason.strip()[:200]
    if not why:
        message = _("Write the reason.")
        raise Refused("no_reason", message, reason=message)
    today = Merchant.objects.in_scope().today()
    offered = prices_on(today).filter(variant=variant, supplier=supplier, supplier__archived_at=None)
    if not offered.exists():
        message = _("%(name)s has no price for %(sku)s today.") % {"name": supplier.name, "sku": variant.sku}
        raise Refused("not_offered", message, supplier=message)
    Variant.objects.select_for_update(of=("self",)).get(pk=variant.pk)  # of two choices at once the later one counts
    known = SupplierChoice.objects.filter(variant=variant).first()
    if known is not None and (known.supplier_id, known.reason) == (supplier.pk, why):
        return known
    values: dict[str, Any] = {"reason": why, "actor_label": actor.label[:150], "at": timezone.now()}
    choice, _new = SupplierChoice.objects.update_or_create(variant=variant, defaults={"supplier": supplier, **values})
    before = known.supplier_id if known is not None else None
    event = SupplierChosen(**_facts(variant, supplier), reason=why)
    record(event, actor=actor, subject=variant, changes={"supplier_id": (before, supplier.pk)})
    return choice


@transaction.atomic
def take_choice_back(variant: Variant, *, actor: Actor) -> None:
    """The variant is bought from whoever is best again; says nothing where nobody was chosen."""
    _end(SupplierChoice.objects.filter(variant=variant), "taken_back", actor)


def end_choices_of(supplier: Supplier, *, why: str, actor: Actor, variant: Variant | None = None) -> None:
    """The supplier sells the variant no more, or nothing: whoever chose them for it did so for another time."""
    rows = SupplierChoice.objects.filter(supplier=supplier)
    _end(rows if variant is None else rows.filter(variant=variant), why, actor)


def _end(choices: Any, why: str, actor: Actor) -> None:
    for choice in choices.select_related("variant", "supplier").order_by("pk"):
        if SupplierChoice.objects.filter(pk=choice.pk).delete()[0]:
            event = SupplierChoiceEnded(**_facts(choice.variant, choice.supplier), why=why)
            record(event, actor=actor, subject=choice.variant, changes={"supplier_id": (choice.supplier_id, None)})


def _facts(variant: Variant, supplier: Supplier) -> dict[str, Any]:
    return {"variant_id": variant.pk, "sku": variant.sku, "supplier_id": supplier.pk, "supplier": supplier.name}
