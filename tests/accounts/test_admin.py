"""The Django admin: for superusers with their second factor, to look and not to change."""

from __future__ import annotations

import pytest

from accounts.merchants.actions import change_settings
from accounts.models import Activity, User
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from tests import factories

PAGES = ("user", "merchant", "activity", "activityseal", "membership", "apitoken", "job", "heartbeat")


@pytest.fixture
def root(db, settings) -> User:
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(
        name="Root", email="root@example.com", is_staff=True, is_superuser=True, staff_role="admin"
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_superuser_looks_at_rows_of_all_shops(as_user, root, ann, cleo, page):
    assert as_user(root).get(f"/admin/accounts/{page}/").status_code == 200
    assert as_user(root).get(f"/admin/accounts/{page}/add/").status_code == 403


def test_an_entry_of_the_log_is_shown_and_cannot_be_changed(as_user, root, shop):
    with tenant(shop):
        change_settings(shop, actor=SYSTEM, ship_within_hours=12)
        entry = Activity.objects.get()
    client = as_user(root)
    address = f"/admin/accounts/activity/{entry.pk}/change/"

    assert client.get(address).status_code == 200
    assert client.post(address, {"kind": "x"}).status_code == 403
    assert client.post(f"/admin/accounts/activity/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_others_are_sent_to_our_own_sign_in(client, as_user, ann, mo):
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/account/sign-in/")
    for person in (ann, mo):
        assert as_user(person).get("/admin/accounts/user/").status_code == 302


def test_a_superuser_without_the_second_factor_does_not_get_in(as_user, root, settings):
    settings.STAFF_MFA_REQUIRED = True

    assert as_user(root).get("/admin/").status_code == 302


def test_an_account_is_blocked_at_once_and_the_log_says_by_whom(as_user, browser, root, ann):
    browser.force_login(ann)
    assert browser.get("/account/security/").status_code == 200

    as_user(root).post("/admin/accounts/user/", {"action": "block", "_selected_action": [ann.pk, root.pk]})

    assert browser.get("/account/security/").status_code == 302
    root.refresh_from_db()
    assert root.is_active
    with every_tenant("look at what was recorded"):
        assert Activity.objects.get(kind="people.blocked").actor_label == "Root"
