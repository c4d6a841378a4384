"""kill -9 of the process that packs thousands of orders: it finishes after that, each order packed exactly once."""

from __future__ import annotations

import json

import pytest

from tests.config.test_work_survives_kills import kill_whoever_works, yard

__all__ = ["yard"]

pytestmark = pytest.mark.slow

ORDERS = 12_000
BEGIN = f"""
from django.utils import timezone
from core.actors import SYSTEM
from core.bulk import insert_columns
from core.tenancy import tenant
from ecommerce.models import Order
from accounts.batches.actions import RowIn, start_batch
from accounts.batches.tasks import queue
from tests.factories import MerchantFactory
with tenant(MerchantFactory(slug="bulk")):
    numbers = [str(n) for n in range({ORDERS})]
    insert_columns(Order, {{"number": numbers}}, state="paid", payment_state="paid", currency="CNY",
        updated_at=timezone.now())
    rows = [RowIn(pk, number) for pk, number in Order.objects.order_by("pk").values_list("pk", "number")]
    batch, _ = start_batch("orders.pack", rows, key="x", actor=SYSTEM)
    queue(batch.pk)
"""


def test_a_bulk_action_whose_worker_is_killed_changes_each_order_once(yard):
    yard.manage("shell", "-v0", "-c", BEGIN)
    yard.start()
    done = "SELECT done FROM accounts_batch"
    yard.until(lambda: 0 < yard.rows(done)[0][0] < ORDERS, 60, "a part of the orders packed")
    assert kill_whoever_works(yard, "default") >= 1
    assert yard.rows(done)[0][0] < ORDERS

    yard.until(lambda: yard.rows("SELECT finished_at FROM accounts_batch")[0][0], 120, "the rest packed")
    assert yard.rows("SELECT done, skipped, refused FROM accounts_batch") == [(ORDERS, 0, 0)]
    assert yard.rows("SELECT state, count(*) FROM accounts_batchrow GROUP BY 1") == [("done", ORDERS)]
    assert yard.rows("SELECT state, count(*) FROM ecommerce_order GROUP BY 1") == [("packed", ORDERS)]
    facts = yard.rows("SELECT payload FROM accounts_activity WHERE kind = 'orders.packed_together'")
    told = [pk for (fact,) in facts for pk in (json.loads(fact) if isinstance(fact, str) else fact)["order_ids"]]
    assert (len(told), len(set(told))) == (ORDERS, ORDERS)
