"""Unusual orders: found with their reasons, kept, shown, held where the shop wants it, and settled by a person."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import Order, RiskFlag
from ecommerce.orders import risks
from ecommerce.orders.actions import (
    assess_orders,
    change_risk_rules,
    edit_order,
    place_order,
    place_orders,
    refund_order,
    settle_risks,
)
from ecommerce.orders.queries import order_detail, timeline
from ecommerce.orders.rules import BuyerIn, LineIn, OrderIn
from tests.ecommerce.orders_kit import ANN
from tests.queue import run_tasks

D = Decimal
GOOD = {
    "name": "Chen Yuhan", "email": "yuhan@example.com", "phone": "+86 138 0000 0000", "address": "9 West Lake Road",
    "city": "Hangzhou", "country": "CN",
}  # fmt: skip


def order(price: str = "50", **fields) -> Order:
    buyer = BuyerIn(**{**GOOD, **fields.pop("buyer", {})})
    given = OrderIn(lines=[LineIn("", 1, D(price), title="Cup")], buyer=buyer, paid=True, **fields)
    return place_order(given, actor=ANN)


def flags(one: Order) -> dict[str, list[str]]:
    return {flag.kind: flag.codes for flag in RiskFlag.objects.filter(order=one, settled_at=None)}


def look(one: Order) -> dict[str, list[str]]:
    assess_orders([one.pk], actor=ANN)
    return flags(one)


@pytest.mark.parametrize(
    ("phone", "countries"),
    [("+86 138 0000", {"CN"}), ("0044 20 7946", {"GB"}), ("+852 2123", {"HK"}), ("+1 (212) 555", {"US", "CA"})]
    + [(text, set()) for text in ("138 0000 0000", "", "+", "+999 1", "abc")],
)
def test_the_country_of_a_phone_number(phone, countries):
    assert risks.country_of_phone(phone) == countries


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.decimals(min_value=0, max_value=1000, places=2), min_size=30, max_size=80), st.integers(1, 4))
def test_a_few_giants_do_not_make_large_usual(totals, giants):
    usual = risks.usual_total(totals)
    assert usual in totals
    assert sum(total <= usual for total in totals) >= 0.95 * len(totals)
    if giants <= len(totals) * 0.04:
        assert risks.usual_total([*totals, *[D(10) ** 8] * giants]) <= max(totals)


def test_what_is_usual_takes_thirty_orders():
    assert risks.usual_total([D(5)] * 29) is None
    assert risks.usual_total([D(5)] * 30) == D(5)


def test_an_ordinary_order_has_no_flag(scope):
    assert look(order()) == {}


def test_an_address_that_is_not_whole_or_of_another_country(scope):
    assert look(order(buyer={"address": "", "city": ""})) == {"address": ["no_street", "no_city"]}
    assert look(order(buyer={"phone": "+49 30 1234"})) == {"address": ["phone_country"]}
    assert look(order(ip_country="ru")) == {"address": ["ip_country"]}


def test_many_orders_at_once_by_any_mark(scope):
    first = [order(buyer={"email": f"b{n}@example.com", "phone": "+86 1"}) for n in range(3)]
    assert [look(one) for one in first] == [{}] * 3
    fourth = order(buyer={"email": "b4@example.com", "phone": "+86 1", "address": "Elsewhere 1"})
    assert look(fourth) == {"velocity": ["same_customer"]}
    assert RiskFlag.objects.get().figures == {"count": 4, "hours": 24}
    for n in range(4):
        last = order(buyer={"email": f"c{n}@example.com", "phone": "", "address": "Flat 7"})
    assert look(last) == {"velocity": ["same_address"]}
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert look(order(buyer={"phone": "+86 1"})) == {}


def test_an_order_far_above_the_usual(scope):
    for n in range(40):
        order(str(40 + n), buyer={"email": f"b{n}@x.example", "phone": "", "address": f"Road {n}"})
    assert look(order("150", buyer={"email": "c@x.example", "address": "y", "phone": ""})) == {}
    assert look(order("158.01", buyer={"email": "d@x.example", "address": "z", "phone": ""})) == {"value": ["large"]}


def test_a_buyer_whose_orders_were_refunded_again_and_again(scope):
    change_risk_rules(many_orders=100, actor=ANN)
    for _n in range(3):
        refund_order(order(), reason="Damaged", actor=ANN)
    assert look(order()) == {"refunds": ["refunds"]}


def test_a_card_that_the_channel_does_not_trust_and_the_same_order_twice(scope):
    one = order(card_check="mismatch", external_id="A1")
    assert look(one) == {"card": ["card"]}
    assert order(card_check="mismatch", external_id="A1") == one


def test_placing_looks_by_itself_and_twice_is_once(scope):
    bad = OrderIn(lines=[LineIn("", 1, D(5), title="Cup")], buyer=BuyerIn(**{**GOOD, "address": ""}))
    place_orders([bad, bad], actor=ANN)
    run_tasks()
    assert RiskFlag.objects.filter(kind="address").count() == 2
    assert Activity.objects.filter(kind="orders.flagged").count() == 2
    assess_orders(Order.objects.values_list("pk", flat=True), actor=ANN)
    assert Activity.objects.filter(kind="orders.flagged").count() == 2


def test_a_flag_goes_when_its_reason_goes_and_comes_back_with_it(scope):
    one = order(buyer={"city": ""})
    look(one)
    edit_order(one, buyer={"ship_city": "Hangzhou"}, actor=ANN)
    run_tasks()
    assert flags(one) == {}
    edit_order(one, buyer={"ship_city": ""}, actor=ANN)
    run_tasks()
    assert flags(one) == {"address": ["no_city"]}


def test_what_a_person_found_fine_stays_fine_until_there_is_another_reason(scope):
    one = order(buyer={"city": ""})
    look(one)
    settle_risks(one, actor=ANN)
    flag = RiskFlag.objects.get()
    assert (flag.settled_by, flag.is_open) == ("Ann", False)
    assert look(one) == {}
    edit_order(one, buyer={"ship_to": ""}, actor=ANN)
    assert look(one) == {"address": ["no_street", "no_city"]}
    kinds = [moment.kind for moment in timeline(order_detail().get(pk=one.pk))]
    assert kinds[:4] == ["orders.flagged", "orders.edited", "orders.risk_settled", "orders.flagged"]
    settle_risks(one, actor=ANN)
    with pytest.raises(Refused, match="Nothing is open"):
        settle_risks(one, actor=ANN)


def test_the_shop_may_want_risky_orders_held_and_a_person_lets_them_go(scope):
    change_risk_rules(hold_from=2, actor=ANN)
    one = order(buyer={"city": ""})
    assert look(one)
    assert Order.objects.get(pk=one.pk).state == "paid"
    two = order(buyer={"city": ""}, card_check="mismatch")
    look(two)
    two.refresh_from_db()
    assert (two.state, two.hold_reason) == ("on_hold", "Risk: Address, Card does not match")
    assert settle_risks(two, actor=ANN).state == "paid"
    look(two)
    assert Order.objects.get(pk=two.pk).state == "paid"


def test_what_the_shop_does_not_look_for_is_not_found(scope):
    change_risk_rules(kinds=["card"], actor=ANN)
    assert look(order(buyer={"city": ""})) == {}
    with pytest.raises(Refused) as no:
        change_risk_rules(many_orders=1, actor=ANN)
    assert "many_orders" in no.value.fields


def test_old_and_finished_orders_are_left_alone(scope):
    one = order(buyer={"city": ""}, placed_at=timezone.now() - timedelta(days=20))
    assert look(one) == {}


def test_what_is_looked_up_does_not_grow_with_the_orders(scope):
    change_risk_rules(many_orders=100, actor=ANN)

    def reads(count: int) -> int:
        given = [OrderIn(lines=[LineIn("", 1, D(5), title="Cup")], buyer=BuyerIn(**GOOD)) for _n in range(count)]
        ids = [row.order.pk for row in place_orders(given, actor=ANN)]
        with CaptureQueriesContext(connection) as queries:
            assess_orders(ids, actor=ANN)
        return sum("ship_to" in one["sql"] or "COUNT" in one["sql"] for one in queries) - count  # one lock an order

    assert reads(2) == reads(20)


PAGE = "/m/luming/orders/"


def test_the_pages_show_reasons_filter_and_settle(as_user, ann, shop, rival):
    with tenant(shop):
        plain, bad = order(), order("60", buyer={"phone": "+49 30 1"})
        look(bad)
    client = as_user(ann)
    shown = client.get(f"{PAGE}{bad.number}/").content.decode()
    assert "The phone number is of Germany, the address of China." in shown
    listed = [row.number for row in client.get(f"{PAGE}?risk=open").context["page"].rows]
    assert listed == [bad.number]
    assert client.get(f"{PAGE}?risk=card").context["page"].rows == []
    assert client.post(f"{PAGE}{bad.number}/fine/").status_code == 302
    assert "Fine, says" in client.get(f"{PAGE}{bad.number}/").content.decode()
    assert [row.number for row in client.get(f"{PAGE}?risk=fine").context["page"].rows] == [bad.number]
    assert client.post(f"{PAGE}{plain.number}/fine/").status_code == 422


RULES = {
    "kinds": ["address", "card"], "many_orders": "5", "many_hours": "12", "value_factor": "3", "many_refunds": "2",
    "hold_from": "1",
}  # fmt: skip


def test_the_owner_says_how_careful_the_shop_is(as_user, ann, ben, shop):
    client, page = as_user(ann), f"{PAGE}risk-rules/"
    assert client.get(page).status_code == 200
    assert client.post(page, RULES).status_code == 302
    assert client.post(page, RULES | {"many_hours": "0"}).status_code == 422
    assert as_user(ben).post(page, RULES).status_code == 403
    with tenant(shop):
        assert look(one := order(buyer={"city": ""})) == {"address": ["no_city"]}
        assert Order.objects.get(pk=one.pk).state == "on_hold"
        assert Activity.objects.filter(kind="orders.risk_rules_changed").count() == 1
