"""A call with an Idempotency-Key has its effect once, however often and however soon it is repeated."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import IdempotencyKey, RateCount
from accounts.tokens import idempotency
from accounts.tokens.tasks import prune_api
from core.tenancy import every_tenant, tenant
from ecommerce.models import Product, Variant
from tests import factories
from tests.api import POT, Program, program_of, same_shape
from tests.race import alone, shared_database, together


@pytest.fixture
def program(shop, ann) -> Program:
    return program_of(shop)


@pytest.fixture
def stranger(rival, cleo) -> Program:
    return program_of(rival)


def test_the_same_call_with_a_key_counts_once(program, shop):
    first = program.post("products/", POT, key="a-1")
    again = program.post("products/", POT, key="a-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    with tenant(shop):
        assert Product.objects.count() == 1


def test_a_key_for_another_call_is_refused(program, shop):
    program.post("products/", POT, key="a-1")

    other = program.post("products/", POT | {"title": "Other"}, key="a-1")
    elsewhere = program.post("stock/adjust/", POT, key="a-1")

    assert [(other.status_code, other.data["error"]["code"])] * 2 == [
        (422, "key_reused"),
        (elsewhere.status_code, elsewhere.data["error"]["code"]),
    ]
    with tenant(shop):
        assert Product.objects.count() == 1


def test_a_no_is_remembered_and_a_mistake_is_not(program, shop):
    with tenant(shop):
        factories.VariantFactory(sku="P-1")

    no = program.post("products/", POT, key="a-1")
    mistake = program.post("products/", {"title": ""}, key="a-2")
    with tenant(shop):
        Variant.objects.update(sku="P-0")
    again = program.post("products/", POT, key="a-1")

    assert (no.status_code, mistake.status_code, again.status_code) == (422, 400, 422)
    assert again.data == no.data
    with tenant(shop):
        assert list(IdempotencyKey.objects.values_list("key", "status")) == [("a-1", 422)]
    assert program.post("products/", POT, key="a-2").status_code == 201


def test_a_bug_leaves_nothing_and_may_be_repeated(program, shop, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("ecommerce.catalog.api.ProductViewSet._answer", lambda *args: 1 / 0)
        first = program.post("products/", POT, key="a-1")
    with tenant(shop):
        nothing = (Product.objects.count(), IdempotencyKey.objects.count())

    again = program.post("products/", POT, key="a-1")

    assert (first.status_code, nothing, again.status_code) == (500, (0, 0), 201)


def test_keys_are_forgotten_after_a_day_and_belong_to_a_shop(program, stranger, shop, rival):
    program.post("products/", POT, key="a-1")
    assert stranger.post("products/", POT, key="a-1").status_code == 201
    with tenant(shop):
        IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
        Variant.objects.update(sku="P-0")

    assert program.post("products/", POT, key="a-1").status_code == 201
    with tenant(shop):
        IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    RateCount.objects.update(minute=1)
    prune_api()

    with every_tenant("count"):
        assert IdempotencyKey.objects.count() == 1
    assert not RateCount.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201])
def test_a_bad_key_is_refused(program, shop, key):
    response = program.call("POST", "products/", POT, **{"Idempotency-Key": key})

    assert (response.status_code, same_shape(response)) == (400, True)
    with tenant(shop):
        assert not Product.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_call_twice_at_once_counts_once(shop, ann, tmp_path):
    program = program_of(shop)

    def call():
        response = Program(program.secret).post("products/", POT, key="a-1")
        return response.status_code, response.headers.get("Retry-After")

    def products():
        with tenant(shop):
            return Product.objects.count()

    with shared_database(tmp_path):
        answers = together(*[call] * 5)
        assert alone(products) == 1
    statuses = [status for status, _ in answers]
    assert set(statuses) <= {201, 409}, answers
    assert 201 in statuses
    assert all(after == "1" for status, after in answers if status == 409)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite the second call waits for the first")
@pytest.mark.django_db(transaction=True)
def test_a_call_that_still_runs_is_a_409(shop, ann):
    program = program_of(shop)
    claimed, go = threading.Event(), threading.Event()
    original = idempotency._claim

    def slow(merchant_id, key):
        original(merchant_id, key)
        if threading.current_thread().name == "slow":
            claimed.set()
            go.wait(20)

    idempotency._claim = slow
    results = []

    def first():
        results.append(Program(program.secret).post("products/", POT, key="a-1").status_code)
        connections.close_all()

    thread = threading.Thread(target=first, name="slow")
    try:
        thread.start()
        assert claimed.wait(20)
        second = program.post("products/", POT, key="a-1")
        assert (second.status_code, second.data["error"]["code"]) == (409, "still_running")
        assert second.headers["Retry-After"] == "1"
    finally:
        go.set()
        thread.join(20)
        idempotency._claim = original
    assert results == [201]
    assert program.post("products/", POT, key="a-1").status_code == 201
