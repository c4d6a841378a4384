"""A marketplace of a given size: its books are those of one that was worked in, and its pages find what is in it."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum

from accounts.models import Merchant
from analytics.facts.queries import differences
from core.tenancy import every_tenant, tenant
from ecommerce.models import Customer, Order, OrderLine, Product, StockLevel, StockMove
from ecommerce.orders.finding import found_orders
from ecommerce.orders.queries import order_list

pytestmark = pytest.mark.django_db(transaction=True)


def make(orders: int, **options: object) -> None:
    call_command(
        "make_volume", orders=orders, until="2026-09-30T12:00", password="a long one for tests", **options, verbosity=0
    )


def test_its_books_add_up_and_its_search_is_ready():
    make(600)

    with every_tenant("count"):
        assert Order.objects.count() == 600
        assert Product.objects.count() >= 10
        assert Customer.objects.count() >= 5
    first = Merchant.objects.get(slug="volume-1")
    with tenant(first):
        assert Order.objects.count() == 120
        some = Order.objects.order_by("-placed_at").first()
        assert order_list().filter(found_orders(some.number)).get() == some
        assert some in order_list().filter(found_orders(some.buyer_name))
        lines = OrderLine.objects.values("order").annotate(sum=Sum("quantity")).values_list("order", "sum")
        assert dict(lines) == dict(Order.objects.values_list("pk", "units"))
        assert not StockLevel.objects.filter(reserved__gt=F("on_hand")).exists()
        ledger = StockMove.objects.values_list("warehouse", "variant").annotate(sum=Sum("quantity"))
        assert sorted(ledger) == sorted(StockLevel.objects.values_list("warehouse", "variant", "on_hand"))
        assert differences(first) == []


def test_it_is_not_written_beside_what_is_there_unless_told():
    make(100)

    with pytest.raises(CommandError, match="holds data"):
        make(100)
