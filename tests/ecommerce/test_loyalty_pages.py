"""Pages and endpoints of points and coupons."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.urls import reverse

from core.tenancy import tenant
from ecommerce.buyers.links import MAIL, path_for
from ecommerce.customers.actions import add_tag
from ecommerce.loyalty.queries import balance_of
from ecommerce.models import Coupon, PointsEntry, PointsRules
from tests import factories
from tests.api import program_of
from tests.ecommerce.loyalty_kit import coupon_of, granted, points_on
from tests.ecommerce.orders_kit import ANN, stocked
from tests.queue import run_tasks

COUPONS = "/m/luming/coupons/"
GIVEN = {"kind": "amount", "amount": "12.50", "origin": "hand"}


@pytest.fixture
def buyer(scope):
    return factories.CustomerFactory(name="Chen Yuhan", email="yuhan@example.com")


@pytest.fixture
def page(buyer):
    return f"/m/luming/customers/{buyer.pk}/points/"


def test_the_terms_are_set_by_who_may_edit_the_shop(as_user, ann, ben, shop):
    url = "/m/luming/settings/points/"
    form = {
        "is_on": "on", "per_unit": "2", "months": "", "exchange_points": "200", "exchange_amount": "15.00",
        "exchange_days": "60",
    }  # fmt: skip
    client = as_user(ann)
    assert client.get(url).status_code == 200
    assert client.post(url, {**form, "per_unit": "0"}).status_code == 422
    assert client.post(url, form).status_code == 302
    with tenant(shop):
        rules = PointsRules.objects.get()
        assert (rules.is_on, rules.per_unit, rules.months, rules.exchange_points) == (True, D(2), None, 200)
    assert as_user(ben).get(url).status_code == 403


def test_points_are_granted_on_the_page_of_the_customer(as_user, ann, ben, buyer, page):
    client = as_user(ann)
    form = {"points": "40", "reason": "Birthday", "key": "one"}
    for _twice in range(2):
        assert client.post(f"{page}change/", form).status_code == 302
    assert client.post(f"{page}change/", {**form, "key": "two", "points": "-41"}).status_code == 422
    assert balance_of(buyer) == 40
    shown = client.get(page).content.decode()
    assert "Birthday · Ann" in shown
    assert as_user(ben).post(f"{page}change/", {**form, "key": "three"}).status_code == 403


def test_the_page_of_a_customer_has_a_panel_with_points_and_open_coupons(as_user, ann, buyer, page):
    granted(buyer, 1234)
    coupon = coupon_of(buyer, valid_until=buyer.merchant.today() + timedelta(days=9))
    client = as_user(ann)
    assert f"{page}panel/" in client.get(buyer.get_absolute_url()).content.decode()
    panel = client.get(f"{page}panel/", headers={"HX-Request": "true"}).content.decode()
    assert "1,234 points" in panel
    assert coupon.code in panel
    assert client.get(f"{page}panel/").url == page


def test_points_are_exchanged_on_the_page(as_user, ann, buyer, page):
    points_on(exchange_points=100)
    granted(buyer, 150)
    client = as_user(ann)
    assert "Exchange 100 points for a coupon" in client.get(page).content.decode()
    for _twice in range(2):
        assert client.post(f"{page}exchange/", {"key": "one"}).status_code == 302
    assert balance_of(buyer) == 50
    assert buyer.coupons.count() == 1
    assert "Exchange 100 points" not in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"AAA-1", "BBB-2", "CCC-3"}),
        ("?tab=open", {"AAA-1", "BBB-2"}),
        ("?tab=coming", {"CCC-3"}),
        ("?tab=used", set()),
        ("?q=aaa", {"AAA-1"}),
        ("?q=yuhan", {"AAA-1"}),
        ("?origin=apology", {"BBB-2"}),
        ("?kind=percent", {"CCC-3"}),
    ],
)
def test_the_list_shows_what_is_asked_for(as_user, ann, buyer, rival, query, found):
    coupon_of(buyer, code="AAA-1")
    coupon_of(None, code="BBB-2", origin="apology")
    tomorrow = buyer.merchant.today() + timedelta(days=1)
    coupon_of(None, code="CCC-3", kind="percent", amount=D(0), percent=5, valid_from=tomorrow)
    with tenant(rival):
        coupon_of(None, code="AAA-9")
    response = as_user(ann).get(COUPONS + query)
    assert {coupon.code for coupon in response.context["page"].rows} == found


def test_the_coupons_of_a_view_are_exported(as_user, ann, buyer):
    coupon_of(buyer, code="AAA-1")
    file = b"".join(as_user(ann).get(f"{COUPONS}export.csv").streaming_content).decode()
    assert "AAA-1" in file
    assert "Chen Yuhan" in file


def test_a_coupon_is_given_to_a_customer_and_withdrawn(as_user, ann, buyer):
    client = as_user(ann)
    url = f"{COUPONS}new/?customer={buyer.pk}"
    assert "Chen Yuhan" in client.get(url).content.decode()
    assert client.post(url, {**GIVEN, "amount": ""}).status_code == 422
    assert client.post(url, {**GIVEN, "code": "x"}).status_code == 422
    assert client.post(url, GIVEN).status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.customer, coupon.amount) == (buyer, D("12.50"))
    detail = coupon.get_absolute_url()
    assert coupon.code in client.get(detail).content.decode()
    assert client.post(f"{detail}withdraw/").status_code == 302
    assert Coupon.objects.withdrawn().count() == 1


def test_a_customer_of_another_shop_gets_none(as_user, ann, rival):
    with tenant(rival):
        stranger = factories.CustomerFactory()
    client = as_user(ann)
    assert client.get(f"{COUPONS}new/?customer={stranger.pk}").status_code == 404
    assert client.get(f"/m/luming/customers/{stranger.pk}/points/").status_code == 404


def test_all_customers_of_a_view_get_one_each_in_the_background(as_user, ann, buyer):
    add_tag(buyer, "VIP", actor=ANN)
    other = factories.CustomerFactory()
    add_tag(other, "VIP", actor=ANN)
    factories.CustomerFactory()
    client = as_user(ann)
    assert "many/?tag=VIP" in client.get("/m/luming/customers/?tag=VIP").content.decode()
    url = f"{COUPONS}many/?tag=VIP"
    assert "2 customers of the view" in client.get(url).content.decode()
    form = {**GIVEN, "key": "spring"}
    assert client.post(url, {**form, "amount": "0"}).status_code == 422
    assert client.post(f"{COUPONS}many/?tag=VIP&q=nobody", form).status_code == 422
    for _twice in range(2):
        assert client.post(url, form).status_code == 302
        run_tasks()
    assert {coupon.customer for coupon in Coupon.objects.all()} == {buyer, other}
    assert Coupon.objects.count() == 2


def test_the_form_of_an_order_takes_a_coupon_and_says_why_not(as_user, ann, buyer):
    pot, coupon = stocked(price=D("100.00"), sku="POT"), coupon_of(buyer)
    client = as_user(ann)
    form = {
        "buyer_name": "Chen Yuhan", "buyer_email": "yuhan@example.com", "channel": "online_store",
        "coupon_code": "NO-SUCH", "lines-0-sku": pot.sku, "lines-0-quantity": "1", "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
    }  # fmt: skip
    wrong = client.post("/m/luming/orders/new/", form)
    assert wrong.status_code == 422
    assert "There is no coupon NO-SUCH." in wrong.content.decode()
    assert client.post("/m/luming/orders/new/", {**form, "coupon_code": coupon.code}).status_code in (204, 302)
    coupon.refresh_from_db()
    assert coupon.used_on


def test_programs_give_use_and_read_coupons(shop, ann, buyer):
    program = program_of(shop)
    made = program.post("coupons/", {"kind": "percent", "percent": 10, "customer": buyer.pk, "code": "TEN-PERCENT"})
    assert made.status_code == 201
    assert (made.data["state"], made.data["customer"]) == ("open", buyer.pk)
    assert program.post("coupons/", {"kind": "percent"}).status_code == 422
    assert program.post("coupons/", {"kind": "amount", "amount": "1.00", "customer": 10**9}).status_code == 400
    stocked(price=D("100.00"), sku="POT")
    order = {"lines": [{"sku": "POT", "quantity": 1}], "buyer": {"email": buyer.email}, "coupon_code": "ten-percent"}
    assert program.post("orders/", order).data["total"] == "90.00"
    again = program.post("orders/", order)
    assert (again.status_code, again.data["error"]["code"]) == (422, "coupon_used")
    assert program.get("coupons/?code=TEN-PERCENT").data["results"][0]["state"] == "used"
    assert program.post(f"coupons/{made.data['id']}/withdraw/").status_code == 422


def test_programs_read_and_change_points(shop, ann, buyer):
    points_on(exchange_points=100)
    program, url = program_of(shop), f"customers/{buyer.pk}/points/"
    change = {"points": 120, "reason": "Moved from the old system", "key": "m-1"}
    assert program.post(f"{url}change/", change).data["balance"] == 120
    assert program.post(f"{url}change/", change).data["balance"] == 120
    assert program.post(f"{url}exchange/", {"key": "e-1"}).data["origin"] == "points"
    assert program.post(f"{url}exchange/", {"key": "e-2"}).status_code == 422
    read = program.get(url).data
    assert read["balance"] == 20
    assert [entry["points"] for entry in read["entries"]] == [-100, 120]


def test_another_shop_is_a_404_for_programs_too(shop, rival, cleo, buyer):
    coupon = coupon_of(buyer)
    program = program_of(rival)
    for path in (f"coupons/{coupon.pk}/", f"customers/{buyer.pk}/points/"):
        assert program.get(path).status_code == 404
    assert PointsEntry.objects.count() == 0


def test_buyers_see_and_exchange_what_is_theirs_on_their_page(client, buyer):
    points_on(exchange_points=100, exchange_amount=D("10.00"))
    granted(buyer, 120)
    mine, other = coupon_of(buyer), coupon_of(factories.CustomerFactory())
    shown = client.get(path_for("buyer-mail-choices", MAIL, buyer)).content.decode()
    assert "120 points" in shown
    assert mine.code in shown
    assert other.code not in shown

    exchange = path_for("buyer-points-exchange", MAIL, buyer)
    for key in ("one", "one", "two"):
        assert client.post(exchange, {"key": key}).status_code == 302
    assert balance_of(buyer) == 20
    assert buyer.coupons.count() == 2
    assert client.get(exchange).status_code == 405


def test_a_buyer_of_a_shop_without_points_sees_nothing_of_them(client, buyer):
    assert "points" not in client.get(path_for("buyer-mail-choices", MAIL, buyer)).content.decode()
    assert reverse("buyer-points-exchange", args=["x"]).endswith("/points/exchange/")
