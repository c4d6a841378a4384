"""The demo's shops buy from suppliers whose deliveries say how long they take."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from config.demo import buying
from core.actors import SYSTEM
from ecommerce.models import PurchaseOrder, Supplier
from ecommerce.purchasing.actions import draft_order
from ecommerce.purchasing.queries import coming_units, days_to_deliver
from ecommerce.purchasing.rules import LineIn
from ecommerce.purchasing.scorecard import scorecard
from tests import factories


def test_deliveries_of_the_year_become_orders_with_receipts(scope):
    place = factories.WarehouseFactory(is_default=True)
    variants = [factories.VariantFactory(cost=Decimal(4)) for _ in range(5)]
    today = scope.today()
    days = [today - timedelta(days=back) for back in range(400, 0, -1)]
    receipts = [(0, 0, 10), *((100 + 10 * step, step % 5, 30) for step in range(20)), (300, 0, 5), (300, 1, 6)]
    history: Any = SimpleNamespace(days=days, receipts=receipts)

    bought = buying.plan(scope, history)
    buying.write(scope, variants, bought, chinese=False)

    assert bought.references[0] == "PO-00001"
    assert bought.references[-1] == bought.references[-2]
    supplier = Supplier.objects.get(code="LQ")
    assert len(days_to_deliver(today - buying.YEAR)[supplier.pk]) >= 3
    assert scorecard(supplier, today).share > 50
    assert sum(one.units for one in coming_units([one.pk for one in variants]).values()) == 48
    assert PurchaseOrder.objects.on_the_way().count() == 1
    assert draft_order(supplier, place, [LineIn(variants[0].sku, 12)], actor=SYSTEM).number not in bought.references
