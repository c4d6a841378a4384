"""Reading parcels: for pages, API and exports alike."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Prefetch, Q, Sum, Value
from django.db.models.functions import Coalesce

from ecommerce.fulfilment.models import Shipment, ShipmentLine, ShipmentQuerySet

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def shipment_list() -> ShipmentQuerySet:
    """Parcels with what a row of a list shows. `promised` is `promised_at`, or far away where there is none."""
    rows: ShipmentQuerySet = Shipment.objects.select_related("merchant", "order__merchant").annotate(
        promised=Coalesce("promised_at", Value(NEVER)), units=Coalesce(Sum("lines__quantity"), 0)
    )
    return rows


def shipment_detail() -> ShipmentQuerySet:
    """Parcels with all that their own page shows."""
    rows: ShipmentQuerySet = Shipment.objects.select_related("merchant", "order__merchant", "warehouse")
    lines = ShipmentLine.objects.select_related("order_line__variant")
    return rows.prefetch_related(Prefetch("lines", lines), "events")


def search_shipments(rows: ShipmentQuerySet, words: str) -> ShipmentQuerySet:
    """Parcels whose tracking number, order or buyer is `words`, or begins with it."""
    return rows.filter(
        Q(tracking_number__istartswith=words.replace(" ", ""))
        | Q(order__number__istartswith=words.lstrip("#"))
        | Q(order__buyer_name__icontains=words)
        | Q(order__buyer_email__istartswith=words)
    )


def carriers_used(limit: int = 20) -> list[str]:
    """The carriers of the newest parcels, to choose from."""
    names = Shipment.objects.exclude(carrier="").order_by("-shipped_at").values_list("carrier", flat=True)[:200]
    return list(dict.fromkeys(names))[:limit]
