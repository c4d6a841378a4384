"""Every list page asks the database as often for thirty rows as for one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.models import Player
from core.tenancy import tenant
from tests.architecture.browser import client_of
from tests.architecture.endpoints import Endpoint, endpoints, model_of
from tests.architecture.house import APPS
from tests.architecture.world import World, build_staff, build_world, our_models

# What rows need to be shown by a list, beyond what they need to exist: url name -> values.
SHOWN: dict[str, Any] = {
    "lifecycle-list": {"suggestion": "grow", "answered": None},
    "share-list": lambda world, viewer: {"market": world.row(Player).market, "player": None},
}

# Lists under other names, with what they list.
MORE: dict[str, str] = {"roles": "accounts.Role", "team": "accounts.Membership", "staff-merchants": "accounts.Merchant"}

# Lists that show no rows of a model, with the reason.
NO_ROWS: dict[str, str] = {}


def lists() -> list[Endpoint]:
    return [
        endpoint
        for endpoint in endpoints()
        if (endpoint.name.endswith("-list") or endpoint.name in MORE)
        and not endpoint.is_api
        and endpoint.name not in NO_ROWS
    ]


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.STAFF_MFA_REQUIRED = False
    cache.clear()


def add(world: World, model: type[models.Model], count: int, **given: Any) -> None:
    """Rows with parents of their own, and one row of each kind that belongs to them."""
    with tenant(world.merchant):
        for _ in range(count):
            row = world.make(model, fresh=True, **given)
            for child in our_models():
                for column in child._meta.concrete_fields:
                    is_part = isinstance(column, models.ForeignKey) and column.related_model is model
                    if is_part and child is not model and column.name != "merchant" and model._meta.app_label in APPS:
                        world.make(child, fresh=True, **{column.name: row})


def look(client: Client, url: str) -> tuple[int, list[str], str]:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
        text = response.content.decode()
    return response.status_code, [query["sql"] for query in queries], text


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", lists(), ids=lambda endpoint: endpoint.name)
def test_a_list_costs_the_same_with_1_and_with_30_rows(endpoint):
    model = apps.get_model(MORE[endpoint.name]) if endpoint.name in MORE else model_of(endpoint.name)
    assert model is not None, (
        f"what does {endpoint.name} list? Name its model in MODELS in tests/architecture/endpoints.py"
    )
    world = build_world("A", everything=False)
    viewer = build_staff()["admin"] if endpoint.policy.startswith("staff") else world.people["owner"]
    client, url = client_of(viewer), f"{endpoint.url(world)}?size=50"  # both on one page: a second one adds its count
    shown = SHOWN.get(endpoint.name, {})
    given = shown(world, viewer) if callable(shown) else shown
    add(world, model, 1, **given)
    look(client, url)  # fills what a process keeps

    status, one, text = look(client, url)
    add(world, model, 29, **given)
    _, many, longer = look(client, url)

    assert status == 200, f"{url} answered {status}"
    assert len(longer) > len(text) + 29, (
        f"{endpoint.name} does not show the rows made for it; say what they need in SHOWN in {__name__}"
    )
    more = Counter(many) - Counter(one)
    assert len(one) == len(many), f"{len(one)} queries for 1 row, {len(many)} for 30:\n" + "\n".join(list(more)[:5])
