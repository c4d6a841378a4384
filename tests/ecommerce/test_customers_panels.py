"""The parts of a customer's and a product's page that belong to other features."""

from __future__ import annotations

import pytest
from django.urls import reverse

from ecommerce.customers.models import Customer
from tests import factories
from tests.ecommerce.complaints_kit import opened, paid_order
from tests.ecommerce.reviews_kit import delivered_line, written

PANEL = {"HX-Request": "true"}


@pytest.fixture
def chen(scope):
    return factories.CustomerFactory(name="Chen Yuhan", email="chen@example.com")


def ask(client, name, row):
    return client.get(reverse(name, args=["luming", row.pk]), headers=PANEL).content.decode()


def test_the_newest_orders_of_a_customer(scope, as_user, ann, chen):
    theirs = [factories.OrderFactory(customer=chen) for _ in range(6)]
    other = factories.OrderFactory()

    panel = ask(as_user(ann), "customer-orders", chen)

    assert [f"#{order.number}<" in panel for order in theirs].count(True) == 5
    assert f"#{other.number}<" not in panel
    assert "q=chen%40example.com" in panel


def test_the_newest_orders_with_a_product(scope, as_user, ann):
    line, other = factories.OrderLineFactory(), factories.OrderLineFactory()

    panel = ask(as_user(ann), "product-orders", line.variant.product)

    assert f"#{line.order.number}<" in panel
    assert f"#{other.order.number}<" not in panel


def test_reviews_and_complaints_of_a_customer(scope, as_user, ann, chen):
    review = written(line=delivered_line(customer=chen))
    quiet = written("It came quickly and pours well, a nice present.", delivered_line(customer=chen), is_anonymous=True)
    complaint = opened(paid_order(customer=chen))

    reviews = ask(as_user(ann), "customer-reviews", chen)
    assert review.text[:40] in reviews
    assert quiet.text[:20] not in reviews
    assert complaint.subject in ask(as_user(ann), "customer-complaints", chen)


@pytest.mark.parametrize("name", ["customer-orders", "customer-reviews", "customer-complaints"])
def test_without_javascript_the_address_leads_to_a_list(scope, as_user, ann, chen, name):
    answer = as_user(ann).get(reverse(name, args=["luming", chen.pk]), follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain


def test_a_customer_without_anything_is_told_so(scope, as_user, ann, chen):
    assert Customer.objects.count() == 1
    assert "No orders yet." in ask(as_user(ann), "customer-orders", chen)
    assert "No complaints." in ask(as_user(ann), "customer-complaints", chen)
    assert "No review of theirs is published." in ask(as_user(ann), "customer-reviews", chen)
