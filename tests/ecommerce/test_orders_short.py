"""Orders that are paid for what others were quicker to buy: what the shop wants then. No unit is promised twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Activity, Merchant
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.inventory.actions import adjust_stock
from ecommerce.models import Order, Payment, StockLevel
from ecommerce.orders.actions import place_orders, release_order, take_payment
from ecommerce.returns.actions import settle_return
from notifications.models import Notification
from tests.ecommerce.orders_kit import ANN, given, level_of, pay, placed, stocked
from tests.ecommerce.returns_kit import arrived, received
from tests.queue import run_tasks
from tests.race import alone, shared_database, together


@pytest.fixture
def wants(scope, shop):
    def set_to(wish: str) -> None:
        shop.short_stock = wish
        shop.save()

    return set_to


def two_for_one() -> tuple[Order, Order]:
    variant = stocked(1)
    return placed((variant, 1)), placed((variant, 1))


def kinds_of(order: Order) -> list[str]:
    log = Activity.objects.about(order._meta.label_lower, order.pk).order_by("pk")
    return list(log.values_list("kind", flat=True))


def test_by_default_the_second_goes_on_and_is_marked(scope):
    first, second = (pay(order) for order in two_for_one())
    assert (first.state, second.state) == ("paid", "paid")
    assert (first.lines.get().reserved_quantity, second.lines.get().reserved_quantity) == (1, 0)
    assert "orders.ran_short" not in kinds_of(second)


def test_the_second_is_put_on_hold_and_released_when_the_stock_is_there(wants, as_user, ann):
    wants("hold")
    first, second = (pay(order) for order in two_for_one())
    assert (first.state, second.state, second.payment_state) == ("paid", "on_hold", "paid")
    assert (second.hold_reason, second.state_before_hold) == ("Out of stock", "paid")
    assert kinds_of(second)[-3:] == ["orders.paid", "orders.ran_short", "orders.held"]
    run_tasks()
    notice = Notification.objects.get(kind="order-short", user=ann)
    assert (notice.params["number"], notice.params["units"]) == (second.number, 1)
    page = as_user(ann).get(second.get_absolute_url()).content.decode()
    assert "Out of stock" in page
    assert "items missing: 1" in page

    variant = second.lines.get().variant
    adjust_stock(variant, StockLevel.objects.get().warehouse, change=1, actor=ANN)
    released = release_order(second, actor=ANN)
    assert (released.state, released.lines.get().reserved_quantity, level_of(variant)) == ("paid", 1, (2, 2))
    run_tasks()
    assert not Notification.objects.filter(kind="order-short", state="unread").exists()


def test_the_second_is_cancelled_and_its_payment_given_back(wants, ann):
    wants("refuse")
    first, second = (pay(order) for order in two_for_one())
    assert (first.state, second.state, second.payment_state) == ("paid", "cancelled", "refunded")
    assert (second.cancel_reason, second.refunded_total) == ("Out of stock", second.paid_total)
    money = second.payments.order_by("pk").values_list("kind", "amount", "reason")
    assert list(money) == [("charge", second.total, ""), ("refund", second.total, "Out of stock")]
    assert level_of(first.lines.get().variant) == (1, 1)
    run_tasks()
    assert Notification.objects.filter(kind="order-short", user=ann).exists()


def test_what_could_be_held_of_a_refused_order_is_free_again(wants):
    wants("refuse")
    variant = stocked(3)
    order = pay(placed((variant, 5)))
    assert (order.state, level_of(variant)) == ("cancelled", (3, 0))


def test_the_same_payment_again_changes_nothing(wants):
    wants("refuse")
    order = placed((stocked(1), 2))
    payments = [take_payment(order, method="alipay", reference="T1", actor=ANN) for _ in range(2)]
    assert payments[0] == payments[1]
    assert order.payments.filter(kind=Payment.Kind.REFUND).count() == 1


@pytest.mark.parametrize(("wish", "state"), [("go_on", "paid"), ("hold", "on_hold"), ("refuse", "cancelled")])
def test_orders_that_come_paid_are_dealt_with_alike(wants, wish, state):
    wants(wish)
    variant = stocked(2)
    many = place_orders([given((variant, 2), paid=True), given((variant, 1), paid=True)], actor=ANN)
    assert [one.order.state for one in many] == ["paid", state]
    assert placed((variant, 1), paid=True).state == state
    assert level_of(variant) == (2, 2)


def test_an_edit_that_adds_what_is_missing_is_held_and_not_refused(wants):
    wants("refuse")
    variant = stocked(1)
    order = pay(placed((variant, 1)))
    order.lines.update(quantity=2)
    Order.objects.filter(pk=order.pk).update(total=order.total * 2, payment_state="partly_paid")
    order = pay(Order.objects.get(pk=order.pk))
    assert (order.state, order.refunded_total, level_of(variant)) == ("on_hold", Decimal("0.00"), (1, 1))


def test_a_replacement_is_refused_as_ever(wants):
    wants("refuse")
    case = received(arrived(1, stocked(1)), 1, write_off=1)
    with pytest.raises(Refused, match="Not in stock"):
        settle_return(case, outcome="exchange", actor=ANN)
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("wish", "other"), [("hold", "on_hold"), ("refuse", "cancelled")])
def test_two_payments_at_once_for_the_last_unit(shop, tmp_path, wish, other):
    Merchant.objects.filter(pk=shop.pk).update(short_stock=wish)
    with tenant(shop):
        first, second = two_for_one()
        variant = first.lines.get().variant

    def paid(order: Order) -> str:
        with tenant(shop):
            take_payment(Order.objects.get(pk=order.pk), method="alipay", actor=SYSTEM)
            return Order.objects.get(pk=order.pk).state

    def found() -> tuple[list[str], tuple[int, int], int]:
        with tenant(shop):
            states = sorted(Order.objects.values_list("state", flat=True))
            return states, level_of(variant), Payment.objects.filter(kind="refund").count()

    with shared_database(tmp_path):
        outcomes = together(lambda: paid(first), lambda: paid(second))
        states, level, refunds = alone(found)
        assert states == sorted(["paid", other]), outcomes
        assert level == (1, 1)
        assert refunds == (wish == "refuse")


def test_the_shop_chooses_on_its_settings_page(as_user, ann, shop):
    browser = as_user(ann)
    url = reverse("shop-settings", args=[shop.slug])
    page = browser.get(url).content.decode()
    assert 'name="short_stock"' in page
    form = {
        "name": shop.name, "country": "CN", "time_zone": "Asia/Shanghai", "language": "en", "ship_within_hours": "48",
        "low_stock_days": "14",
    }  # fmt: skip
    browser.post(url, {**form, "short_stock": "refuse"})
    shop.refresh_from_db()
    assert shop.short_stock == "refuse"
    browser.post(url, form)
    shop.refresh_from_db()
    assert shop.short_stock == "refuse", "left out, it stays"
    assert browser.post(url, {**form, "short_stock": "explode"}).status_code == 422
