"""The timeline of an order tells of its returns, complaints and reviews too, to those who may read of these."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import tenant
from ecommerce.orders.queries import order_detail, order_page, timeline
from ecommerce.returns.actions import approve_return
from tests.ecommerce.complaints_kit import opened
from tests.ecommerce.returns_kit import ANN, arrived, requested


def told(order, may=lambda word: True) -> list[tuple[str, str, str]]:
    found = timeline(order_detail().get(pk=order.pk), may=may)
    return [(one.kind, one.who, one.about) for one in found if one.about]


@pytest.fixture
def order(scope):
    """An order with a return that was approved and a complaint, beside another one with its own."""
    order, other = arrived(), arrived()
    order.case = approve_return(requested(order), actor=ANN)
    order.complaint = opened(order)
    requested(other)
    opened(other)
    return order


def test_returns_and_complaints_are_told_with_who_and_where(order, ann, as_user):
    case, complaint = order.case, order.complaint
    assert told(order) == [
        ("complaints.opened", "", complaint.number),
        ("returns.approved", "Ann", case.number),
        ("returns.requested", "Ann", case.number),
    ]
    text = as_user(ann).get(order.get_absolute_url()).content.decode()
    assert f'href="{case.get_absolute_url()}">{case.number}</a>' in text
    assert f'href="{complaint.get_absolute_url()}">{complaint.number}</a>' in text
    assert "Return approved" in text


def test_who_may_not_see_returns_or_complaints_is_told_nothing_of_them(order):
    assert told(order, may=lambda word: False) == []
    assert {kind for kind, _who, _about in told(order, may=lambda word: word == "complaints.view")} == {
        "complaints.opened"
    }


def test_the_page_asks_twice_whatever_is_told(order, shop):
    with CaptureQueriesContext(connection) as queries:
        found = order_page(shop, order.number, lambda word: True)
    assert len(queries) == 2
    assert {"returns.requested", "complaints.opened"} <= {moment.kind for moment in found.moments}


def test_things_of_another_shop_are_not_told(order, rival):
    with tenant(rival):
        theirs = requested(arrived())
    assert theirs.pk != order.case.pk
    assert {label for _kind, _who, label in told(order)} == {order.case.number, order.complaint.number}
