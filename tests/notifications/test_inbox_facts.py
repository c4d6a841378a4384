"""What goods, money and people do behind one's back is told to those who can act, and taken away when it is over."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from accounts.activity.log import record
from accounts.jobs.runner import sweep
from accounts.members.actions import change_role, remove_member
from accounts.merchants.events import MerchantStateChanged
from accounts.models import Membership
from accounts.tokens.actions import create_token, revoke_token
from analytics.markets.events import ShareFallExpected
from core import roles
from core.actors import SYSTEM, Actor
from core.tenancy import every_tenant
from ecommerce.complaints.actions import add_message
from ecommerce.inventory.actions import draft_transfer, receive_transfer, send_transfer
from ecommerce.models import Warehouse
from ecommerce.orders.actions import cancel_order, hold_order, release_order
from ecommerce.purchasing.actions import receive_goods, set_price
from ecommerce.purchasing.rules import Came
from notifications.inbox.calendar import late_purchases, tokens_that_end
from notifications.inbox.models import Notification
from tests import factories
from tests.ecommerce.complaints_kit import BUYER, opened
from tests.ecommerce.orders_kit import order_in, stocked
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.queue import run_tasks

ALL = roles.merchant_permissions()


def told(kind: str) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return [(row.user.name, row.state) for row in rows.select_related("user")]


def figures(kind: str) -> dict[str, object]:
    return dict(Notification.objects.filter(kind=kind).latest("pk").params)


def test_a_hold_is_told_until_it_is_released(scope, ann, ben):
    order = hold_order(order_in("paid"), reason="Address is wrong", actor=ann.actor)
    run_tasks()
    assert told("order-held") == [("Ben", "unread")]
    assert figures("order-held") == {"number": order.number, "reason": "Address is wrong"}
    release_order(order, actor=ann.actor)
    run_tasks()
    assert told("order-held") == [("Ben", "handled")]


def test_what_the_buyer_calls_off_is_told_and_what_a_member_does_is_not(scope, ann):
    cancel_order(order_in("paid"), reason="Found it cheaper", actor=Actor("buyer", None, "Sun Jiayi"))
    cancel_order(order_in("paid"), reason="Out of print", actor=ann.actor)
    run_tasks()
    assert told("order-cancelled") == [("Ann", "unread")]
    assert figures("order-cancelled")["by"] == "Sun Jiayi"


def test_a_transfer_is_announced_and_what_did_not_arrive_is_told(scope, ann, ben):
    stocked(10, sku="CUP")
    hall = factories.WarehouseFactory(name="Hall 2", code="H2")
    source = Warehouse.objects.exclude(pk=hall.pk).get()
    transfer = send_transfer(draft_transfer(source, hall, {"CUP": 4}, actor=ann.actor), actor=ann.actor)
    run_tasks()
    assert told("transfer-coming") == [("Ben", "unread")]
    receive_transfer(transfer, came={transfer.lines.get().pk: 3}, reason="Broken", actor=ben.actor)
    run_tasks()
    assert told("transfer-coming") == [("Ben", "handled")]
    assert ("Ann", "unread") in told("transfer-short")
    assert (figures("transfer-short")["units"], figures("transfer-short")["received"]) == (4, 3)


def test_a_delivery_with_damage_is_two_facts(scope, ann):
    order = sent(kiln(name="Kiln"))
    receive_goods(order, {order.lines.get().pk: Came(accepted=22, damaged=2)}, key="1", actor=SYSTEM)
    run_tasks()
    assert told("purchase-arrived") == told("purchase-damaged") == [("Ann", "unread")]
    assert figures("purchase-damaged")["damaged"] == 2
    assert figures("purchase-arrived")["whole"] is False


def test_late_purchases_are_one_line_a_day_which_goes_when_they_come(scope, ann):
    today = scope.today()
    first, second = (sent(kiln(sku=sku), (sku, 5), expected_on=today + timedelta(days=2)) for sku in ("POT", "CUP"))
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False) as clock:
        late_purchases(scope, begin=True)
        late_purchases(scope, begin=True)
        assert told("purchase-late") == [("Ann", "unread")]
        assert (figures("purchase-late")["count"], figures("purchase-late")["number"]) == (2, first.number)
        receive_goods(first, {first.lines.get().pk: Came(accepted=5)}, key="1", actor=SYSTEM)
        _half_a_minute_later(clock)
        assert figures("purchase-late")["number"] == second.number
        receive_goods(second, {second.lines.get().pk: Came(accepted=5)}, key="2", actor=SYSTEM)
        _half_a_minute_later(clock)
        assert told("purchase-late") == [("Ann", "handled")]


def _half_a_minute_later(clock):
    run_tasks()
    clock.shift(30)
    sweep()
    run_tasks()


@pytest.mark.parametrize(("price", "count"), [("3.80", 0), ("3.85", 1), ("3.00", 1)])
def test_a_price_that_moves_by_a_tenth_is_told(scope, ann, price, count):
    supplier = kiln(price="3.50")
    variant = supplier.prices.get().variant
    later = scope.today() + timedelta(days=10)
    set_price(supplier, variant, price=Decimal(price), valid_from=later, actor=SYSTEM)
    run_tasks()
    assert len(told("supplier-price")) == count


def test_what_a_buyer_adds_is_told_once_and_again_when_there_is_more(scope, ann):
    complaint = opened()
    add_message(complaint, text="Here is one more picture of the crack.", side="buyer", actor=BUYER)
    run_tasks()
    Notification.objects.filter(kind="complaint-message").update(state="read")
    add_message(complaint, text="Are you still there? I need an answer.", side="buyer", actor=BUYER)
    run_tasks()
    assert told("complaint-message") == [("Ann", "unread")]
    add_message(complaint, text="Yes, a new lid is on its way to you.", side="merchant", actor=ann.actor)
    run_tasks()
    assert told("complaint-message") == [("Ann", "handled")]


def test_a_share_that_is_likely_to_fall_is_told_once_a_week(scope, ann):
    fact = {"market_id": 1, "measure": "value", "category": "Tea", "last": 0.2, "low": 0.12, "middle": 0.15}
    for run in (1, 2):
        record(ShareFallExpected(run_id=run, high=0.18, chance=0.8, **fact), actor=SYSTEM, subject=scope)
    run_tasks()
    assert told("share-fall") == [("Ann", "unread")]


def test_the_team_hears_who_changed_and_who_went(scope, ann, ben):
    member = Membership.objects.get(user=ben)
    dora = factories.UserFactory(name="Dora")
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=scope, user=dora, role="owner")
    change_role(member, role="support", held=ALL, actor=ann.actor)
    remove_member(member, held=ALL, actor=ann.actor)
    run_tasks()
    assert told("member-role") == []  # gone before it could be told
    assert told("member-left") == [("Dora", "unread")]


def test_what_the_platform_does_to_the_shop_cannot_be_missed(scope, ann, ben, mo):
    record(MerchantStateChanged(merchant_id=scope.pk, old="active", new="restricted"), actor=mo.actor, subject=scope)
    record(MerchantStateChanged(merchant_id=scope.pk, old="active", new="holiday"), actor=ann.actor, subject=scope)
    run_tasks()
    assert told("shop-state") == [("Ann", "unread")]


def test_a_token_that_ends_is_told_once_and_no_more_when_it_is_revoked(scope, ann):
    soon = timezone.now() + timedelta(days=5)
    token, _ = create_token(
        name="ERP", scopes=["orders.view"], held=ALL, created_by=ann, expires_at=soon, actor=ann.actor
    )
    create_token(name="BI", scopes=["orders.view"], held=ALL, created_by=ann, actor=ann.actor)
    tokens_that_end()
    tokens_that_end()
    assert told("token-expiring") == [("Ann", "unread")]
    revoke_token(token, actor=ann.actor)
    run_tasks()
    assert told("token-expiring") == [("Ann", "handled")]
    assert told("token-revoked") == [("Ann", "unread")]


def test_another_shop_hears_nothing(scope, ann, cleo, rival):
    hold_order(order_in("paid"), reason="Address is wrong", actor=SYSTEM)
    run_tasks()
    with every_tenant("look at both"):
        assert not Notification.objects.filter(merchant=rival).exists()
        assert Notification.objects.filter(kind="order-held", merchant=scope).exists()
