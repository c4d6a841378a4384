"""Append-only tables hold against every way of writing, on both databases; emptying a test database still works."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.activity.log import record
from accounts.models import Activity
from core import events
from core.actors import SYSTEM
from core.append_only import AppendOnlyModel, protected_tables
from core.tenancy import every_tenant
from tests.core.test_events_reach_handlers import KettleBoiled

COLUMNS = "id, at, kind, payload, changes, actor_kind, actor_label, subject_type, subject_label, depth, merchant_id"


@pytest.fixture
def entry(scope, monkeypatch) -> Activity:
    monkeypatch.setitem(events._kinds, KettleBoiled.kind, KettleBoiled)
    return record(KettleBoiled(litres=2), actor=SYSTEM)


def _kind_of(entry: Activity) -> str:
    return Activity.objects.values_list("kind", flat=True).get(pk=entry.pk)


def _refused(sql: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_every_append_only_model_is_protected_by_its_database(db):
    models = [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]

    assert Activity in models
    assert {model._meta.db_table for model in models} == protected_tables()


def test_a_row_cannot_be_changed_or_deleted(entry):
    _refused(f"UPDATE accounts_activity SET kind = 'x' WHERE id = {entry.pk}")
    _refused(f"DELETE FROM accounts_activity WHERE id = {entry.pk}")
    assert _kind_of(entry) == "test.kettle_boiled"


def test_the_model_refuses_before_the_database_does(entry):
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=entry.pk).update(kind="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=entry.pk).delete()


def test_an_insert_cannot_replace_a_row(entry):
    """SQLite deletes the old row of INSERT OR REPLACE past the triggers unless recursive_triggers is on."""
    values = f"{entry.pk}, '2026-01-01 00:00:00', 'x', '{{}}', '{{}}', 'user', 'Eve', '', '', 0, {entry.merchant_id}"
    _refused(f"INSERT INTO accounts_activity ({COLUMNS}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET kind = 'x'")
    if connection.vendor == "sqlite":
        _refused(f"INSERT OR REPLACE INTO accounts_activity ({COLUMNS}) VALUES ({values})")
        _refused(f"UPDATE OR REPLACE accounts_activity SET kind = 'x' WHERE id = {entry.pk}")
    assert _kind_of(entry) == "test.kettle_boiled"


@pytest.mark.django_db(transaction=True)
def test_the_table_cannot_be_truncated(entry):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    _refused("TRUNCATE accounts_activity CASCADE")
    assert _kind_of(entry) == "test.kettle_boiled"


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_works_and_leaves_the_protection_in_place(entry):
    before = protected_tables()

    call_command("flush", interactive=False, verbosity=0)

    with every_tenant("look whether anything is left"):
        assert Activity.objects.count() == 0
    assert protected_tables() == before
