"""Finding rows that point across merchants."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.crossings import crossings, pairs
from core.tenancy import tenant
from ecommerce.models import Order, OrderLine
from tests import factories


def test_every_key_between_owned_rows_is_looked_at():
    found = {(model._meta.label, column) for model, column in pairs()}

    assert {
        ("ecommerce.OrderLine", "order"),
        ("ecommerce.Shipment", "order"),
        ("accounts.Activity", "caused_by"),
    } <= found
    assert not {column for _, column in found} & {"merchant", "user", "category"}


def test_sound_rows_are_passed_over(shop, rival):
    for merchant in (shop, rival):
        with tenant(merchant):
            factories.OrderLineFactory()
    out = StringIO()

    call_command("check_tenants", stdout=out)

    assert "none leads from one merchant to another" in out.getvalue()


def test_a_row_that_points_into_another_shop_is_named(shop, rival):
    with tenant(rival):
        theirs = factories.OrderFactory()
    with tenant(shop):
        line = factories.OrderLineFactory()
        OrderLine.objects.filter(pk=line.pk).update(order=theirs)
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("check_tenants", stdout=out)

    assert out.getvalue() == f"ecommerce.OrderLine.order: 1 cross merchants (rows {line.pk})\n"
    [crossing] = crossings()
    assert crossing.pks == [line.pk]
    with tenant(rival):
        assert Order.objects.count() == 1
