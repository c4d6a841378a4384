"""Statements that are worked out once: what they give is never that of another shop, person or moment."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connection

from accounts.models import Membership
from core.statements import Shaped, built_by, once_a_shop
from core.tenancy import NoTenant, every_tenant, tenant
from core.together import Counted, together
from ecommerce.models import Order
from tests import factories

built: list[int] = []


@once_a_shop
def orders():
    built.append(1)
    return Order.objects.select_related("merchant")


def numbers(rows) -> list[str]:
    return sorted(order.number for order in rows)


def open_ones(rows):
    return rows.exclude(state="cancelled")


@pytest.fixture(autouse=True)
def two_shops(shop, rival):
    for merchant, number in ((shop, "A-1"), (rival, "B-1")):
        with tenant(merchant):
            factories.OrderFactory(number=number)
    built.clear()


def test_each_shop_is_given_its_own_rows(shop, rival):
    for _ in range(2):
        with tenant(shop):
            assert numbers(orders()) == ["A-1"]
        with tenant(rival):
            assert numbers(orders()) == ["B-1"]
    assert len(built) <= 2
    with every_tenant("test"):
        assert numbers(orders()) == ["A-1", "B-1"]
    with pytest.raises(NoTenant):
        list(orders())


def test_rows_are_read_anew_each_time(scope):
    assert numbers(orders()) == ["A-1"]
    factories.OrderFactory(number="A-2")
    assert numbers(orders()) == ["A-1", "A-2"]


def test_each_thread_builds_its_own(shop):
    def ask() -> None:
        with tenant(shop):
            found.append(str(orders().query))
        connection.close()

    found: list[str] = []
    ask()
    before = len(built)
    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert (found[0], len(built)) == (found[1], before + 1)


def test_what_is_made_of_it_does_not_pass_for_it(scope):
    assert built_by(orders()) is not None
    assert built_by(orders().filter(number="A-1")) is None
    assert built_by(orders().order_by("pk")[:1]) is None


def test_remembered_counts_are_of_now_and_of_the_shop(shop, rival):
    def counted() -> int:
        return together(n=Counted(orders(), 10, open_ones))["n"]

    with tenant(shop):
        assert counted() == 1
        order = factories.OrderFactory(number="A-2")
        assert counted() == 2
        Order.objects.filter(pk=order.pk).update(state="cancelled")
        assert counted() == 1
        factories.OrderFactory(number="A-3")
        assert together(n=Counted(orders(), 1, open_ones))["n"] == 1
        # rows that are not those of the whole shop are counted as they are
        assert together(n=Counted(orders().filter(number="A-3"), 10, open_ones))["n"] == 1
    with tenant(rival):
        assert counted() == 1


def test_a_query_across_all_shops_gives_each_his_own(shop, rival):
    ann, bo = factories.UserFactory(), factories.UserFactory()
    for user, merchant in ((ann, shop), (bo, rival), (bo, shop)):
        with tenant(merchant):
            Membership.objects.create(user=user, role="owner")
    asked = Shaped(
        lambda user_id: Membership.objects.filter(user_id=user_id).select_related("merchant").order_by("pk")[:5],
        across="test",
    )
    for user, shops in ((ann, [shop]), (bo, [rival, shop]), (ann, [shop])):
        found = asked.rows(user.pk)
        assert [(one.user_id, one.merchant) for one in found] == [(user.pk, merchant) for merchant in shops]
    assert asked.rows(0) == []
