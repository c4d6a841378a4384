"""The reasons by product and by supplier lead to the very cases they count, and to none of another shop."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from core.tenancy import tenant
from ecommerce.purchasing.actions import receive_goods
from ecommerce.purchasing.rules import Came
from ecommerce.returns.actions import refuse_return
from ecommerce.returns.reasons import lines_of_supplier, reasons_by_supplier
from tests import factories
from tests.api import program_of
from tests.ecommerce.orders_kit import stocked
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.ecommerce.returns_kit import ANN, arrived, requested


@pytest.fixture
def sold(scope, time_machine):
    """Returns of a product before any delivery, after that of the first supplier and after that of the second."""
    time_machine.move_to("2026-03-02T08:00:00Z", tick=False)
    variant = stocked(30, sku="POT", product=factories.ProductFactory())
    cases, suppliers = {"unknown": requested(arrived(2, variant))}, {}
    for day, name in ((3, "Kiln"), (5, "Forge")):
        time_machine.move_to(f"2026-03-0{day}T08:00:00Z", tick=False)
        supplier = suppliers[name] = kiln(name=name)
        order = sent(supplier, ("POT", 9))
        receive_goods(order, {order.lines.get().pk: Came(9)}, key=name, actor=ANN)
        cases[name] = requested(arrived(2, variant))
    refuse_return(requested(arrived(2, variant)), reason="x", actor=ANN)
    return variant.product, suppliers, cases


def cases_behind(browser, page: str) -> list[list[str]]:
    """The numbers of the returns on each list that the page links to as "Cases"."""
    links = re.findall(r'href="([^"]+)">Cases<', browser.get(page).content.decode())
    return [[row.number for row in browser.get(unescape(link)).context["page"].rows] for link in links]


def test_the_cases_of_each_row_are_those_it_counts(sold, ann, as_user):
    product, _suppliers, cases = sold
    other = requested(arrived(1))
    browser, slug = as_user(ann), "luming"
    by_product = cases_behind(browser, reverse("return-reasons", args=[slug]))
    mine = {case.number for case in cases.values()}
    assert sorted(map(set, by_product), key=len) == [{other.number}, mine]

    address = f"{reverse('return-reasons-suppliers', args=[slug])}?product={product.pk}"
    assert sorted(cases_behind(browser, address)) == sorted([case.number] for case in cases.values())


def test_a_unit_is_laid_to_the_supplier_that_the_reasons_lay_it_to(sold, shop, ann, rival):
    _product, suppliers, cases = sold
    since = cases["unknown"].order.placed_at
    counted = {row.supplier.name if row.supplier else "unknown": row.returned for row in reasons_by_supplier(since)}
    assert counted == {"Kiln": 1, "Forge": 1, "unknown": 1}
    for name, supplier in suppliers.items():
        standing = lines_of_supplier(supplier.pk).exclude(case__state="refused")
        assert [line.case_id for line in standing] == [cases[name].pk]
        found = program_of(shop).get(f"returns/?supplier={supplier.pk}&state=standing").data["results"]
        assert [row["number"] for row in found] == [cases[name].number]
    found = program_of(shop).get("returns/?supplier=unknown").data["results"]
    assert [row["number"] for row in found] == [cases["unknown"].number]
    with tenant(rival):
        stranger = kiln(name="Their kiln")
    assert program_of(shop).get(f"returns/?supplier={stranger.pk}").status_code == 400
