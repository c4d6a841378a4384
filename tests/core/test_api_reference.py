"""The reference of the API says of every operation what goes in and what comes out."""

from __future__ import annotations

from html import unescape

import pytest
from drf_spectacular.generators import SchemaGenerator

from core.api.reference import groups

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_every_operation_is_in_it_once(schema):
    told = [(one.method, one.path) for group in groups(schema, "https://shop.example") for one in group.operations]
    described = [(method.upper(), path) for path, methods in schema["paths"].items() for method in methods]
    assert sorted(told) == sorted(described)


def test_an_operation_names_its_fields_with_type_and_need(schema):
    placing = next(
        one
        for group in groups(schema, "https://shop.example")
        for one in group.operations
        if one.anchor == "orders_create"
    )
    fields = {field.name: field for field in placing.body}
    assert fields["lines"].required
    assert fields["lines"].kind.startswith("list of")
    assert fields["quantity"].depth == 1
    assert placing.status == "201"
    assert placing.call.startswith("curl -X POST https://shop.example/api/v1/orders/ ")
    assert {"401", "404", "422"} <= set(placing.refusals)


def test_the_page_shows_a_call_to_copy_and_needs_no_sign_in(client):
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert '/api/v1/orders/?page_size=10 \\\n  -H "' in unescape(page.content.decode())
    assert 'id="orders_create"' in page.content.decode()
