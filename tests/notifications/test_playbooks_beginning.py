"""A shop that is approved begins with the ready playbooks that only tell people; what it does with them is its own."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from accounts.activity.log import record
from accounts.merchants import actions
from accounts.merchants.events import MerchantApproved
from accounts.models import Activity, Membership
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.fulfilment.events import CarrierRanLate
from notifications.models import Firing, Notification, Playbook
from notifications.playbooks.actions import remove_playbook, switch_playbook
from notifications.playbooks.queries import version_of
from notifications.playbooks.shipped import SHIPPED
from tests import factories
from tests.queue import run_tasks

FIRST = ["complaint-due", "parcels-late"]


def approved(language: str = "en"):
    """A shop as it comes to be: somebody applies, and staff approve."""
    applicant = factories.UserFactory(name="Xin", email="xin@example.com", language=language)
    EmailAddress.objects.create(user=applicant, email=applicant.email, verified=True, primary=True)
    shop = actions.apply(actions.ShopData(name="Xinyi Ceramics", pitch="Celadon"), applicant=applicant)
    actions.approve(shop, actor=SYSTEM)
    run_tasks()
    return shop


def late() -> CarrierRanLate:
    shares = {"share_percent": 25, "usual_percent": 4, "chance": 0.001}
    return CarrierRanLate(carrier_id=1, carrier="SF", day="2026-11-29", parcels=80, due=100, late=25, **shares)


def test_only_what_tells_people_and_gives_tasks_begins_on():
    assert sorted(one.name for one in SHIPPED if one.on) == FIRST
    assert {step.name for one in SHIPPED if one.on for step in one.steps} == {"tell", "task"}


def test_an_approved_shop_has_them_on_with_its_owner_as_author(db):
    shop = approved()
    with tenant(shop):
        made = list(Playbook.objects.order_by("template"))
        assert [(one.template, one.is_on) for one in made] == [(name, True) for name in FIRST]
        assert {version_of(one).author.name for one in made} == {"Xin"}
        assert made[0].name == "Escalate a complaint near its limit"
        entries = Activity.objects.filter(kind="playbooks.saved")
        assert [entry.actor_kind for entry in entries] == ["system", "system"]

        record(late(), actor=SYSTEM)
        run_tasks()
        assert Firing.objects.get().state == "done"
        titles = [row.params["title"] for row in Notification.objects.filter(kind__startswith="playbook")]
        assert "80 parcels of SF are late" in titles


def test_they_speak_the_owners_language(db):
    with tenant(approved("zh-hans")):
        assert not any(one.name.isascii() for one in Playbook.objects.all())
        title = version_of(Playbook.objects.get(template="parcels-late")).steps[0]["settings"]["title"]
        assert not title.isascii()


@pytest.mark.parametrize("do", [
    lambda row: switch_playbook(row, on=False, actor=SYSTEM),
    lambda row: remove_playbook(row, actor=SYSTEM),
])  # fmt: skip
def test_what_the_shop_switched_off_or_removed_stays_so(db, do):
    shop = approved()
    with tenant(shop):
        do(Playbook.objects.get(template="parcels-late"))
        record(MerchantApproved(merchant_id=shop.pk), actor=SYSTEM, subject=shop)
        run_tasks()
        assert Playbook.objects.count() == len(FIRST)
        assert not Playbook.objects.get(template="parcels-late").is_on


def test_a_shop_that_is_there_gets_nothing(shop, ann):
    actions.suspend(shop, reason="Copies", actor=SYSTEM)
    actions.reactivate(shop, actor=SYSTEM)
    approved()
    run_tasks()
    with tenant(shop):
        assert not Playbook.objects.exists()


def test_a_shop_without_an_active_owner_gets_none_and_nothing_fails(scope, ann):
    Membership.objects.update(role="manager")
    record(MerchantApproved(merchant_id=scope.pk), actor=SYSTEM, subject=scope)
    run_tasks()
    assert not Playbook.objects.exists()
