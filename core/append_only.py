"""Tables whose rows are written once and never changed or deleted, whoever asks and by whatever path.

The database refuses, not only the model: triggers on SQLite and PostgreSQL stop UPDATE, DELETE, TRUNCATE, ON CONFLICT
and INSERT OR REPLACE alike (the last one only with SQLite's recursive_triggers, which config/settings.py turns on).
A table gets them from a migration: `operations = [append_only("accounts_activity")]`. SQLite drops the triggers of a
table that a later migration rebuilds, so such a migration repeats the operation; tests/architecture watches that.

A table that would grow for ever may let rows go (never change them) once a row of another append-only table says so:
`append_only("analytics_demandforecast", let_go="EXISTS (SELECT 1 FROM … WHERE … = OLD.run_id)")`.
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


def append_only(*tables: str, let_go: str = "") -> migrations.RunPython:
    """The migration operation that makes the tables append-only; reversible.

    `let_go` is a condition on the row OLD, in SQL of both databases, under which a row may be deleted.
    """
    return migrations.RunPython(partial(_protect, tables, let_go), partial(_release, tables), elidable=False)


def _protect(tables: tuple[str, ...], let_go: str, apps: Any, schema_editor: Any) -> None:
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
        for statement in (_triggers_for_postgresql if postgresql else _triggers_for_sqlite)(table, let_go):
            schema_editor.execute(statement, params=None)


def _triggers_for_postgresql(table: str, let_go: str) -> list[str]:
    refuse = f"EXECUTE FUNCTION {PREFIX}_refuse()"
    truncate = f'CREATE TRIGGER {PREFIX}_all BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {refuse}'
    row = f'CREATE TRIGGER {PREFIX}_row BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW'
    if not let_go:
        return [f"{row} {refuse}", truncate]
    own = f"{PREFIX}_refuse_{table}()"
    function = f"""CREATE OR REPLACE FUNCTION {own} RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND {let_go} THEN RETURN OLD; END IF;
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$"""
    return [function, f"{row} EXECUTE FUNCTION {own}", truncate]


def _triggers_for_sqlite(table: str, let_go: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    unless = f"WHEN NOT ({let_go}) " if let_go else ""
    return [
        f'CREATE TRIGGER {PREFIX}_update_{table} BEFORE UPDATE ON "{table}" {refuse}',
        f'CREATE TRIGGER {PREFIX}_delete_{table} BEFORE DELETE ON "{table}" {unless}{refuse}',
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
    postgresql = connection.vendor == "postgresql"
    with transaction.atomic(using=using):
        _settle(connection)
        with connection.cursor() as cursor:
            triggers = {} if postgresql else _own_triggers(cursor)
            for table in tables if postgresql else ():
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            for name in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        yield
        _settle(connection)
        with connection.cursor() as cursor:
            for table in tables if postgresql else ():
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
            for statement in triggers.values():
                cursor.execute(statement)


def _own_triggers(cursor: Any) -> dict[str, str]:
    """Our triggers of a SQLite database, as they were made."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}_%"])
    return dict(cursor.fetchall())


def _settle(connection: Any) -> None:
    """PostgreSQL alters no table that deferred checks of this transaction still wait for: make them now."""
    if connection.vendor == "postgresql":
        connection.check_constraints()
