"""Parcels of the past for tests, written at once as an import writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ecommerce.fulfilment.actions import save_carrier
from ecommerce.models import Carrier, Order, Shipment
from tests import factories
from tests.ecommerce.orders_kit import ANN


def carrier(name: str = "SF Express", **fields: Any) -> Carrier:
    return save_carrier(name=name, actor=ANN, **fields)


def parcel(
    by: Carrier | None = None,
    *,
    sent: float,
    took: float | None = None,
    region: str = "Zhejiang",
    promised: float | None = 4,
    order: Order | None = None,
    now: datetime | None = None,
    **fields: Any,
) -> Shipment:
    """A parcel sent `sent` days ago that took `took` days, or is under way; promised within `promised` days."""
    at = (now or timezone.now()) - timedelta(days=sent)
    order = order or factories.OrderFactory(state="shipped", ship_region=region)
    fields.setdefault("carrier", by.name if by else "")
    return Shipment.objects.create(
        order=order,
        carried_by=by,
        shipped_at=at,
        promised_at=None if promised is None else at + timedelta(days=promised),
        delivered_at=None if took is None else at + timedelta(days=took),
        state=Shipment.State.IN_TRANSIT if took is None else Shipment.State.DELIVERED,
        **fields,
    )


def history(by: Carrier, count: int = 60, **fields: Any) -> list[Shipment]:
    """Parcels that took from 2 to 4 days."""
    order = factories.OrderFactory(state="completed", ship_region="Zhejiang")
    return [parcel(by, sent=60 - step / 2, took=2 + 2 * step / count, order=order, **fields) for step in range(count)]
