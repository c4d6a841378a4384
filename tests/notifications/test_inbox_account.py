"""What concerns a person's own account reaches them in every shop they work for, and by one mail."""

from __future__ import annotations

import pytest

from accounts.activity.log import record
from accounts.members.events import MemberInvited, MemberJoined
from accounts.members.models import Invitation
from accounts.models import Membership
from accounts.people.actions import password_changed
from accounts.people.events import SignedInAnew
from accounts.tokens.events import TokenCreated
from core.tenancy import every_tenant, tenant
from notifications.inbox.actions import mark
from notifications.inbox.models import Notification
from notifications.inbox.queries import inbox_of
from notifications.mail.models import Mail
from tests import factories
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _mails_are_rows(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


@pytest.fixture
def two_shops(ann, rival):
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=rival, user=ann, role="analyst")
    return ann


def rows() -> list[tuple[str, str, str]]:
    with every_tenant("look at all inboxes"):
        return sorted(Notification.objects.values_list("merchant__slug", "user__name", "state"))


def test_a_new_sign_in_is_in_each_inbox_and_in_one_mail(two_shops, ben, shop):
    record(SignedInAnew(user_id=two_shops.pk, device="Chrome, Windows"), actor=two_shops.actor, subject=two_shops)
    run_tasks()
    assert rows() == [("luming", "Ann", "unread"), ("qingyun", "Ann", "unread")]
    with every_tenant("look at the mail"):
        mail = Mail.objects.get()
    assert (mail.to, mail.purpose, mail.merchant_id) == ("ann@example.com", "account", None)
    assert "Chrome, Windows" in mail.text
    assert "/account/sessions/" in mail.text

    with tenant(shop):
        mark(inbox_of(two_shops.pk), state="read")
    assert rows() == [("luming", "Ann", "read"), ("qingyun", "Ann", "read")]


def test_a_person_without_a_shop_gets_the_mail(db):
    mo = factories.UserFactory(name="Mo", email="mo@example.com", staff_role="moderator")
    record(SignedInAnew(user_id=mo.pk, device="Firefox, macOS"), actor=mo.actor, subject=mo)
    run_tasks()
    assert rows() == []
    with every_tenant("look at the mail"):
        assert Mail.objects.get().to == "mo@example.com"


def test_a_changed_password_is_in_the_inbox_and_its_mail_is_not_ours(ann):
    password_changed(ann, by_mail=False)
    run_tasks()
    assert rows() == [("luming", "Ann", "unread")]
    with every_tenant("look at the mail"):
        assert Mail.objects.count() == 0


def test_a_new_token_is_told_to_its_maker_too(scope, ann, ben):
    record(TokenCreated(token_id=1, name="ERP"), actor=ann.actor)
    run_tasks()
    assert rows() == [("luming", "Ann", "unread")]
    assert Mail.objects.get().headers == {}


def test_invitations_and_arrivals_are_told_to_whoever_runs_the_team(scope, ann, ben):
    dora = factories.UserFactory(name="Dora")
    owner = Membership.objects.create(merchant=scope, user=dora, role="owner")
    invitation = Invitation.objects.create(email="eve@example.com", role="manager", digest="x", invited_by=ann)
    record(MemberInvited(invitation_id=invitation.pk), actor=ann.actor, subject=invitation)
    record(MemberJoined(membership_id=owner.pk, user_id=dora.pk, role="owner"), actor=dora.actor, subject=owner)
    run_tasks()
    found = sorted(Notification.objects.values_list("kind", "user__name", "params__by", "params__name"))
    assert found == [("member-invited", "Dora", "Ann", None), ("member-joined", "Ann", None, "Dora")]
    assert Mail.objects.count() == 0
