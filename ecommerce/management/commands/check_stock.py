"""manage.py check_stock: does every stock level equal the sum of its moves, are its lots the sum of theirs, and is
every promise an open order?
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum

from core.tenancy import every_tenant
from ecommerce.inventory.lots import broken_lots
from ecommerce.inventory.models import StockLevel
from ecommerce.inventory.queries import broken_levels
from ecommerce.orders.models import OrderLine


class Command(BaseCommand):
    help = "Compare the stock levels with the ledger and with what open orders hold. Exits 1 on any difference."

    def handle(self, *args: Any, **options: Any) -> None:
        with every_tenant("the ledgers of all merchants are checked"):
            faults = [
                f"{level}: the level says {level.on_hand}, the ledger says {level.moved}" for level in broken_levels()
            ]
            faults += [f"{level}: {level.in_lots} are in lots, the lots say {level.kept}" for level in broken_lots()]
            promised = _sums(StockLevel.objects, "reserved")
            held = _sums(OrderLine.objects.exclude(variant=None), "reserved_quantity")
            faults += [
                f"variant {pk}: the levels promise {promised.get(pk, 0)}, the orders hold {held.get(pk, 0)}"
                for pk in sorted(promised.keys() | held.keys())
                if promised.get(pk, 0) != held.get(pk, 0)
            ]
            for fault in faults:
                self.stderr.write(fault)
            if faults:
                raise CommandError(f"{len(faults)} differences.")
            self.stdout.write(f"{StockLevel.objects.count()} stock levels agree with the ledger and the orders.")


def _sums(rows: Any, field: str) -> dict[int, int]:
    totals = rows.order_by().values("variant_id").annotate(units=Sum(field)).filter(units__gt=0)
    return dict(totals.values_list("variant_id", "units"))
