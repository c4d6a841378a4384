"""Purchase orders: what may be ordered, and the way of an order from draft to its end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import PurchaseOrder
from ecommerce.purchasing import actions
from ecommerce.purchasing.rules import LineIn
from tests import factories
from tests.api import program_of, same_shape
from tests.ecommerce.purchasing_kit import draft, kiln, sent

LIST = "/m/luming/purchases/"


def lines(*rows):
    data = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        for name, value in zip(("sku", "quantity", "unit_price"), row, strict=True):
            data[f"lines-{place}-{name}"] = value
    return data


def test_an_order_is_drafted_priced_and_sent(as_user, ann, scope):
    supplier = kiln(price="3.35", currency="USD", lead_days=14)
    factories.VariantFactory(sku="CUP")
    client = as_user(ann)

    client.post(f"{LIST}new/", {"supplier": supplier.pk, **lines(("POT", "3", ""), ("CUP", "7", "1.11"))})
    order = PurchaseOrder.objects.get()
    page = client.get(order.get_absolute_url())
    client.post(f"{order.get_absolute_url()}send/")

    order.refresh_from_db()
    assert (order.number, order.currency, order.total, order.units) == ("PO-1001", "USD", Decimal("17.82"), 10)
    assert order.warehouse.is_default
    assert "Mark as sent" in page.text
    assert (order.state, order.sent_on) == ("sent", scope.today())
    assert order.expected_on == scope.today() + timedelta(days=14)
    assert [entry.kind for entry in Activity.objects.about("ecommerce.purchaseorder", order.pk)] == [
        "purchasing.drafted",
        "purchasing.sent",
    ]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("POT", "12", ""), ("CUP", "1", "")], "Line 2, CUP: it is not in the supplier’s price list"),
        ([("POT", "6", "")], "Line 1, POT: the supplier takes orders of 12 units or more"),
        ([("POT", "20", "")], "Line 1, POT: the supplier sells multiples of 6; the next one is 24"),
        ([("POT", "12", ""), ("POT", "12", "")], "Line 2, POT: it stands in the order twice"),
        ([("NONE", "1", "")], "Line 1, NONE: there is no variant with this SKU"),
        ([("POT", "999996", "999999999.99")], "more than 999,999,999.99"),
    ],
)
def test_what_the_supplier_would_not_take_is_refused_naming_the_line(as_user, ann, scope, rows, sentence):
    supplier = kiln(minimum=12, multiple=6)
    factories.VariantFactory(sku="CUP")

    response = as_user(ann).post(f"{LIST}new/", {"supplier": supplier.pk, **lines(*rows)})

    assert response.status_code == 422
    assert sentence in response.text.replace("&#x27;", "'")
    assert not PurchaseOrder.objects.exists()


def test_add_a_line_keeps_what_was_typed_and_saves_nothing(as_user, ann, scope):
    supplier = kiln()

    response = as_user(ann).post(f"{LIST}new/", {"supplier": supplier.pk, "more": "1", **lines(("POT", "3", ""))})

    assert (response.status_code, PurchaseOrder.objects.count()) == (200, 0)
    assert response.text.count('name="lines-1-sku"') == 1
    assert 'value="POT"' in response.text


def test_a_draft_is_changed_and_a_sent_order_is_not(as_user, ann, scope):
    supplier = kiln()
    order = draft(supplier)
    client = as_user(ann)
    path = f"{order.get_absolute_url()}edit/"

    client.post(path, {"warehouse": order.warehouse_id, "note": "By sea", **lines(("POT", "30", "3.20"))})
    order.refresh_from_db()
    actions.send_order(order, actor=SYSTEM)
    late = client.post(path, {"warehouse": order.warehouse_id, **lines(("POT", "1", "1"))})

    order.refresh_from_db()
    assert (order.total, order.units, order.note) == (Decimal("96.00"), 30, "By sea")
    assert (late.status_code, order.lines.get().quantity) == (422, 30)


def test_a_price_list_that_changed_is_asked_again_when_the_order_is_sent(scope):
    supplier = kiln()
    order = draft(supplier, ("POT", 5))
    variant = order.lines.get().variant
    actions.set_price(supplier, variant, price=Decimal("3.50"), minimum=10, actor=SYSTEM)

    with pytest.raises(Refused, match="10 units or more"):
        actions.send_order(order, actor=SYSTEM)

    assert PurchaseOrder.objects.get().state == "draft"


def test_of_two_people_only_one_moves_an_order(scope, monkeypatch):
    """Both read the draft before either writes."""
    order = draft(kiln())
    stale = PurchaseOrder.objects.select_related("supplier", "merchant").get(pk=order.pk)
    actions.cancel_order(order, reason="Found it cheaper", actor=SYSTEM)
    monkeypatch.setattr("ecommerce.purchasing.actions.orders.locked", lambda _order: stale)

    with pytest.raises(Refused) as no:
        actions.send_order(order, actor=SYSTEM)

    assert (no.value.code, no.value.status) == ("changed_meanwhile", 409)
    assert PurchaseOrder.objects.get().state == "cancelled"
    assert not Activity.objects.filter(kind="purchasing.sent").exists()


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("sent", "send"),
        ("partly_received", "cancel"),
        ("draft", "close"),
        ("sent", "close"),
        ("closed", "cancel"),
        ("cancelled", "send"),
    ],
)
def test_steps_that_the_state_does_not_allow_change_nothing(scope, state, step):
    order = draft(kiln())
    PurchaseOrder.objects.filter(pk=order.pk).update(state=state)
    why = {} if step == "send" else {"reason": "Why"}

    with pytest.raises(Refused) as no:
        getattr(actions, f"{step}_order")(order, actor=SYSTEM, **why)

    assert no.value.code == "wrong_state"
    assert PurchaseOrder.objects.get().state == state


def test_an_order_is_called_off_with_a_reason(as_user, ann, scope):
    order = sent(kiln())
    client = as_user(ann)

    without = client.post(f"{order.get_absolute_url()}cancel/", {"reason": " "})
    client.post(f"{order.get_absolute_url()}cancel/", {"reason": "Too late"})

    order.refresh_from_db()
    assert without.status_code == 422
    assert (order.state, order.reason) == ("cancelled", "Too late")
    assert "Purchase order cancelled: Too late" in client.get(order.get_absolute_url()).text


def test_nothing_is_ordered_from_an_archived_supplier_nor_is_one_with_open_orders_archived(scope):
    supplier = kiln()
    order = draft(supplier)
    actions.archive_supplier(supplier, archived=True, actor=SYSTEM)
    with pytest.raises(Refused, match="is archived"):
        actions.send_order(order, actor=SYSTEM)

    actions.archive_supplier(supplier, archived=False, actor=SYSTEM)
    actions.send_order(order, actor=SYSTEM)
    with pytest.raises(Refused, match="still on their way"):
        actions.archive_supplier(supplier, archived=True, actor=SYSTEM)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"PO-1001", "PO-1002", "PO-1003"}),
        ("?tab=draft", {"PO-1001"}),
        ("?tab=sent", {"PO-1002", "PO-1003"}),
        ("?tab=late", {"PO-1003"}),
        ("?q=yixing", {"PO-1003"}),
        ("?q=pot", {"PO-1001", "PO-1002", "PO-1003"}),
        ("?q=1002", {"PO-1002"}),
    ],
)
def test_the_list_shows_what_is_asked_for(as_user, ann, scope, rival, query, found):
    with tenant(rival):
        sent(kiln(name="Foreign"))
    first, second = kiln(name="Kiln"), kiln(name="Yixing")
    draft(first)
    sent(first, expected_on=scope.today() + timedelta(days=3))
    late = sent(second, expected_on=scope.today())
    PurchaseOrder.objects.filter(pk=late.pk).update(expected_on=scope.today() - timedelta(days=1))

    page = as_user(ann).get(LIST + query).context["page"]

    assert {order.number for order in page.rows} == found


def test_who_receives_cannot_order(as_user, ben, scope):
    order = draft(kiln())
    client = as_user(ben)

    assert "Mark as sent" not in client.get(order.get_absolute_url()).text
    assert client.post(f"{order.get_absolute_url()}send/").status_code == 403
    assert PurchaseOrder.objects.get().state == "draft"


def test_the_page_costs_the_same_for_1_and_20_lines(as_user, ann, scope, django_assert_max_num_queries):
    supplier = kiln()
    one = draft(supplier)
    skus = [factories.VariantFactory().sku for _ in range(20)]
    many = actions.draft_order(supplier, one.warehouse, [LineIn(sku, 1, Decimal(1)) for sku in skus], actor=SYSTEM)
    client, (short, long) = as_user(ann), [order.get_absolute_url() for order in (one, many)]
    client.get(short)
    with django_assert_max_num_queries(100) as first:
        client.get(short)
    with django_assert_max_num_queries(len(first)):
        client.get(long)


def test_a_program_orders(shop, ann):
    with tenant(shop):
        supplier = kiln(minimum=12)
    program = program_of(shop)

    made = program.post("purchase-orders/", {"supplier": supplier.pk, "lines": [{"sku": "POT", "quantity": 12}]})
    path = f"purchase-orders/{made.data['id']}/"
    no = program.patch(path, {"lines": [{"sku": "POT", "quantity": 11}]})
    changed = program.patch(path, {"lines": [{"sku": "POT", "quantity": 13, "unit_price": "3.00"}]})
    on_its_way = program.post(f"{path}send/")
    again = program.post(f"{path}send/")
    listed = program.get("purchase-orders/?state=sent")

    assert (made.status_code, made.data["total"], made.data["lines"][0]["outstanding"]) == (201, "42.00", 12)
    assert (no.status_code, same_shape(no), no.data["error"]["code"]) == (422, True, "bad_line")
    assert changed.data["total"] == "39.00"
    assert (on_its_way.data["state"], again.status_code) == ("sent", 422)
    assert [row["number"] for row in listed.data["results"]] == [made.data["number"]]
