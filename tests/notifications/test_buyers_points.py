"""What buyers are told of their points and coupons: to those who agreed, once, within the limits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts.models import Activity
from core.tenancy import tenant
from ecommerce.coupons.actions import Terms, issue_coupons, withdraw_coupon
from ecommerce.loyalty.events import PointsEarned
from ecommerce.models import Coupon, Customer, PointsEntry
from notifications.buyers.actions import change_letter_rules
from notifications.buyers.handlers.loyalty import points_earned
from notifications.buyers.models import BuyerNotice
from notifications.buyers.tasks import remind_of_endings, write_of_coupons
from notifications.mail.models import Mail
from tests import factories
from tests.ecommerce.loyalty_kit import completed, coupon_of, points_on
from tests.ecommerce.orders_kit import ANN
from tests.notifications.buyers_kit import EN, ZH, agree, mails, ordered

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def here(scope):
    """The clock of the shop, as background tasks have it."""
    with timezone.override(scope.zone):
        yield scope


def buyer(language: str = EN, *, agrees: bool = True) -> Customer:
    order = ordered(language)
    if agrees:
        agree(order, "marketing")
    mails()
    Mail.objects.all().delete()
    assert order.customer is not None
    return order.customer


def letters() -> list[tuple[str, str]]:
    return list(BuyerNotice.objects.order_by("pk").values_list("letter", "outcome"))


def test_points_of_an_order_are_told_to_who_agreed(here):
    points_on()
    order = ordered()
    agree(order, "marketing")
    completed("168.00")
    (mail,) = [mail for mail in mails() if mail.subject.startswith("Points for your order")]

    assert "168" in mail.text
    assert "/mail/stop/marketing/" in mail.text
    points_earned(PointsEarned(**Activity.objects.get(kind="points.earned").payload), Activity.objects.latest("pk"))
    assert len([mail for mail in mails() if mail.subject.startswith("Points for your order")]) == 1


@pytest.mark.parametrize(
    ("language", "subject"), [(EN, "A coupon from Luming Teaware for you"), (ZH, "“Luming Teaware”送你一张优惠券")]
)
def test_a_coupon_is_told_in_the_language_of_its_buyer(here, language, subject):
    coupon = coupon_of(buyer(language), least=D("100.00"), valid_until=here.today() + timedelta(days=9))
    (mail,) = mails()

    assert mail.subject == f"{subject} · Luming Teaware"
    for part in (mail.text, mail.html):
        assert coupon.code in part
        assert "10.00" in part
        assert "100.00" in part
        assert "None" not in part
    write_of_coupons([coupon.pk])
    assert len(mails()) == 1


def test_who_did_not_agree_gets_no_offers(here):
    coupon_of(buyer(agrees=False))
    assert mails() == []
    assert letters() == [("coupon_given", "unwanted")]


def test_a_coupon_of_nobody_is_told_to_nobody(here):
    coupon_of(None)
    assert mails() == []


def test_many_coupons_are_told_and_those_withdrawn_meanwhile_are_not(here):
    first = buyer()
    second = factories.CustomerFactory(email="li@example.com")
    coupons = issue_coupons(Terms(amount=D("5.00")), customers=[first, second], actor=ANN)
    withdraw_coupon(coupons[1], actor=ANN)
    assert [mail.to for mail in mails()] == ["yuhan@example.com"]


def test_a_shop_may_switch_the_letter_off_and_limits_hold(here):
    one = buyer()
    rules = {"most_a_day": 1, "invitations_a_month": None, "invites_unasked": False, "actor": ANN}
    change_letter_rules(off=["coupon_given"], **rules)
    coupon_of(one)
    assert mails() == []
    change_letter_rules(off=[], **rules)
    coupon_of(one)
    coupon_of(one)
    assert len(mails()) == 1
    assert letters() == [("coupon_given", "written"), ("coupon_given", "day_full")]


def test_points_that_expire_are_told_once_a_month(here):
    one = buyer()
    for turn, (points, days) in enumerate([(70, 10), (30, 60)], start=1):
        day = here.today() + timedelta(days=days)
        PointsEntry.objects.create(
            customer=one, sequence=turn, kind="earned", points=points, balance=100, cause=str(turn), expires_on=day
        )
    for _night in range(2):
        remind_of_endings()

    (mail,) = mails()
    assert mail.subject == "Some of your points expire soon · Luming Teaware"
    assert "70" in mail.text
    assert [row.fact for row in BuyerNotice.objects.filter(letter="points_ending")] == [
        f"buyer:customer:{one.pk}:points_ending:{here.today():%Y-%m}"
    ]


def test_a_coupon_that_expires_is_told_once_three_days_before(here):
    one, today = buyer(), here.today()
    soon = coupon_of(one, valid_until=today + timedelta(days=3))
    coupon_of(one, valid_until=today + timedelta(days=4))
    Coupon.objects.update(created_at=timezone.now() - timedelta(days=20))
    short = coupon_of(one, valid_until=today + timedelta(days=1))
    mails()
    BuyerNotice.objects.all().delete()
    for _night in range(2):
        remind_of_endings()

    assert [row.fact for row in BuyerNotice.objects.all()] == [f"buyer:coupon:{soon.pk}:coupon_ending"]
    assert short.code not in "".join(mail.text for mail in mails() if mail.subject.startswith("Your coupon expires"))


def test_another_shop_is_not_reminded_of_ours(here, rival):
    coupon_of(buyer(), valid_until=here.today() + timedelta(days=3))
    mails()
    BuyerNotice.objects.all().delete()
    with tenant(rival):
        remind_of_endings()
    assert BuyerNotice.objects.count() == 0
