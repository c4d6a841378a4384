"""Every list asks the database as often for thirty rows as for one, and seldom at all.

The ceilings count everything that a signed-in member's GET costs: session, person, memberships, the frame, the page.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.models import DailyFact, DemandOutlook, ForecastRun, Player, VariantFact
from core.tenancy import tenant
from ecommerce.models import Complaint, Lot, Order, OrderLine, Review, StockLevel
from tests.api import program_of
from tests.architecture.browser import client_of
from tests.architecture.endpoints import Endpoint, endpoints, model_of
from tests.architecture.house import APPS
from tests.architecture.world import RECIPES, World, build_staff, build_world, our_models
from tests.ecommerce.orders_kit import order_in

# What rows need to be shown by a list, beyond what they need to exist: url name -> values.
SHOWN: dict[str, Any] = {
    "lifecycle-list": {"suggestion": "grow", "answered": None},
    "lot-orders": lambda world, viewer: {"lot": world.row(Lot)},
    "share-list": lambda world, viewer: {"market": world.row(Player).market, "player": None},
    "staff-inbox": lambda world, viewer: {
        "user": viewer,
        "kind": "merchant-applied",
        "params": {"merchant_id": world.merchant.pk, "shop": "Xinyi Ceramics", "again": False},
        "state": "unread",
    },
}

SHOWN["api-share-run-list"] = SHOWN["share-list"]
# What the address of a list must say besides.
ASKED: dict[str, str] = {"api-channel-stock-list": "&channel=online_store"}

# Lists under other names, with what they list.
MORE: dict[str, str] = {
    "lot-orders": "ecommerce.LineLot",
    "roles": "accounts.Role",
    "staff-absences": "notifications.StaffAbsence",
    "staff-announcements": "notifications.Announcement",
    "staff-playbook-templates": "notifications.PlaybookTemplate",
    "staff-inbox": "notifications.StaffNotice",
    "staff-merchants": "accounts.Merchant",
    "team": "accounts.Membership",
}

# Lists that show no rows of a model, with the reason.
NO_ROWS: dict[str, str] = {
    "api-carrier-region-list": "figures of a carrier and region in four queries, which test_fulfilment_promises counts",
    "api-proposal-list": "all of one forecast in a constant number of queries, which test_restock_ordering counts",
    "api-service-level-list": "one row for each class by value, of twelve weeks at most",
    "api-track-record-list": "a summary of what was said and came true, of as many rows as there are measures",
}

LIST, ORDER, HOME = 6, 8, 8  # queries at most


def lists() -> list[Endpoint]:
    return [
        endpoint
        for endpoint in endpoints()
        if (endpoint.name.endswith("-list") or endpoint.name in MORE)
        and endpoint.name not in NO_ROWS
        and "GET" in endpoint.methods
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
                    if is_left_empty(child, column.name):
                        continue
                    if is_part and child is not model and column.name != "merchant" and model._meta.app_label in APPS:
                        world.make(child, fresh=True, **{column.name: row})


def is_left_empty(model: type[models.Model], column: str) -> bool:
    """Whether the world's row of the model has nothing there on purpose: it points at something else instead."""
    recipe = RECIPES.get(model._meta.label, {})
    return not callable(recipe) and column in recipe and recipe[column] is None


def look(client: Client, url: str) -> tuple[int, list[str], str]:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
        text = response.content.decode()
    return response.status_code, [query["sql"] for query in queries], text


def looker(endpoint: Endpoint, world: World) -> tuple[Any, Client]:
    """Who looks at it: the platform's staff, the shop's owner, or a program of theirs."""
    if endpoint.is_api:
        client = Client(headers={"Authorization": f"Bearer {program_of(world.merchant).secret}"})
        return world.people["owner"], client
    viewer = build_staff()["admin"] if endpoint.policy.startswith("staff") else world.people["owner"]
    return viewer, client_of(viewer)


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", lists(), ids=lambda endpoint: endpoint.name)
def test_a_list_costs_the_same_with_1_and_with_30_rows(endpoint):
    model = apps.get_model(MORE[endpoint.name]) if endpoint.name in MORE else model_of(endpoint.name)
    assert model is not None, (
        f"what does {endpoint.name} list? Name its model in MODELS in tests/architecture/endpoints.py"
    )
    world = build_world("A", everything=False)
    viewer, client = looker(endpoint, world)
    with tenant(world.merchant):  # an address may name a row
        address = endpoint.url(world)
    url = f"{address}?size=50{ASKED.get(endpoint.name, '')}"  # both on one page: a second one adds its count
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
    assert len(many) <= LIST, f"{len(many)} queries, {LIST} are allowed:\n" + "\n".join(sql[:300] for sql in many)


@pytest.mark.django_db
def test_the_page_of_an_order_costs_the_same_however_much_it_holds():
    world = build_world("A", everything=False)
    client = client_of(world.people["owner"])
    with tenant(world.merchant):
        small, large = order_in("placed"), order_in("shipped")
        fill_order(world, large, 12)

    costs = []
    for order in (small, large):
        look(client, order.get_absolute_url())
        status, queries, _ = look(client, order.get_absolute_url())
        assert status == 200
        costs.append(len(queries))

    assert max(costs) <= ORDER, costs


def fill_order(world: World, order: Any, count: int) -> None:
    """Rows of every kind that belongs to an order, and rows of those."""
    for child in our_models():
        for column in child._meta.concrete_fields:
            if isinstance(column, models.ForeignKey) and column.related_model is type(order):
                for _ in range(count if column.name == "order" and not column.unique else 1):
                    with suppress(AssertionError), transaction.atomic():
                        world.make(child, fresh=True, **{column.name: order})


@pytest.mark.django_db
def test_home_costs_the_same_whatever_waits_and_reads_no_lines_of_orders():
    world = build_world("A", everything=False)
    client = client_of(world.people["owner"])
    url = reverse("merchant-home", args=[world.merchant.slug])
    look(client, url)
    status, one, _ = look(client, url)
    for model in (DailyFact, Order, Review, Complaint, ForecastRun, StockLevel, VariantFact, DemandOutlook):
        add(world, model, 3)
    _, many, _ = look(client, url)

    assert status == 200
    assert max(len(one), len(many)) <= HOME, "\n".join(sql[:300] for sql in many)
    assert not [sql for sql in many if OrderLine._meta.db_table in sql]
