"""The endpoints of each kind of thing, used as a program would use them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Activity, Membership
from core.tenancy import every_tenant, tenant
from ecommerce.inventory.actions import set_opening_stock
from ecommerce.models import Complaint, Customer, Order, Review, Shipment, StockLevel, Variant
from notifications.models import Notification
from tests import factories
from tests.api import Program, program_of, same_shape
from tests.ecommerce.orders_kit import ANN


@pytest.fixture
def program(shop, ann) -> Program:
    return program_of(shop)


@pytest.fixture
def variant(shop) -> Variant:
    with tenant(shop):
        made = factories.VariantFactory(sku="TG-1", price=Decimal("168.00"))
        set_opening_stock(made, 10, actor=ANN)
        return made


def body(quantity=2, **fields):
    return {"lines": [{"sku": "TG-1", "quantity": quantity}], "buyer": {"email": "chen@example.com"}} | fields


def test_a_product_from_draft_to_sale(program, shop):
    with tenant(shop):
        factories.CategoryFactory()
    made = program.post(
        "products/", {"title": "Pot", "category": "teaware", "variants": [{"sku": "Ｐ-1", "price": "9"}]}
    )
    path = f"products/{made.data['id']}/"

    changed = program.patch(path, {"brand": "Luming"})
    program.patch(f"variants/{made.data['variants'][0]['id']}/", {"price": "8.50", "barcode": "690"})
    live = program.post(f"{path}state/", {"state": "live"})
    no = program.post(f"{path}state/", {"state": "live"})

    assert (made.status_code, made.data["state"], changed.data["brand"]) == (201, "draft", "Luming")
    assert (live.data["state"], live.data["variants"][0]["price"], live.data["variants"][0]["sku"]) == (
        "live", "8.50", "P-1",
    )  # fmt: skip
    assert (no.status_code, same_shape(no), no.data["error"]["code"]) == (422, True, "wrong_state")
    with tenant(shop):
        assert Activity.objects.filter(kind="catalog.price_changed", actor_kind="token").count() == 1
    assert program.post("variants/", {"product": made.data["id"], "sku": "P-2", "price": "1"}).status_code == 201


def test_products_are_tagged_and_found_by_their_tags(program, variant):
    path = f"products/{variant.product_id}/"
    program.post(f"{path}tag/", {"tag": "gift"})
    tagged = program.post(f"{path}tag/", {"tag": "new"})
    no = program.post(f"{path}tag/", {"tag": "a,b"})
    assert (tagged.data["tags"], no.status_code, no.data["error"]["code"]) == (["gift", "new"], 422, "bad_tag")
    assert [row["id"] for row in program.get("products/?tag=gift").data["results"]] == [variant.product_id]
    assert program.get("products/?tag=gif").data["results"] == []
    assert program.post(f"{path}untag/", {"tag": "gift"}).data["tags"] == ["new"]


def test_stock_is_read_and_corrected(program, shop, variant):
    counted = program.post("stock/adjust/", {"sku": "TG-1", "counted": 7, "reason": "damage"})
    neither = program.post("stock/adjust/", {"sku": "TG-1"})
    unknown = program.post("stock/adjust/", {"sku": "TG-1", "warehouse": "X", "counted": 7})

    assert counted.data | {"updated_at": "", "id": 0, "variant": 0} == {
        "id": 0, "variant": 0, "sku": "TG-1", "warehouse": "MAIN", "on_hand": 7, "reserved": 0, "available": 7,
        "abc": None, "xyz": None, "updated_at": "",
    }  # fmt: skip
    assert (neither.status_code, unknown.status_code) == (422, 400)
    assert [row["on_hand"] for row in program.get("stock/?sku=tg-1").data["results"]] == [7]


def test_customers_and_their_consents(program, shop):
    made = program.post("customers/", {"name": "Chen", "email": "Chen@Example.com", "country": "cn"})
    path = f"customers/{made.data['id']}/"

    program.post(f"{path}consents/", {"purpose": "marketing", "granted": True, "source": "checkout"})
    changed = program.patch(path, {"phone": "138 0013 8000"})
    wrong = program.patch(path, {"phone": "ring me"})

    assert (changed.data["email"], changed.data["marketing_email"]) == ("chen@example.com", True)
    assert (wrong.status_code, list(wrong.data["error"]["fields"])) == (422, ["phone"])


def test_an_order_from_placing_to_refund(program, shop, variant):
    placed = program.post("orders/", body(paid=True, payment_method="alipay"))
    path = f"orders/{placed.data['number']}/"

    assert (placed.status_code, placed.data["state"], placed.data["total"]) == (201, "paid", "336.00")
    assert program.post(f"{path}confirm/").status_code == 200
    assert program.post(f"{path}pack/").data["state"] == "packed"
    line = placed.data["lines"][0]["id"]
    parcel = program.post(f"{path}ship/", {"carrier": "SF", "lines": [{"id": line, "quantity": 1}]})
    assert (parcel.status_code, parcel.data["lines"][0]["quantity"]) == (201, 1)
    assert program.get(path).data["state"] == "partly_shipped"
    too_many = program.post(f"{path}ship/", {"lines": [{"id": line, "quantity": 5}]})
    assert (too_many.status_code, same_shape(too_many)) == (422, True)
    assert program.post(f"{path}ship/", {}).data["tracking_number"] == ""
    refund = program.post(f"{path}refund/", {"reason": "Broken", "amount": "36.00"})
    assert (refund.data["payment_state"], refund.data["refunded_total"]) == ("partly_refunded", "36.00")
    assert program.post(f"{path}refund/", {"reason": "Again", "amount": "999"}).status_code == 422
    assert program.post(f"{path}cancel/", {"reason": "Late"}).status_code == 422
    with tenant(shop):
        assert StockLevel.objects.get().on_hand == 8


def test_the_same_order_again_is_one_order(program, shop, variant):
    first = program.post("orders/", body(external_id="E-1", channel="tmall"))
    again = program.post("orders/", body(external_id="E-1", channel="tmall"))
    other = program.post("orders/", body(3, external_id="E-1", channel="tmall"))

    assert (first.data["number"], other.status_code) == (again.data["number"], 409)
    with tenant(shop):
        assert Order.objects.count() == 1


def test_bulk_rows_stand_for_themselves(program, shop, variant):
    program.post("orders/", body(external_id="E-0"))
    rows = [
        body(external_id="E-0"),
        body(external_id="E-1"),
        body(0),
        body(discount="-1"),
        "text",
        {"lines": [{"sku": "NOBODY", "quantity": 1}]},
        body(buyer={"email": "nonsense"}),
        body(external_id="E-2"),
    ]

    answer = program.post("orders/bulk/", {"orders": rows}, key="bulk-1")
    again = program.post("orders/bulk/", {"orders": rows}, key="bulk-1")

    assert [row["status"] for row in answer.data["results"]] == [
        "unchanged", "created", "refused", "refused", "refused", "refused", "refused", "created",
    ]  # fmt: skip
    assert [answer.data[word] for word in ("created", "unchanged", "refused")] == [2, 1, 5]
    assert [row["error"]["code"] for row in answer.data["results"] if row["error"]] == ["invalid"] * 3 + [
        "sku_unknown", "invalid",
    ]  # fmt: skip
    assert again.data == answer.data
    with tenant(shop):
        assert Order.objects.count() == 3


@pytest.mark.parametrize("orders", [[], "x", None, [{}] * 1001])
def test_a_bulk_call_has_1_to_1000_rows(program, shop, orders):
    response = program.post("orders/bulk/", {"orders": orders})

    assert (response.status_code, same_shape(response)) == (400, True)


def test_a_hundred_orders_cost_few_queries(program, shop, variant):
    for start in (0, 50):
        program.post("orders/bulk/", {"orders": [body(1, external_id=f"E-{start + n}") for n in range(50)]})
    program.get("orders/")

    with CaptureQueriesContext(connection) as queries:
        response = program.get("orders/?page_size=100")

    assert len(response.data["results"]) == 100
    assert len(queries) <= 6, [query["sql"][:90] for query in queries]


def test_parcels_are_followed(program, shop, variant):
    number = program.post("orders/", body(paid=True)).data["number"]
    parcel = program.post(f"orders/{number}/ship/", {"carrier": "SF", "tracking_number": "SF 1"}).data
    path = f"shipments/{parcel['id']}/"
    report = {"state": "delivered", "at": parcel["shipped_at"], "location": "Shanghai"}

    program.post(f"{path}events/", report)
    again = program.post(f"{path}events/", report)
    changed = program.patch(path, {"tracking_number": "SF2"})

    assert (again.data["state"], len(again.data["events"])) == ("delivered", 1)
    assert (changed.data["carrier"], changed.data["tracking_number"]) == ("SF", "SF2")
    assert [row["id"] for row in program.get("shipments/?state=delivered").data["results"]] == [parcel["id"]]
    assert program.get(f"orders/{number}/").data["state"] == "delivered"


def test_reviews_come_in_and_are_replied_to(program, shop, variant):
    made = program.post("reviews/", {"rating": 5, "text": "Lovely glaze.", "product": variant.product_id})
    nothing = program.post("reviews/", {"rating": 6, "product": variant.product_id})
    nowhere = program.post("reviews/", {"rating": 5, "product": 999_999})
    with tenant(shop):
        Review.objects.update(state="published")
    reply = program.post(f"reviews/{made.data['id']}/reply/", {"text": "Thank you."})

    assert (made.status_code, nothing.status_code, nowhere.status_code) == (201, 400, 400)
    assert reply.data["reply"] == "Thank you."


def test_complaints_are_opened_and_answered(program, shop, variant):
    number = program.post("orders/", body(paid=True)).data["number"]
    given = {"topic": "damaged", "text": "The lid is broken.", "order": number}

    made = program.post("complaints/", given)
    twice = program.post("complaints/", given)
    answered = program.post(f"complaints/{made.data['number']}/answer/", {"text": "A new lid is on its way."})

    assert (made.status_code, twice.status_code, answered.data["state"]) == (201, 409, "answered")


def test_without_a_forecast_there_is_none(program):
    assert program.get("forecasts/").data["results"] == []
    assert program.get("forecasts/latest/").status_code == 404
    assert program.get("forecasts/latest/?measure=weather").status_code == 400


def test_the_inbox_is_that_of_the_tokens_maker(program, shop, ann, ben):
    with tenant(shop):
        mine = Notification.objects.create(user=ann, kind="order_late", key="1", params={})
        other = Notification.objects.create(user=ben, kind="order_late", key="1", params={})

    assert [row["id"] for row in program.get("notifications/").data["results"]] == [mine.pk]
    assert program.post(f"notifications/{mine.pk}/read/").data["state"] == "read"
    assert program.post(f"notifications/{other.pk}/read/").status_code == 404


def test_another_shops_things_are_not_there(program, rival, cleo, shop, variant):
    number = program.post("orders/", body(paid=True)).data["number"]
    complaint = program.post("complaints/", {"topic": "late", "text": "Where is it?", "order": number}).data["number"]
    review = program.post("reviews/", {"rating": 4, "product": variant.product_id}).data["id"]
    parcel = program.post(f"orders/{number}/ship/", {}).data["id"]
    stranger = program_of(rival)
    commands = [
        ("GET", f"orders/{number}/"),
        *[("POST", f"orders/{number}/{word}/") for word in ("confirm", "pack", "ship")],
        ("POST", f"orders/{number}/cancel/", {"reason": "x"}),
        ("POST", f"orders/{number}/refund/", {"reason": "x"}),
        ("GET", f"shipments/{parcel}/"),
        ("PATCH", f"shipments/{parcel}/", {"carrier": "x"}),
        ("POST", f"shipments/{parcel}/events/", {"state": "delivered", "at": "2026-01-01T00:00:00Z"}),
        ("GET", f"reviews/{review}/"),
        ("POST", f"reviews/{review}/reply/", {"text": "x"}),
        ("GET", f"complaints/{complaint}/"),
        ("POST", f"complaints/{complaint}/answer/", {"text": "x"}),
    ]

    assert [stranger.call(*command).status_code for command in commands] == [404] * len(commands)
    with tenant(rival):
        assert not any(model.objects.exists() for model in (Order, Shipment, Review, Complaint, Customer))


def test_a_token_ends_with_the_rights_of_its_maker(program, shop, ann):
    with every_tenant("demote"):
        Membership.objects.filter(user=ann).update(role="analyst")

    assert program.get("orders/").status_code == 200
    assert program.post("orders/", {}).status_code == 403
