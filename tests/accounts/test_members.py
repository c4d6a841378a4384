"""Teams: invitations, roles, going and being sent away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.members import actions
from accounts.models import Activity, Invitation, Membership, Role, User
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from tests import factories
from tests.accounts.conftest import sign_in

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEAM = "/m/luming/settings/team/"
ROLES = "/m/luming/settings/roles/"


def link_in(mail) -> str:
    return re.search(r"https?://[^/]+(/invitation/\S+/)", mail.body)[1]


def invite(client, email: str = "ken@example.com", role: str = "fulfilment"):
    return client.post(f"{TEAM}invite/", {"email": email, "role": role})


def member(user: User) -> Membership:
    return Membership.objects.select_related("merchant", "user", "custom_role").get(user=user)


def test_somebody_new_is_invited_makes_an_account_and_is_in(as_user, browser, ann, shop, mailoutbox):
    assert invite(as_user(ann), "Ken@Example.com")["Location"] == TEAM
    assert [mail.to for mail in mailoutbox] == [["ken@example.com"]]
    assert mailoutbox[0].subject == "Ann invites you to Luming Teaware"
    link = link_in(mailoutbox[0])

    page = browser.get(link).content.decode()
    assert "ken@example.com" in page
    response = browser.post(link, {"name": "Ken", "password": "staple battery horse"})

    assert response["Location"] == "/m/luming/"
    assert browser.get("/m/luming/settings/audit/").status_code == 403
    with tenant(shop):
        ken = Membership.objects.get(user__email="ken@example.com")
        kinds = list(Activity.objects.order_by("pk").values_list("kind", flat=True))
    assert (ken.role, ken.user.name) == ("fulfilment", "Ken")
    assert kinds == ["members.invited", "people.joined", "members.joined"]
    browser.post("/account/sign-out/")
    assert sign_in(browser, ken.user, "staple battery horse")["Location"] == "/"


def test_the_link_works_once(as_user, browser, ann, mailoutbox):
    invite(as_user(ann))
    link = link_in(mailoutbox[0])
    browser.post(link, {"name": "Ken", "password": "staple battery horse"})

    over = browser.get(link)

    assert over.status_code == 404
    assert "This invitation is over" in over.content.decode()


def test_reading_the_link_changes_nothing(as_user, browser, ann, shop, mailoutbox):
    invite(as_user(ann))

    for _ in range(3):
        browser.get(link_in(mailoutbox[0]))

    with tenant(shop):
        assert Invitation.objects.open().count() == 1
        assert Membership.objects.count() == 1


def test_a_weak_password_makes_no_account(as_user, browser, ann, mailoutbox):
    invite(as_user(ann))

    response = browser.post(link_in(mailoutbox[0]), {"name": "Ken", "password": "short"})

    assert response.status_code == 422
    assert not User.objects.filter(email="ken@example.com").exists()


def test_somebody_with_an_account_signs_in_first(as_user, browser, ann, cleo, confirmed, mailoutbox, shop):
    confirmed(cleo)
    invite(as_user(ann), cleo.email, "analyst")
    link = link_in(mailoutbox[0])
    assert "Sign in with it to join." in browser.get(link).content.decode()
    assert browser.post(link, {"name": "Eve", "password": "staple battery horse"}).status_code == 200

    sign_in(browser, cleo)
    assert browser.post(link)["Location"] == "/m/luming/"

    with tenant(shop):
        assert member(cleo).role == "analyst"
    shops = browser.get("/shops/").content.decode()
    assert "Luming Teaware" in shops
    assert "Qingyun Pottery" in shops


def test_an_invitation_is_for_one_person(as_user, browser, ann, cleo, mailoutbox, shop):
    invite(as_user(ann))
    link = link_in(mailoutbox[0])
    browser.force_login(cleo)

    assert "you are signed in as cleo@example.com" in browser.get(link).content.decode()
    assert browser.post(link).status_code == 200

    with tenant(shop):
        assert not Membership.objects.filter(user=cleo).exists()


def test_an_invitation_expires_and_is_sent_again(as_user, browser, ann, shop, mailoutbox):
    with time_machine.travel(NOON, tick=False) as clock:
        invite(as_user(ann))
        clock.shift(timedelta(days=14))
        assert browser.get(link_in(mailoutbox[0])).status_code == 404
        with tenant(shop):
            pk = Invitation.objects.get().pk

        assert as_user(ann).post(f"{TEAM}invitations/{pk}/again/")["Location"] == TEAM

        assert browser.get(link_in(mailoutbox[0])).status_code == 404
        assert browser.get(link_in(mailoutbox[1])).status_code == 200


def test_a_withdrawn_invitation_is_over(as_user, browser, ann, shop, mailoutbox):
    client = as_user(ann)
    invite(client)
    with tenant(shop):
        pk = Invitation.objects.get().pk

    client.post(f"{TEAM}invitations/{pk}/withdraw/")

    assert browser.get(link_in(mailoutbox[0])).status_code == 404
    assert client.post(f"{TEAM}invitations/{pk}/withdraw/").status_code == 422


def test_the_secret_of_the_link_is_not_stored(as_user, ann, shop, mailoutbox):
    invite(as_user(ann))

    secret = link_in(mailoutbox[0]).split("/")[2]
    with tenant(shop):
        assert secret not in str(Invitation.objects.values())
        assert secret not in str(Activity.objects.values())


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("ann@example.com", "on the team already"),
        ("ken@example.com", "waits already"),
        ("not an address", "valid email address"),
    ],
)
def test_an_invitation_that_cannot_be(as_user, ann, shop, mailoutbox, email, says):
    client = as_user(ann)
    invite(client)

    response = invite(client, email)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert len(mailoutbox) == 1
    with tenant(shop):
        assert Invitation.objects.count() == 1


def test_a_removed_member_has_no_access_from_that_moment(as_user, browser, ann, ben, shop, mailoutbox):
    browser.force_login(ben)
    assert browser.get("/m/luming/").status_code == 200
    with tenant(shop):
        pk = member(ben).pk

    assert as_user(ann).post(f"{TEAM}{pk}/remove/")["Location"] == TEAM

    assert browser.get("/m/luming/").status_code == 404
    assert [mail.to for mail in mailoutbox] == [["ben@example.com"]]
    with tenant(shop):
        entry = Activity.objects.get(kind="members.removed")
    assert (entry.actor_label, entry.changes) == ("Ann", {"role": ["Fulfilment", ""]})


def test_the_last_owner_stays(as_user, ann, ben, shop):
    client = as_user(ann)
    with tenant(shop):
        mine = member(ann)

    assert client.post(f"{TEAM}leave/").status_code == 422
    with tenant(shop):
        with pytest.raises(Refused, match="needs an owner"):
            actions.change_role(mine, role="manager", held=mine.permissions, actor=ann.actor)
        assert member(ann).is_owner
        assert Activity.objects.count() == 0

        actions.change_role(member(ben), role="owner", held=mine.permissions, actor=ann.actor)
    assert client.post(f"{TEAM}leave/")["Location"] == "/shops/"
    assert client.get("/m/luming/").status_code == 404


def test_a_role_is_changed_on_the_page(as_user, ann, ben, shop):
    with tenant(shop):
        pk = member(ben).pk

    as_user(ann).post(f"{TEAM}{pk}/role/", {f"m{pk}-role": "support"})

    with tenant(shop):
        assert member(ben).role == "support"
        assert Activity.objects.get().changes == {"role": ["Fulfilment", "Support"]}


@pytest.fixture
def recruiter(scope) -> Membership:
    """Somebody who may manage the team and little else."""
    role = Role.objects.create(name="Recruiter", permissions=["members.view", "members.edit", "orders.view"])
    return Membership.objects.create(user=factories.UserFactory(name="Rita"), role="analyst", custom_role=role)


def test_nobody_hands_out_more_than_they_have(recruiter, ann, ben):
    held = recruiter.permissions
    who = {"held": held, "actor": recruiter.user.actor}
    for refused in (
        lambda: actions.invite(email="x@example.com", role="owner", invited_by=recruiter.user, **who),
        lambda: actions.change_role(recruiter, role="owner", **who),
        lambda: actions.change_role(member(ben), role="owner", **who),
        lambda: actions.remove_member(member(ann), **who),
        lambda: actions.create_role(name="Boss", permissions=["shop.edit"], **who),
        lambda: actions.edit_role(recruiter.custom_role, name="Recruiter", permissions=["shop.edit"], **who),
    ):
        with pytest.raises(Refused, match="may do more than you may"):
            refused()

    assert member(ann).is_owner
    assert member(ben).role == "fulfilment"
    assert Activity.objects.count() == 0


def test_the_form_offers_no_role_beyond_ones_own(as_user, recruiter):
    page = as_user(recruiter.user).get(TEAM).content.decode()

    assert f'value="role:{recruiter.custom_role_id}"' in page
    assert 'value="owner"' not in page


def test_a_role_of_ones_own_is_made_given_and_changed(as_user, ann, ben, shop):
    client = as_user(ann)
    client.post(f"{ROLES}new/", {"name": "  Night   shift ", "permissions": ["orders.view", "orders.pack"]})
    with tenant(shop):
        role = Role.objects.get()
        assert (role.name, role.permissions) == ("Night shift", ["orders.pack", "orders.view"])
        pk = member(ben).pk
    client.post(f"{TEAM}{pk}/role/", {f"m{pk}-role": f"role:{role.pk}"})
    with tenant(shop):
        assert member(ben).permissions == {"orders.view", "orders.pack"}

    client.post(f"{ROLES}{role.pk}/", {"name": "Night shift", "permissions": ["orders.view"]})
    with tenant(shop):
        assert member(ben).permissions == {"orders.view"}

    assert client.post(f"{ROLES}{role.pk}/delete/").status_code == 422
    with tenant(shop):
        actions.change_role(member(ben), role="analyst", held=member(ann).permissions, actor=SYSTEM)
    assert client.post(f"{ROLES}{role.pk}/delete/")["Location"] == ROLES
    with tenant(shop):
        assert Role.objects.count() == 0


@pytest.mark.parametrize("name", ["Manager", "manager", "Night shift", "night SHIFT"])
def test_a_role_needs_a_name_of_its_own(as_user, ann, shop, name):
    client = as_user(ann)
    client.post(f"{ROLES}new/", {"name": "Night shift", "permissions": ["orders.view"]})

    response = client.post(f"{ROLES}new/", {"name": name, "permissions": ["orders.view"]})

    assert response.status_code == 422
    with tenant(shop):
        assert Role.objects.count() == 1


def test_another_shops_team_is_not_there(as_user, ann, ben, cleo, shop):
    client = as_user(cleo)
    with tenant(shop):
        pk = member(ben).pk
    assert client.get(TEAM).status_code == 404
    assert client.post(f"/m/qingyun/settings/team/{pk}/remove/").status_code == 404
    assert client.post(f"/m/qingyun/settings/team/{pk}/role/", {f"m{pk}-role": "analyst"}).status_code == 404
    with every_tenant("look at both teams"):
        assert Membership.objects.count() == 3
