"""What every endpoint has in common: tokens, scopes, shops, errors, pages and limits."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from core.tenancy import every_tenant, tenant
from ecommerce.models import Customer, Product, StockLevel, Variant
from tests import factories
from tests.api import POT, Program, program_of, same_shape
from tests.architecture.endpoints import endpoints


@pytest.fixture
def program(shop, ann) -> Program:
    return program_of(shop)


@pytest.fixture
def stranger(rival, cleo) -> Program:
    return program_of(rival)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "products/", None, 200, None),
        ("GET", "nowhere/", None, 404, "not_found"),
        ("GET", "products", None, 404, "not_found"),
        ("GET", "products/%0A/", None, 404, "not_found"),
        ("GET", "products/999999/", None, 404, "not_found"),
        ("GET", "products/x/", None, 404, "not_found"),
        ("DELETE", "products/", None, 405, "method_not_allowed"),
        ("PUT", "products/1/", {}, 405, "method_not_allowed"),
        ("POST", "products/", b"{", 400, "parse_error"),
        ("POST", "products/", b'{"title": NaN}', 400, "parse_error"),
        ("POST", "products/", b"\xff\xfe", 400, "parse_error"),
        ("POST", "products/", b"[" * 100_000, 400, "parse_error"),
        ("POST", "products/", b'"text"', 400, "invalid"),
        ("POST", "products/", b"", 400, "invalid"),
        ("POST", "products/", {"title": ""}, 400, "invalid"),
        ("POST", "products/", {"title": "a\0b", "variants": []}, 400, "invalid"),
        ("POST", "products/", b'{"title": "\\ud800", "variants": []}', 400, "invalid"),
        ("POST", "products/", POT | {"category": {}}, 400, "invalid"),
        ("POST", "products/", POT | {"variants": [{"sku": "\U0001f375", "price": "1"}]}, 422, "sku_picture"),
        ("POST", "products/", POT | {"variants": [{"sku": "P", "price": "0"}]}, 422, "price_not_positive"),
        ("GET", "products/?page_size=0", None, 400, "invalid"),
        ("GET", "products/?page_size=1e3", None, 400, "invalid"),
        ("GET", "products/?cursor=nonsense", None, 404, "not_found"),
        ("GET", "products/?cursor=W251bGwsIDFlMzAwXQ", None, 404, "not_found"),
        ("GET", "products/?updated_since=yesterday", None, 400, "invalid"),
        ("GET", "products/?updated_since=2026-10-21T14:06:00", None, 400, "invalid"),
        ("GET", "products/?price_min=NaN", None, 400, "invalid"),
        ("GET", "products/?price_min=1e400", None, 400, "invalid"),
        ("GET", "variants/?product=99999999999999999999999", None, 400, "invalid"),
        ("GET", "variants/?product=9223372036854775807", None, 200, None),
        ("GET", "variants/?sku=%00", None, 400, "invalid"),
    ],
)
def test_every_error_has_the_same_shape(program, method, path, body, status, code):
    response = program.call(method, path, body)

    assert response.status_code == status, response.content
    if code is not None:
        assert same_shape(response)
        assert response.data["error"]["code"] == code
    assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(response.headers)
    with every_tenant("look"):
        assert not Product.objects.exists()


def test_a_body_that_is_not_json_is_refused(program):
    response = program.client.post(
        "/api/v1/products/", {"title": "Pot"}, headers={"Authorization": f"Bearer {program.secret}"}
    )

    response.data = response.json()
    assert (response.status_code, same_shape(response)) == (415, True)


def test_a_body_that_is_too_large_is_refused(program, settings):
    settings.API_MAX_BYTES = 100

    response = program.post("products/", POT | {"description": "x" * 200})

    assert (response.status_code, same_shape(response)) == (413, True)


def test_a_bug_is_an_answer_too(program, monkeypatch, caplog):
    monkeypatch.setattr("ecommerce.catalog.api.ProductViewSet.get_queryset", lambda self: 1 / 0)

    response = program.get("products/")

    assert (response.status_code, same_shape(response)) == (500, True)
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivision" not in response.text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer a b", "Basic x", "Bearer sc_live_" + "a" * 36])
def test_without_a_good_token_there_is_a_401(db, header):
    response = Program("").get("products/", **({"Authorization": header} if header else {}))

    assert (response.status_code, same_shape(response)) == (401, True)
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["RateLimit-Limit"] == "60"


def test_a_scope_opens_its_endpoints_only(shop, ann):
    program = program_of(shop, ["products.view"])

    assert program.get("products/").status_code == 200
    for path in ("customers/", "stock/", "warehouses/"):
        response = program.get(path)
        assert (response.status_code, same_shape(response)) == (403, True)
    assert program.post("products/", POT).status_code == 403
    with tenant(shop):
        assert not Product.objects.exists()


def test_every_endpoint_is_closed_without_its_scope(shop, ann):
    """A token that may only look at notifications gets 403 everywhere else, by every method."""
    program = program_of(shop, ["notifications.view"])
    open_doors = []
    for endpoint in endpoints():
        words = getattr(endpoint.view_class, "permissions", None)
        if not endpoint.is_api or not words or set(words.values()) == {"notifications.view"}:
            continue
        path = reverse(endpoint.name, kwargs=dict.fromkeys(endpoint.arguments, "1"))
        open_doors += [
            f"{method} {path}" for method in endpoint.methods if program.call(method, path).status_code != 403
        ]
    assert open_doors == []


def test_another_shops_things_are_not_there(program, stranger, shop):
    with tenant(shop):
        variant = factories.VariantFactory()
        customer = factories.CustomerFactory()
    calls = [
        ("GET", f"products/{variant.product_id}/", None),
        ("PATCH", f"products/{variant.product_id}/", {"title": "Mine"}),
        ("POST", f"products/{variant.product_id}/state/", {"state": "retired"}),
        ("GET", f"variants/{variant.pk}/", None),
        ("PATCH", f"variants/{variant.pk}/", {"price": "1.00"}),
        ("GET", f"customers/{customer.pk}/", None),
        ("PATCH", f"customers/{customer.pk}/", {"name": "Mine"}),
        ("POST", f"customers/{customer.pk}/consents/", {"purpose": "order", "granted": True, "source": "x"}),
    ]

    assert [stranger.call(*call).status_code for call in calls] == [404] * len(calls)
    assert stranger.post("variants/", {"product": variant.product_id, "sku": "X", "price": "1"}).status_code == 400
    assert stranger.post("stock/adjust/", {"sku": variant.sku, "counted": 1}).status_code == 400
    assert [stranger.get(path).data["results"] for path in ("products/", "variants/", "customers/", "stock/")] == [
        [], [], [], [],
    ]  # fmt: skip
    with tenant(shop):
        assert (Product.objects.get().title, Customer.objects.get().name) == (variant.product.title, customer.name)
        assert not StockLevel.objects.exists()


def test_pages_hold_every_row_once(program, shop):
    with tenant(shop):
        made = {variant.pk for variant in factories.VariantFactory.create_batch(7)}

    seen, path = [], "variants/?page_size=3"
    while path:
        page = program.get(path).data
        seen.append([row["id"] for row in page["results"]])
        path = page["next"]

    assert [len(rows) for rows in seen] == [3, 3, 1]
    assert [pk for rows in seen for pk in rows] == sorted(made, reverse=True)


def test_changes_are_followed_from_a_moment_on(program, shop):
    now = timezone.now()
    with tenant(shop):
        variants = factories.VariantFactory.create_batch(5)
        for minutes, variant in enumerate(variants):
            Variant.objects.filter(pk=variant.pk).update(updated_at=now - timedelta(minutes=10 - minutes // 2))

    since = (now - timedelta(minutes=9)).isoformat().replace("+00:00", "Z")
    first = program.get(f"variants/?updated_since={since}&page_size=2").data
    second = program.get(first["next"]).data

    rows = [*first["results"], *second["results"]]
    assert [row["id"] for row in rows] == [variant.pk for variant in variants[2:]]
    assert second["next"] is None


def test_calls_are_counted_for_token_and_shop_together(shop, ann, settings):
    settings.API_RATE_TOKEN, settings.API_RATE_MERCHANT = 3, 4
    one, two = program_of(shop), program_of(shop)

    left = [one.get("products/").headers["RateLimit-Remaining"] for _ in range(3)]
    refused = one.get("products/")
    other = two.get("products/")

    assert left == ["2", "1", "0"]
    assert (refused.status_code, same_shape(refused)) == (429, True)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert other.status_code == 429, "four calls of the shop were made before"


def test_guessing_tokens_is_limited_by_address(db, settings):
    settings.API_RATE_ADDRESS = 2

    assert [Program("sc_live_x").get("products/").status_code for _ in range(4)] == [401, 401, 429, 429]


def test_a_call_costs_few_queries(program, shop):
    with tenant(shop):
        factories.VariantFactory.create_batch(30)
    program.get("variants/")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        program.get("variants/")

    assert len(queries) == 4, [query["sql"][:80] for query in queries]


def test_the_schema_is_sound_and_complete(client, db):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    response = client.get("/api/v1/schema/")

    schema = json.loads(response.content)
    assert schema["openapi"].startswith("3.1")
    described = {(path, method.upper()) for path, methods in schema["paths"].items() for method in methods}
    served = [
        (endpoint.route, method)
        for endpoint in endpoints()
        if endpoint.is_api and not endpoint.policy
        for method in endpoint.methods
        if method != "HEAD"
    ]
    assert len(described) == len(served)
    for methods in schema["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{"token": []}]
            assert {"400", "401", "403", "404", "429", "default"} <= set(operation["responses"])


def test_the_docs_page_needs_no_other_server(client, db):
    response = client.get("/api/v1/docs/")

    assert response.status_code == 200
    loaded = re.findall(r'(?:src|href|action)="([^"]*)"', response.text)
    assert loaded
    assert [address for address in loaded if "//" in address] == []
    assert "<style" not in response.text
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_a_server_that_hides_the_address_does_not_lock_the_api(program, shop, ann):
    """Over a Unix socket there is no address: tokens work, but not those bound to addresses."""
    bearer = {"Authorization": f"Bearer {program.secret}"}
    assert program.client.get("/api/v1/products/", headers=bearer, REMOTE_ADDR="").status_code == 200
    with tenant(shop):
        ApiToken.objects.update(networks=["10.0.0.0/8"])

    assert program.client.get("/api/v1/products/", headers=bearer, REMOTE_ADDR="").status_code == 401
    assert program.client.get("/api/v1/products/", REMOTE_ADDR="").status_code == 401


def test_money_is_exact_text(program, shop):
    with tenant(shop):
        factories.VariantFactory(price=Decimal("0.10"))

    assert program.get("variants/").data["results"][0]["price"] == "0.10"
