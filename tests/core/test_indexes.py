"""An index is made beside the writers of its table, once, however often its migration is run."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState

from core.indexes import AddIndexBeside
from notifications.models import Mail

NAME = "mail_by_test"
ADD = AddIndexBeside("mail", models.Index(fields=["language"], name=NAME))
pytestmark = pytest.mark.django_db(transaction=True)


def is_there() -> bool:
    with connection.cursor() as cursor:
        return NAME in connection.introspection.get_constraints(cursor, Mail._meta.db_table)


def run(direction) -> None:
    state = ProjectState.from_apps(apps)
    with connection.schema_editor(atomic=False) as editor:
        direction("notifications", editor, state, state)


@pytest.fixture(autouse=True)
def _gone_afterwards():
    yield
    if is_there():
        run(ADD.database_backwards)


def test_it_is_made_once_and_taken_back():
    run(ADD.database_forwards)
    run(ADD.database_forwards)
    assert is_there()
    run(ADD.database_backwards)
    assert not is_there()


def test_one_that_stands_already_is_kept():
    with connection.schema_editor(atomic=False) as editor:
        editor.add_index(Mail, ADD.index)
    run(ADD.database_forwards)
    assert is_there()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite makes an index whole or not at all")
def test_one_that_an_earlier_try_left_unfinished_is_made_again():
    run(ADD.database_forwards)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [NAME])
    run(ADD.database_forwards)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [NAME])
        assert cursor.fetchone() == (True,)
