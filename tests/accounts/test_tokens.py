"""API tokens: the form, what they may do, and every way they end."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import AuthenticationFailed

from accounts.members.actions import change_role, remove_member
from accounts.merchants.actions import restrict, suspend
from accounts.models import Activity, ApiToken, Membership
from accounts.people.actions import block_person
from accounts.tokens.actions import create_token, replace_token, report_leaked, revoke_token
from accounts.tokens.authentication import TokenAuthentication
from accounts.tokens.rules import TOKEN_PATTERN, clean_networks, is_well_formed, is_within, new_secret
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from tests import factories

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ADDRESS = "/m/luming/settings/tokens/"


@pytest.fixture
def owner(scope, ann) -> Membership:
    return Membership.objects.select_related("merchant").get(user=ann)


def make(member: Membership, *scopes: str, **more) -> tuple[ApiToken, str]:
    return create_token(
        name="ERP",
        scopes=scopes or ("orders.view", "stock.adjust"),
        held=member.permissions,
        created_by=member.user,
        actor=member.user.actor,
        **more,
    )


def call(secret: str, address: str = "203.0.113.9"):
    request = RequestFactory().get("/api/v1/orders/", HTTP_AUTHORIZATION=f"Bearer {secret}", REMOTE_ADDR=address)
    return TokenAuthentication().authenticate(request)


def works(secret: str) -> bool:
    try:
        return call(secret) is not None
    except AuthenticationFailed:
        return False


def test_a_token_has_the_form_that_secret_scanners_look_for():
    secret = new_secret()

    assert TOKEN_PATTERN.fullmatch(secret)
    assert len(secret) == 44
    assert is_well_formed(secret)
    assert secret != new_secret()


@given(st.integers(0, 35), st.sampled_from("0123456789abcXYZ"))
def test_a_mistyped_character_is_noticed(position, character):
    secret = new_secret()
    at = len("sc_live_") + position
    typo = secret[:at] + character + secret[at + 1 :]

    assert is_well_formed(typo) is (typo == secret)


def test_a_token_stands_for_its_merchant_with_its_scopes(owner):
    token, secret = make(owner)

    user, found = call(secret)

    assert (user, found.pk, found.merchant) == (owner.user, token.pk, owner.merchant)
    assert found.may("orders.view")
    assert not found.may("orders.refund")


def test_the_secret_is_stored_nowhere(owner):
    _token, secret = make(owner)

    with every_tenant("look into every column"), connection.cursor() as cursor:
        for table in ("accounts_apitoken", "accounts_activity", "accounts_job"):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert secret[8:] not in str(cursor.fetchall())


def test_what_is_no_token_does_not_reach_the_database(db):
    wrong = new_secret()[:-1] + "!"
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for secret in (wrong, "sc_live_" + "0" * 36, "", "x" * 10_000, "sc_live_é"):
            assert not works(secret)

    assert len(queries) == 0


def test_an_unknown_token_is_refused(db):
    with pytest.raises(AuthenticationFailed, match="unknown, expired or revoked"):
        call(new_secret())


def test_a_token_expires(owner):
    with time_machine.travel(NOON, tick=False) as clock:
        _token, secret = make(owner, expires_at=NOON + timedelta(days=30))
        assert works(secret)
        clock.shift(timedelta(days=30))
        assert not works(secret)


def test_a_revoked_token_stops_at_once_and_leaves_a_trace(owner):
    token, secret = make(owner)

    revoke_token(token, actor=owner.user.actor)

    assert not works(secret)
    assert list(Activity.objects.order_by("pk").values_list("kind", flat=True)) == ["tokens.created", "tokens.revoked"]
    with pytest.raises(Refused, match="revoked or expired"):
        revoke_token(token, actor=owner.user.actor)


def test_a_token_ends_with_the_membership_of_its_maker(owner, shop):
    token, secret = make(owner)
    Membership.objects.create(user=factories.UserFactory(), role="owner")

    remove_member(owner, held=owner.permissions, actor=SYSTEM)

    assert not works(secret)
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_token_has_no_more_rights_than_its_maker_has_now(owner, shop, ben):
    Membership.objects.create(user=factories.UserFactory(), role="owner")
    _token, secret = make(owner, "orders.view", "orders.refund")

    change_role(owner, role="analyst", held=owner.permissions, actor=SYSTEM)

    _user, found = call(secret)
    assert (found.may("orders.view"), found.may("orders.refund")) == (True, False)


def test_a_token_of_a_blocked_person_is_refused(owner):
    _token, secret = make(owner)

    block_person(owner.user, actor=SYSTEM)

    assert not works(secret)


def test_a_suspended_shop_has_no_tokens_and_a_restricted_one_fewer_rights(owner, shop):
    _token, secret = make(owner, "orders.view", "products.create")
    restrict(shop, reason="Copies of a brand", actor=SYSTEM)
    _user, found = call(secret)
    assert (found.may("orders.view"), found.may("products.create")) == (True, False)

    suspend(shop, reason="Copies of a brand", actor=SYSTEM)
    with pytest.raises(AuthenticationFailed, match="suspended"):
        call(secret)


def test_a_token_works_from_its_networks_only(owner):
    _token, secret = make(owner, networks=clean_networks("203.0.113.0/24\n2001:db8::1"))

    assert call(secret, "203.0.113.77")
    assert call(secret, "2001:db8::1")
    with pytest.raises(AuthenticationFailed, match="this address"):
        call(secret, "198.51.100.1")


def test_networks_are_cleaned():
    assert clean_networks(" 203.0.113.9/24 \n 10.0.0.1 ") == ["203.0.113.0/24", "10.0.0.1/32"]
    with pytest.raises(ValueError, match="nonsense"):
        clean_networks("10.0.0.1\nnonsense")
    assert is_within("anything", [])
    assert not is_within("anything", ["10.0.0.0/8"])


def test_use_is_noted_once_a_minute(owner):
    with time_machine.travel(NOON, tick=False) as clock:
        token, secret = make(owner)
        call(secret)
        clock.shift(timedelta(seconds=50))
        call(secret)
        token.refresh_from_db()
        assert token.last_used_at == NOON
        clock.shift(timedelta(seconds=20))
        call(secret)
        token.refresh_from_db()
        assert token.last_used_at == NOON + timedelta(seconds=70)


def test_a_replaced_token_works_for_one_more_day(owner):
    with time_machine.travel(NOON, tick=False) as clock:
        token, old = make(owner, expires_at=NOON + timedelta(days=30))
        clock.shift(timedelta(days=10))

        new_token, new = replace_token(token, held=owner.permissions, created_by=owner.user, actor=owner.user.actor)

        assert (new_token.scopes, new_token.expires_at) == (token.scopes, NOON + timedelta(days=40))
        assert works(old)
        assert works(new)
        clock.shift(timedelta(days=1))
        assert not works(old)
        assert works(new)


def test_nobody_gives_a_token_rights_they_do_not_have(scope, ben):
    member = Membership.objects.select_related("merchant").get(user=ben)

    with pytest.raises(Refused, match="what you may not do yourself"):
        make(member, "orders.refund")
    assert ApiToken.objects.count() == 0


def test_a_leaked_token_is_ended_by_whoever_found_it(client, owner):
    _token, secret = make(owner)

    ours = client.post("/leaked-token/", {"token": f" {secret}\n"})
    none = client.post("/leaked-token/", {"token": new_secret()})

    assert ours.status_code == none.status_code == 200
    assert ours.templates[0].name == none.templates[0].name == "accounts/tokens/reported.html"
    assert not works(secret)
    with tenant(owner.merchant):
        assert Activity.objects.get(kind="tokens.revoked").payload["why"] == "leaked"
    assert report_leaked(secret) is False


def test_the_page_shows_the_secret_once(as_user, ann):
    client = as_user(ann)
    form = {"name": "ERP", "expires": "90", "scopes": ["orders.view"], "networks": ""}

    shown = client.post(f"{ADDRESS}new/", form)

    secret = re.search(r'id="secret">(sc_live_\w+)<', shown.content.decode())[1]
    assert "no-store" in shown["Cache-Control"]
    assert works(secret)
    index = client.get(ADDRESS).content.decode()
    assert secret not in index
    assert secret[:14] in index


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"scopes": []}, "Choose at least one thing the token may do."),
        ({"name": ""}, "This field is required."),
        ({"networks": "10.0.0.1 here"}, "“here” is neither an IP address"),
        ({"scopes": ["merchants.decide"]}, "not one of the available choices"),
    ],
)
def test_a_wrong_form_makes_no_token(as_user, ann, shop, change, says):
    form = {"name": "ERP", "expires": "90", "scopes": ["orders.view"], "networks": ""}

    response = as_user(ann).post(f"{ADDRESS}new/", form | change)

    assert response.status_code == 422
    assert says in response.content.decode()
    with tenant(shop):
        assert ApiToken.objects.count() == 0


def test_creating_a_token_asks_again_who_it_is(client, ann):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(ann)
        assert client.get(f"{ADDRESS}new/").status_code == 200
        clock.shift(timedelta(minutes=16))
        assert client.get(f"{ADDRESS}new/")["Location"].startswith("/account/again/?next=")


def test_others_see_and_touch_no_token(as_user, owner, ben, cleo):
    token, secret = make(owner)
    client = as_user(ben)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(f"{ADDRESS}{token.pk}/revoke/").status_code == 403
    client = as_user(cleo)
    assert client.get(ADDRESS).status_code == 404
    assert client.post(f"/m/qingyun/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert works(secret)
