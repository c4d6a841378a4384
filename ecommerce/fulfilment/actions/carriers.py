"""The carriers of a shop, and which parcels are theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import SYSTEM, Actor
from core.errors import Refused
from ecommerce.fulfilment.events import CarrierSaved
from ecommerce.fulfilment.models import Carrier, CarrierService, Shipment
from ecommerce.fulfilment.queries import carrier_keys
from ecommerce.fulfilment.rules import carrier_key

BATCH = 1000
SEEN_OFTEN = 5  # parcels under a name nobody knows, after which it is taken for a carrier rather than a slip


@transaction.atomic
def save_carrier(
    carrier: Carrier | None = None,
    *,
    name: str,
    code: str = "",
    aliases: Sequence[str] = (),
    parcel_cost: Decimal | None = None,
    is_active: bool = True,
    services: Sequence[tuple[str, str, int]] | None = None,
    actor: Actor,
) -> Carrier:
    """Add a carrier, or change one. `services` are (service, region, promised days); None leaves them as they are.

    Refuses a name that another carrier of the shop goes by. Parcels sent under its names are linked by link_parcels().
    """
    name, others = name.strip()[:60], [text.strip()[:60] for text in aliases if text.strip()]
    keys = sorted({key for key in map(carrier_key, [name, code, *others]) if key})
    taken = carrier_keys()
    for key in keys:
        owner = taken.get(key)
        if owner is not None and (carrier is None or owner.pk != carrier.pk):
            sentence = _("%(carrier)s goes by this name already.") % {"carrier": owner}
            raise Refused("carrier_exists", sentence, name=sentence)
    if not keys:
        sentence = _("A name needs a letter or a digit.")
        raise Refused("name_empty", sentence, name=sentence)
    is_new = carrier is None
    carrier = carrier or Carrier()
    carrier.name, carrier.code, carrier.aliases, carrier.keys = name, code.strip()[:20], others[:20], keys
    carrier.parcel_cost, carrier.is_active = parcel_cost, is_active
    try:
        with transaction.atomic():
            carrier.save()
    except IntegrityError as error:
        sentence = _("%(carrier)s goes by this name already.") % {"carrier": name}
        raise Refused("carrier_exists", sentence, name=sentence) from error
    if services is not None:
        CarrierService.objects.filter(carrier=carrier).delete()
        CarrierService.objects.bulk_create(
            [CarrierService(carrier=carrier, name=one, region=region, days=days) for one, region, days in services]
        )
    record(CarrierSaved(carrier_id=carrier.pk, name=carrier.name, is_new=is_new), actor=actor, subject=carrier)
    return carrier


def link_parcels(*, actor: Actor = SYSTEM) -> int:
    """Link parcels to the carriers they were sent with, by name; returns how many.

    A name that nobody knows becomes a carrier once SEEN_OFTEN parcels bear it. Batch by batch, each a transaction of
    its own, so it may be stopped at any time and goes on where it was; safe to run again.
    """
    texts = Counter(
        Shipment.objects.filter(carried_by=None).exclude(carrier="").order_by().values_list("carrier", flat=True)
        .iterator(chunk_size=5000)
    )  # fmt: skip
    groups: dict[str, Counter[str]] = {}
    for text, count in texts.items():
        if key := carrier_key(text):
            groups.setdefault(key, Counter())[text] += count
    linked = 0
    known = carrier_keys()
    for key, spellings in groups.items():
        carrier = known.get(key)
        if carrier is None and spellings.total() >= SEEN_OFTEN:
            carrier = save_carrier(name=spellings.most_common(1)[0][0], actor=actor)
        if carrier is not None:
            linked += _link(carrier, list(spellings))
    return linked


def _link(carrier: Carrier, texts: list[str]) -> int:
    linked = 0
    waiting = Shipment.objects.filter(carried_by=None, carrier__in=texts).order_by("pk")
    while ids := list(waiting.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            linked += Shipment.objects.filter(pk__in=ids, carried_by=None).update(
                carried_by=carrier, updated_at=timezone.now()
            )
    return linked
