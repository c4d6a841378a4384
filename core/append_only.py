"""Tables whose rows are written once and never changed or deleted, whoever asks and by whatever path.

The database refuses, not only the model: triggers on SQLite and PostgreSQL stop UPDATE, DELETE, TRUNCATE, ON CONFLICT
and INSERT OR REPLACE alike (the last one only with SQLite's recursive_triggers, which config/settings.py turns on).
A table gets them from a migration: `operations = [append_only("accounts_activity")]`. SQLite drops the triggers of a
table that a later migration rebuilds, so such a migration repeats the operation; tests/architecture watches that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

from django.db import connections, migrations, models, transaction

PREFIX = "append_only"


class AppendOnlyModel(models.Model):
    """A row that may be created and read. The database's own refusal is an IntegrityError."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{self._meta.label} is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self._meta.label} is append-only")


def append_only(*tables: str) -> migrations.RunPython:
    """The migration operation that makes the tables append-only; reversible."""
    return migrations.RunPython(partial(_protect, tables), partial(_release, tables), elidable=False)


def _protect(tables: tuple[str, ...], apps: Any, schema_editor: Any) -> None:
    _release(tables, apps, schema_editor)
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(
            f"""CREATE OR REPLACE FUNCTION {PREFIX}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$""",
            params=None,
        )
    for table in tables:
        for statement in _triggers_for_postgresql(table) if postgresql else _triggers_for_sqlite(table):
            schema_editor.execute(statement, params=None)


def _triggers_for_postgresql(table: str) -> list[str]:
    refuse = f"EXECUTE FUNCTION {PREFIX}_refuse()"
    return [
        f'CREATE TRIGGER {PREFIX}_row BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW {refuse}',
        f'CREATE TRIGGER {PREFIX}_all BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {refuse}',
    ]


def _triggers_for_sqlite(table: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        f'CREATE TRIGGER {PREFIX}_update_{table} BEFORE UPDATE ON "{table}" {refuse}',
        f'CREATE TRIGGER {PREFIX}_delete_{table} BEFORE DELETE ON "{table}" {refuse}',
    ]


def _release(tables: tuple[str, ...], apps: Any, schema_editor: Any) -> None:
    for table in tables:
        if schema_editor.connection.vendor == "postgresql":
            for name in ("row", "all"):
                schema_editor.execute(f'DROP TRIGGER IF EXISTS {PREFIX}_{name} ON "{table}"', params=None)
        else:
            for name in ("update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}_{name}_{table}", params=None)


def protected_tables(using: str = "default") -> set[str]:
    """The tables that refuse both changes and deletion at this moment."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE t.tgname IN (%s, %s) AND t.tgenabled = 'O' GROUP BY c.relname HAVING count(*) = 2",
                [f"{PREFIX}_row", f"{PREFIX}_all"],
            )
        else:
            cursor.execute(
                "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name IN"
                " (%s || '_update_' || tbl_name, %s || '_delete_' || tbl_name) GROUP BY tbl_name HAVING count(*) = 2",
                [PREFIX, PREFIX],
            )
        return {row[0] for row in cursor.fetchall()}


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Let every row go inside the block, in one transaction. For emptying a whole database, and for nothing else."""
    connection = connections[using]
    tables = sorted(protected_tables(using))
    with transaction.atomic(using=using):
        _settle(connection)
        with connection.cursor() as cursor:
            for table in tables:
                if connection.vendor == "postgresql":
                    cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
                else:
                    cursor.execute(f"DROP TRIGGER {PREFIX}_update_{table}")
                    cursor.execute(f"DROP TRIGGER {PREFIX}_delete_{table}")
        yield
        _settle(connection)
        with connection.cursor() as cursor:
            for table in tables:
                if connection.vendor == "postgresql":
                    cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
                else:
                    for statement in _triggers_for_sqlite(table):
                        cursor.execute(statement)


def _settle(connection: Any) -> None:
    """PostgreSQL alters no table that deferred checks of this transaction still wait for: make them now."""
    if connection.vendor == "postgresql":
        connection.check_constraints()
