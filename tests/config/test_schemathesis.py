"""The API under generated calls: never a 5xx, and every answer as the schema says.

The calls are the same each time. A token with every scope makes them, so they do change this shop; a second shop must
come out as it went in.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from config.wsgi import application
from core.tenancy import tenant
from ecommerce.inventory.actions import set_opening_stock
from ecommerce.models import Customer, Order, Product, Review, StockLevel
from tests import factories
from tests.api import program_of
from tests.ecommerce.orders_kit import ANN, placed

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

load_all_checks()
EXAMPLES = 20
ASKED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def fingerprint(merchant) -> list[object]:
    with tenant(merchant):
        return [list(model.objects.order_by("pk").values()) for model in (Product, Order, Customer, Review, StockLevel)]


def headers_of(merchant) -> dict[str, str]:
    """A token with every scope; uncompressed answers, as the transport of these calls does not unpack them."""
    return {"Authorization": f"Bearer {program_of(merchant).secret}", "Accept-Encoding": "identity"}


@pytest.fixture
def schema(shop, rival, ann, cleo, settings):
    settings.API_RATE_TOKEN = settings.API_RATE_MERCHANT = settings.API_RATE_ADDRESS = 10**6
    for merchant in (shop, rival):
        with tenant(merchant):
            variant = factories.VariantFactory(sku="TG-1", price=Decimal("168.00"))
            set_opening_stock(variant, 1000, actor=ANN)
            placed(("TG-1", 2), paid=True)
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", application)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_generated_calls_get_answers_the_schema_knows(schema, shop, rival, mode):
    headers = headers_of(shop)
    before = fingerprint(rival)
    operations = [result.ok() for result in schema.get_all_operations()]

    answers: Counter[int] = Counter()
    faults = [fault for operation in operations if (fault := fault_of(operation, mode, headers, answers))]

    assert len(operations) > 30
    assert not faults, "\n\n".join(faults)
    if mode is GenerationMode.POSITIVE:
        assert not answers.keys() & {401, 403, 429}, answers
        assert answers[200] + answers[201] > 100, answers
    else:  # here the token itself is garbled now and then
        assert answers[400] > 100, answers
    assert fingerprint(rival) == before


def fault_of(operation, mode, headers, answers: Counter[int]) -> str:
    """What was wrong with the first answer that was; "" for none. Counts the answers by their status."""

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def calls(case):
        response = case.call(headers=headers)
        answers[response.status_code] += 1
        case.validate_response(response, checks=CHECKS.get_by_names(ASKED))

    try:
        calls()
    except BaseExceptionGroup as faults:
        return f"{operation.label}: {str(faults)[:1500]}"
    except Unsatisfiable:
        return ""  # an operation without input has no unfitting call
    return ""


def test_a_bug_would_be_found(schema, shop, monkeypatch):
    """The control: the same calls find an endpoint that breaks."""
    headers = headers_of(shop)
    operation = next(o for r in schema.get_all_operations() if (o := r.ok()).label == "GET /api/v1/warehouses/")
    monkeypatch.setattr("ecommerce.inventory.api.WarehouseViewSet.get_queryset", lambda self: 1 / 0)

    assert "Server error" in fault_of(operation, GenerationMode.POSITIVE, headers, Counter())
