"""Exchange and repair: a replacement never oversells and costs the difference at most; repairs stay off stock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.buyers import links
from ecommerce.fulfilment.actions import ship_order
from ecommerce.models import Order, Return, StockMove
from ecommerce.orders.actions import cancel_order, refund_order, take_payment
from ecommerce.orders.queries import timeline as order_timeline
from ecommerce.returns import rules
from ecommerce.returns.actions import (
    LineIn,
    approve_return,
    receive_return,
    reopen_return,
    request_return,
    run_clocks,
    send_back,
    settle_return,
)
from ecommerce.returns.queries import returnable, worth_of
from ecommerce.returns.rules import Inspection
from notifications.models import Notification
from tests.api import program_of
from tests.ecommerce.orders_kit import level_of, placed, stocked
from tests.ecommerce.returns_kit import ANN, arrived, received
from tests.factories import VariantFactory
from tests.queue import run_tasks
from tests.race import alone, shared_database, together

D = Decimal


@pytest.fixture
def inside(scope):
    cache.clear()


def exchanged(case: Return, **given) -> Order:
    case = settle_return(case, outcome="exchange", actor=ANN, **given)
    assert case.replacement is not None
    return case.replacement


def test_the_same_item_goes_out_for_nothing(inside):
    order = arrived(2)
    variant = order.lines.get().variant
    case = received(order, 2, restock=1, write_off=1)
    shelf, _reserved = level_of(variant)
    new = exchanged(case)
    assert (new.state, new.payment_state, new.total, new.units, new.replaces) == ("paid", "paid", 0, 2, order)
    assert (new.buyer_name, new.ship_city, new.customer) == (order.buyer_name, order.ship_city, order.customer)
    assert level_of(variant) == (shelf, 2)
    assert (new.payments.get().method, new.payments.get().reference) == ("exchange", case.number)
    case.refresh_from_db()
    assert (case.state, case.outcome, case.replacement, case.due_at) == ("settled", "exchange", new, None)
    assert order.returns.get().refund_amount is None
    assert "orders.replaced" in [moment.kind for moment in order_timeline(order)]
    assert "orders.placed_instead" in [moment.kind for moment in order_timeline(new)]
    ship_order(new, actor=ANN)
    assert level_of(variant) == (shelf - 2, 0)


@pytest.mark.parametrize(
    ("price", "with_difference", "total", "state"),
    [("200.00", True, "64.00", "placed"), ("200.00", False, "0.00", "paid"), ("99.00", True, "0.00", "paid")],
)
def test_the_buyer_pays_what_another_item_costs_more_at_most(inside, price, with_difference, total, state):
    case = received(arrived(2), 2)
    other = stocked(3, sku="OTHER", price=D(price))
    new = exchanged(case, instead={case.lines.get().pk: "OTHER"}, with_difference=with_difference)
    assert (new.total, new.state, new.lines.get().sku) == (D(total), state, "OTHER")
    assert level_of(other) == (3, 2), "held although nothing is paid yet"
    if state == "placed":
        take_payment(new, method="alipay", actor=ANN)
        assert level_of(other) == (3, 2)
    else:
        assert new.paid_total == 0


@pytest.mark.parametrize(("with_difference", "back"), [(True, D("138.00")), (False, None)])
def test_the_buyer_gets_back_what_another_item_costs_less(inside, with_difference, back):
    order = arrived(2)
    case = received(order, 2)
    stocked(3, sku="OTHER", price=D("99.00"))
    new = exchanged(case, instead={case.lines.get().pk: "OTHER"}, with_difference=with_difference)
    order.refresh_from_db()
    case = order.returns.get()
    assert (new.total, case.refund_amount, order.refunded_total) == (0, back, back or 0)
    assert [line.refunded_quantity for line in order.lines.all()] == [0], "the goods were exchanged, not refunded"
    assert (case.payment is None) == (back is None)


def test_what_cheaper_items_cost_less_pays_for_dearer_ones_first(inside):
    order = placed((stocked(price=D("100.00")), 1), (stocked(price=D("80.00")), 2), paid=True)
    ship_order(order, actor=ANN)
    first, second = order.lines.order_by("position")
    case = request_return(order, lines=[LineIn(first.pk, 1, "size"), LineIn(second.pk, 2, "size")], actor=ANN)
    case = approve_return(case, actor=ANN)
    dear, cheap = case.lines.order_by("order_line__position")
    found = {dear.pk: Inspection(restock=1), cheap.pk: Inspection(restock=2)}
    case = receive_return(case, inspected=found, actor=ANN)
    stocked(9, sku="DEAR", price=D("115.00"))
    stocked(9, sku="CHEAP", price=D("70.00"))
    new = exchanged(case, instead={dear.pk: "DEAR", cheap.pk: "CHEAP"})
    assert (new.total, new.payment_state, Return.objects.get().refund_amount) == (0, "paid", D("5.00"))


def test_a_cheaper_exchange_called_off_is_not_paid_back_twice(inside):
    order = arrived(1)
    paid = order.total - order.shipping_fee
    case = received(order)
    stocked(3, sku="OTHER", price=D("100.00"))
    new = exchanged(case, instead={case.lines.get().pk: "OTHER"})
    given = Return.objects.get().refund_amount
    cancel_order(new, reason="No longer wanted", actor=ANN)
    run_tasks()
    case.refresh_from_db()
    assert (case.state, case.refund_amount, worth_of(case)) == ("received", given, paid - given)
    same = exchanged(case)
    assert same.total == given, "the same item costs what was given back"
    cancel_order(same, reason="No longer wanted", actor=ANN)
    run_tasks()
    case.refresh_from_db()
    settle_return(case, outcome="refund", actor=ANN)
    order.refresh_from_db()
    assert (order.refunded_total, Return.objects.get().refund_amount) == (paid, paid)


def test_nothing_goes_out_that_is_not_in_stock(inside):
    order = arrived(2, stocked(3))
    variant = order.lines.get().variant
    case = received(order, 2, write_off=2)
    before = (level_of(variant), Order.objects.count(), StockMove.objects.count())
    with pytest.raises(Refused, match=f"1 × {variant.sku}") as refusal:
        settle_return(case, outcome="exchange", actor=ANN)
    assert refusal.value.code == "not_in_stock"
    assert (level_of(variant), Order.objects.count(), StockMove.objects.count()) == before
    case.refresh_from_db()
    assert (case.state, case.replacement) == ("received", None)


def test_only_what_is_for_sale_goes_out(inside):
    case = received()
    line = case.lines.get()
    VariantFactory(sku="GONE", is_active=False)
    for given, code in (
        ({line.pk: "GONE"}, "sku_unknown"),
        ({line.pk: "NONE"}, "sku_unknown"),
        ({0: ""}, "line_unknown"),
    ):
        with pytest.raises(Refused) as refusal:
            settle_return(case, outcome="exchange", instead=given, actor=ANN)
        assert refusal.value.code == code
    assert Order.objects.count() == 1


def test_units_whose_money_went_back_are_not_exchanged(inside):
    order = arrived(1)
    case = received(order)
    refund_order(order, lines={order.lines.get().pk: 1}, reason="Asked for", actor=ANN)
    with pytest.raises(Refused) as refusal:
        settle_return(case, outcome="exchange", actor=ANN)
    assert refusal.value.code == "already_refunded"


def test_a_replacement_called_off_opens_the_settlement_again(inside, ann):
    case = received(arrived(1))
    variant = case.lines.get().order_line.variant
    new = exchanged(case)
    shelf = level_of(variant)[0]
    run_tasks()
    cancel_order(new, reason="Wrong size", actor=ANN)
    run_tasks()
    case.refresh_from_db()
    assert (case.state, case.outcome, case.replacement, case.ended_at) == ("received", "", None, None)
    assert case.due_at > timezone.now() + timedelta(hours=60)
    assert level_of(variant) == (shelf, 0)
    assert Notification.objects.filter(kind="return-reopened", state="unread").exists()
    assert reopen_return(new.pk, actor=SYSTEM) is None, "once"
    assert worth_of(case) == D("168.00")
    settle_return(case, outcome="refund", actor=ANN)
    run_tasks()
    assert not Notification.objects.filter(kind="return-reopened", state="unread").exists()


def test_a_replacement_that_left_in_part_leaves_the_return_settled(inside):
    case = received(arrived(2), 2)
    new = exchanged(case)
    ship_order(new, units={new.lines.get().pk: 1}, actor=ANN)
    cancel_order(new, reason="Enough", actor=ANN)
    run_tasks()
    case.refresh_from_db()
    assert case.state == "settled"


@pytest.mark.django_db(transaction=True)
def test_an_exchange_and_an_order_do_not_share_the_last_unit(shop, tmp_path):
    with tenant(shop):
        variant = stocked(2)
        case = received(arrived(1, variant), 1, write_off=1)

    def settle():
        with tenant(shop):
            return settle_return(Return.objects.get(pk=case.pk), outcome="exchange", actor=SYSTEM).state

    def buy():
        with tenant(shop):
            return placed((variant, 1), paid=True).lines.get().reserved_quantity

    def held():
        with tenant(shop):
            return level_of(variant), Order.objects.filter(replaces__isnull=False).count()

    with shared_database(tmp_path):
        outcomes = together(settle, buy)
        level, replacements = alone(held)
        assert level == (1, 1), outcomes
        assert replacements == ("settled" in outcomes), outcomes
        assert (1 in outcomes) != ("settled" in outcomes), outcomes


def test_repaired_goods_go_back_and_never_enter_stock(inside):
    order = arrived(2)
    variant = order.lines.get().variant
    before = level_of(variant), StockMove.objects.count()
    case = settle_return(received(order, 2, repair=2), outcome="repair", reason="New seal", actor=ANN)
    assert (case.state, case.outcome, case.is_open) == ("repairing", "repair", True)
    assert returnable(order)[order.lines.get().pk] == 0
    assert timezone.now() + timedelta(days=13) < case.due_at
    assert case.clock(timezone.now()).used < 5
    case = send_back(case, carrier=" SF ", tracking_number="sf 12", actor=ANN)
    assert (case.state, case.back_carrier, case.back_tracking, case.due_at) == ("settled", "SF", "SF12", None)
    assert (level_of(variant), StockMove.objects.count()) == before
    assert returnable(order)[order.lines.get().pk] == 2, "the buyer has them again"
    assert Order.objects.get().refunded_total == 0
    for step in (lambda: send_back(case, actor=ANN), lambda: settle_return(case, outcome="refund", actor=ANN)):
        with pytest.raises(Refused):
            step()


def test_only_what_was_set_apart_is_repaired(inside):
    case = received(arrived(2), 2, repair=1, restock=1)
    with pytest.raises(Refused) as refusal:
        settle_return(case, outcome="repair", actor=ANN)
    assert refusal.value.code == "not_to_repair"
    assert Return.objects.get().state == "received"


def test_what_cannot_be_repaired_is_settled_another_way(inside):
    case = settle_return(received(arrived(1), 1, repair=1), outcome="repair", actor=ANN)
    with pytest.raises(Refused):
        settle_return(case, outcome="repair", actor=ANN)
    case = settle_return(case, outcome="refund", actor=ANN)
    assert (case.state, case.outcome, case.refund_amount, case.sent_back_at) == ("settled", "refund", D("168.00"), None)


def test_a_repair_has_a_clock_of_its_own(inside, ann):
    case = settle_return(received(arrived(1), 1, repair=1), outcome="repair", actor=ANN)
    assert run_clocks() == {"reminded": 0, "overdue": 0, "escalated": 0}
    late = case.due_at + timedelta(days=2)
    assert run_clocks(late) == {"reminded": 0, "overdue": 1, "escalated": 1}
    run_tasks()
    assert set(Notification.objects.filter(kind__startswith="return-").values_list("kind", flat=True)) >= {
        "return-late",
        "return-escalated",
    }


def test_the_pages_lead_through_an_exchange_and_a_repair(inside, client, as_user, ann):
    browser, order = as_user(ann), arrived(2)
    other = stocked(5, sku="BLUE", price=D("170.00"), product=order.lines.get().variant.product)
    case = received(order, 1)
    line = case.lines.get()
    page = browser.get(case.get_absolute_url()).content.decode()
    assert f"instead_{line.pk}" in page
    assert "BLUE" in page
    assert 'value="repair"' not in page
    settle = reverse("return-settle", args=["luming", case.number])
    bad = browser.post(settle, {"outcome": "exchange", f"instead_{line.pk}": "NONE"})
    assert bad.status_code == 422
    assert "No product for sale here" in bad.content.decode()
    browser.post(settle, {"outcome": "exchange", f"instead_{line.pk}": "BLUE", "with_difference": "on"})
    case.refresh_from_db()
    new = case.replacement
    assert (new.total, level_of(other)) == (D("2.00"), (5, 1))
    assert new.number in browser.get(case.get_absolute_url()).content.decode()
    detail = browser.get(new.get_absolute_url()).content.decode()
    assert f"#{order.number}" in detail
    panel = browser.get(reverse("order-returns", args=["luming", order.number]), headers={"HX-Request": "true"})
    assert new.get_absolute_url() in panel.content.decode()
    assert new.get_absolute_url() in browser.get(order.get_absolute_url()).content.decode()
    behind = client.get(links.path_for("buyer-return", links.RETURN, order)).content.decode()
    assert "Follow it" in behind

    second = received(order, 1, repair=1)
    page = browser.get(second.get_absolute_url()).content.decode()
    assert 'value="repair"' in page
    settle = reverse("return-settle", args=["luming", second.number])
    browser.post(settle, {"outcome": "repair"})
    page = browser.get(second.get_absolute_url()).content.decode()
    assert "Send the repaired items back" in page
    assert "To send back in" in page
    rows = browser.get(reverse("return-list", args=["luming"]) + "?tab=repairing").content.decode()
    assert second.number in rows
    back = reverse("return-send-back", args=["luming", second.number])
    browser.post(back, {"carrier": "SF Express", "tracking_number": "SF1234567890"})
    page = browser.get(second.get_absolute_url()).content.decode()
    assert "SF1234567890" in page
    assert "SF1234567890" in client.get(links.path_for("buyer-return", links.RETURN, order)).content.decode()


def test_a_program_exchanges_and_repairs(shop, ann):
    with tenant(shop):
        order = arrived(2)
        stocked(5, sku="BLUE", price=D("170.00"))
        case, second = received(order, 1), received(order, 1, repair=1)
        line = case.lines.get()
    program = program_of(shop)
    body = {"outcome": "exchange", "instead": [{"id": line.pk, "sku": "BLUE"}], "with_difference": False}
    done = program.post(f"returns/{case.number}/settle/", body)
    assert done.data["state"] == "settled"
    made = program.get(f"orders/{done.data['replacement']}/").data
    assert (made["replaces"], made["total"], made["lines"][0]["sku"]) == (order.number, "0.00", "BLUE")
    assert program.post(f"returns/{second.number}/settle/", {"outcome": "repair"}).data["state"] == "repairing"
    sent = program.post(f"returns/{second.number}/send_back/", {"carrier": "SF", "tracking_number": "sf9"})
    assert (sent.data["state"], sent.data["outcome"], sent.data["back_tracking"]) == ("settled", "repair", "SF9")
    assert program.post(f"returns/{second.number}/send_back/", {}).status_code == 422


def test_the_steps_of_a_return_are_data():
    assert rules.may("repair", "received")
    assert not rules.may("repair", "repairing")
    assert rules.may("settle", "repairing")
    assert (rules.REOPENS.begins, rules.REOPENS.becomes) == ({"settled"}, "received")
