"""The one way a price changes: the variant's column and its history in one step, with who, why and from when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.bulk import bulk_insert
from core.errors import Refused
from ecommerce.catalog.events import PriceChanged
from ecommerce.catalog.models import PriceChange, Product, Variant
from ecommerce.catalog.rules import clean_price

SOURCES = {"token": PriceChange.Source.API, "user": PriceChange.Source.PAGE}


def first_prices(
    variants: Iterable[Variant], *, actor: Actor, source: str = PriceChange.Source.START, at: datetime | None = None
) -> None:
    """The first row of the price history of new variants, from `at` on (now if not given)."""
    now = at or timezone.now()
    bulk_insert(
        PriceChange(
            merchant_id=variant.merchant_id,
            variant=variant,
            price=variant.price,
            at=now,
            source=source,
            actor_label=actor.label[:150],
        )
        for variant in variants
    )


@transaction.atomic
def change_price(variant: Variant, *, price: Decimal, reason: str = "", source: str = "", actor: Actor) -> PriceChange:
    """Set a new price from now on. Refuses the price it has, and 409 when somebody else set one meanwhile.

    `source` says by what way it came; without it that follows from who does it.
    """
    new = clean_price(price)
    stored = Variant.objects.select_for_update(of=("self",)).select_related("product").get(pk=variant.pk)
    if stored.price == new:
        message = _("The price is already %(price)s.") % {"price": new}
        raise Refused("no_change", message, price=message)
    now = timezone.now()
    if not Variant.objects.filter(pk=stored.pk, price=stored.price).update(price=new, updated_at=now):
        message = _("Somebody else changed the price meanwhile. Look at it again and repeat.")
        raise Refused("changed_meanwhile", message, status=409)
    change = PriceChange.objects.create(
        variant=stored,
        price=new,
        old=stored.price,
        at=now,
        reason=reason[:120],
        source=source or SOURCES.get(actor.kind, PriceChange.Source.SYSTEM),
        actor_label=actor.label[:150],
    )
    Product.objects.filter(pk=stored.product_id).update(updated_at=now)
    record(
        PriceChanged(variant_id=stored.pk, product_id=stored.product_id, old=str(stored.price), new=str(new)),
        actor=actor,
        subject=stored,
        changes={"price": (stored.price, new)},
    )
    variant.price = new
    return change
