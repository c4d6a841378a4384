"""Every endpoint x every kind of token x another merchant's objects.

What a viewset allows is read from its `permissions`, what it offers from the URLconf.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens.rules import digest_of, new_secret
from core import roles
from core.crossings import crossings
from core.tenancy import tenant
from tests.architecture.browser import Answer, ask, client_of
from tests.architecture.endpoints import Endpoint, endpoints
from tests.architecture.house import none_of
from tests.architecture.world import World, build_world, fingerprint

# Endpoints where the owner's token finds nothing, with the reason.
VACANT: dict[str, str] = {
    "api-market-record": "a share is shown only where five others sell in the market",
    "api-market-share": "the world's run is one that knew a shop's plan; see tests/analytics/test_markets_api.py",
}

# Written by every call: when the token was used last, and how often.
USE = {"accounts_apitoken", "accounts_ratecount"}

SAFE = ("GET", "HEAD", "OPTIONS")


@pytest.fixture(autouse=True)
def _settings(settings):
    cache.clear()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def calls() -> Iterator[tuple[Endpoint, str]]:
    """Every closed endpoint with each of its methods."""
    for endpoint in endpoints():
        if endpoint.is_api and not endpoint.policy:
            for method in endpoint.methods:
                if method not in ("HEAD", "OPTIONS"):
                    yield endpoint, method


def word_for(endpoint: Endpoint, method: str) -> str:
    """The permission a call needs, as core.api.ScopePermission finds it."""
    words = getattr(endpoint.view_class, "permissions", {})
    action = (getattr(endpoint.callback, "actions", None) or {}).get(method.lower())
    return words.get(action) or words.get("read" if method in SAFE else "write") or ""


def token_of(world: World, scopes: set[str] | frozenset[str], **fields: Any) -> dict[str, str]:
    """The header of a token made by the owner."""
    secret = new_secret()
    with tenant(world.merchant):
        ApiToken.objects.create(
            name="CANARY token",
            prefix=secret[:14],
            digest=digest_of(secret),
            scopes=sorted(scopes),
            created_by=world.people["owner"],
            **fields,
        )
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def call(method: str, url: str, header: dict[str, str], body: object = None, *, keep: bool = False) -> Answer:
    cache.clear()  # the rate limit is tried elsewhere
    data = None if method in SAFE else json.dumps({} if body is None else body)
    return ask(client_of(None), method, url, data, keep=keep, **header)


def said(endpoint: Endpoint, method: str, answer: Answer, wanted: str) -> str:
    return f"{endpoint.name} {method} answered {answer}, wanted {wanted}"


def bodies_with(world: World) -> list[object]:
    """Bodies that name every object of a shop: as an object, and as a list of such."""
    plain: dict[str, object] = {"ids": [row.pk for row in world.rows.values() if isinstance(row.pk, int)]}
    for row in world.rows.values():
        name = row._meta.model_name or ""
        plain[name] = plain[f"{name}_id"] = row.pk
        if hasattr(row, "number"):
            plain[f"{name}_number"] = plain["number"] = row.number
    for name in ("sku", "external_id"):
        plain[name] = getattr(world.rows.get("ecommerce.Variant"), name, "x")
    return [plain, [plain]]


@pytest.mark.django_db
def test_without_a_good_token_there_is_nothing():
    a = build_world("A")
    now = timezone.now()
    everything = roles.merchant_permissions()
    bad = {
        "no token": {},
        "a made-up token": {"HTTP_AUTHORIZATION": f"Bearer {new_secret()}"},
        "a mangled token": {"HTTP_AUTHORIZATION": "Bearer sc_live_x"},
        "an expired token": token_of(a, everything, expires_at=now - timedelta(seconds=1)),
        "a revoked token": token_of(a, everything, revoked_at=now),
    }
    before = fingerprint(a.merchant)
    wrong = []
    for endpoint, method in calls():
        for name, header in bad.items():
            answer = call(method, endpoint.url(a), header)
            if answer.status != 401:
                wrong.append(said(endpoint, method, answer, f"401 for {name}"))
            if a.canary.lower() in answer.text.lower():
                wrong.append(f"{endpoint.name} {method} shows the words of A with {name}")
    none_of(wrong)
    assert fingerprint(a.merchant) == before


@pytest.mark.django_db
def test_a_signed_in_person_needs_a_token_too():
    a = build_world("A")
    wrong = []
    for endpoint, method in calls():
        answer = ask(client_of(a.people["owner"]), method, endpoint.url(a), None if method in SAFE else "{}")
        if answer.status != 401:
            wrong.append(said(endpoint, method, answer, "401 for a session cookie"))
    none_of(wrong)


@pytest.mark.django_db
def test_a_token_does_what_its_scopes_say_and_no_more():
    a = build_world("A")
    everything = roles.merchant_permissions()
    headers = {word: token_of(a, {word}) for word in {word_for(*one) for one in calls()}}
    lacking = {word: token_of(a, everything - {word}) for word in headers}
    wrong = []
    found: dict[str, set[int]] = {}
    for endpoint, method in calls():
        word = word_for(endpoint, method)
        refused = call(method, endpoint.url(a), lacking[word])
        if refused.status != 403:
            wrong.append(said(endpoint, method, refused, f"403 without {word}"))
        answer = call(method, endpoint.url(a), headers[word])
        found.setdefault(endpoint.name, set()).add(answer.status)
        if answer.failed or answer.status in (401, 403):
            wrong.append(said(endpoint, method, answer, f"an answer with {word}"))
        if method == "GET" and answer.written - USE:
            wrong.append(f"{endpoint.name}: GET writes to {sorted(answer.written - USE)}")
    for name, statuses in found.items():
        if statuses <= {404, 405} and name not in VACANT:
            wrong.append(f"{name}: nothing is there; mend VALUES in endpoints.py or give a reason in VACANT")
    none_of(wrong)


@pytest.mark.django_db
def test_a_token_of_another_shop_finds_and_changes_nothing():
    a, b = build_world("A"), build_world("B")
    header = token_of(b, roles.merchant_permissions())
    before = fingerprint(a.merchant)
    wrong = []
    for endpoint, method in calls():
        answer = call(method, endpoint.url(a), header, keep=True)
        if endpoint.arguments and answer.status not in (404, 405):
            wrong.append(said(endpoint, method, answer, "404 for an object of A"))
        if a.canary.lower() in answer.text.lower():
            wrong.append(f"{endpoint.name} {method} shows the words of A to a token of B")
        for body in bodies_with(a) if method not in SAFE else []:
            own = call(method, endpoint.url(b), header, body, keep=True)
            if own.failed:
                wrong.append(said(endpoint, method, own, "an answer, when B sends ids of A's objects"))
            if a.canary.lower() in own.text.lower():
                wrong.append(f"{endpoint.name} {method} of B shows the words of A when given ids of A's objects")
            if own.written and fingerprint(a.merchant) != before:
                wrong.append(f"{endpoint.name} {method} of B changed rows of A when given ids of A's objects")
                before = fingerprint(a.merchant)
    wrong.extend(f"after the calls of B: {crossing}" for crossing in crossings())
    none_of(wrong)
    assert fingerprint(a.merchant) == before
