"""What happens to orders by itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Activity
from core.tenancy import tenant
from ecommerce.models import Order
from ecommerce.orders.tasks import complete_delivered_orders
from tests import factories


def test_orders_are_completed_two_weeks_after_they_arrived(scope, rival):
    now = timezone.now()
    ripe = factories.OrderFactory(state="delivered", delivered_at=now - timedelta(days=15))
    fresh = factories.OrderFactory(state="delivered", delivered_at=now - timedelta(days=13))
    with tenant(rival):
        theirs = factories.OrderFactory(state="delivered", delivered_at=now - timedelta(days=30))
    complete_delivered_orders()
    complete_delivered_orders()

    states = dict(Order.objects.values_list("pk", "state"))
    assert states == {ripe.pk: "completed", fresh.pk: "delivered"}
    assert Activity.objects.get(kind="orders.completed_together").payload["order_ids"] == [ripe.pk]
    with tenant(rival):
        assert Order.objects.get().pk == theirs.pk
        assert Order.objects.get().state == "delivered"
