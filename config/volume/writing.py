"""Columns into tables: COPY on PostgreSQL, one prepared statement on SQLite, indexes and triggers made at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, repeat
from typing import Any

from django.core.management.color import no_style
from django.db import ProgrammingError, connection, models, transaction

BLOCK = 5_000  # rows a piece of COPY
APPEND_ONLY = "append_only%"


def write(model: type[models.Model], columns: Mapping[str, Any], count: int) -> None:
    """Insert `count` rows. A column is a list of what the database driver takes, or one value for all rows.

    Columns that are not named have the default of their field; keys are among the columns. Text may hold no tab, line
    break or backslash. Moments are texts in UTC, "2026-01-31 12:00:00"; money is text, "12.50".
    """
    fields = model._meta.concrete_fields
    unknown = columns.keys() - {field.attname for field in fields}
    if unknown:
        raise ValueError(f"{model._meta.label} has no {', '.join(sorted(unknown))}")
    given = [_column(field, columns) for field in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    table = quote(model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = map("\t".join, _rows([_texts(column) for column in given], count))
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                while block := list(islice(lines, BLOCK)):
                    copy.write("\n".join(block) + "\n")
        else:
            marks = ", ".join(["%s"] * len(fields))
            sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own tables
            cursor.executemany(sql, list(_rows(given, count)))


def _column(field: Any, columns: Mapping[str, Any]) -> Any:
    if field.attname in columns:
        return columns[field.attname]
    if field.primary_key:
        raise ValueError(f"{field.model._meta.label} needs its keys")
    default = field.get_default()
    if isinstance(default, dict | list):
        return json.dumps(default)
    return field.get_db_prep_save(default, connection)


def _rows(columns: Sequence[Any], count: int) -> Iterator[tuple[Any, ...]]:
    """A list is a column, anything else the value of every row."""
    return islice(zip(*(column if isinstance(column, list) else repeat(column) for column in columns)), count)  # noqa: B905


def _texts(column: Any) -> Any:
    return [_as_text(value) for value in column] if isinstance(column, list) else _as_text(column)


def _as_text(value: Any) -> str:
    if value is None:
        return r"\N"
    return "ft"[value] if isinstance(value, bool) else str(value)


def next_key(model: type[models.Model]) -> int:
    """The first key above all that are in the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        found: int = cursor.fetchone()[0]
    return found


@contextmanager
def quick_loading(*tables: type[models.Model]) -> Iterator[None]:
    """Without checks of foreign keys, and with the tables' indexes and triggers made again at the end.

    Indexes of constraints stay. PostgreSQL leaves the checks in where its user may not turn them off.
    """
    names = [model._meta.db_table for model in tables]
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        replica = _without_checks(cursor)
        dropped = _indexes(cursor, names)
        for name, _ in dropped:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        triggers = _triggers(cursor, names)
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        try:
            yield
        finally:
            if replica:
                cursor.execute("SET session_replication_role = origin")
            for _, made in [*dropped, *triggers]:
                cursor.execute(made)


def _without_checks(cursor: Any) -> bool:
    if connection.vendor != "postgresql":
        return False
    try:
        with transaction.atomic():
            cursor.execute("SET session_replication_role = replica")
    except ProgrammingError:
        return False
    return True


def _indexes(cursor: Any, tables: list[str]) -> list[tuple[str, str]]:
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND schemaname = current_schema()"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
            [tables],
        )
        return list(cursor.fetchall())
    return [row for table in tables for row in _of_sqlite(cursor, "index", table)]


def _triggers(cursor: Any, tables: list[str]) -> list[tuple[str, str]]:
    """Those of SQLite that keep other tables up; the ones that refuse changes do not mind new rows."""
    if connection.vendor == "postgresql":
        return []  # not run for a session in replica role
    return [row for table in tables for row in _of_sqlite(cursor, "trigger", table)]


def _of_sqlite(cursor: Any, kind: str, table: str) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master"
        " WHERE type = %s AND tbl_name = %s AND sql IS NOT NULL AND name NOT LIKE %s",
        [kind, table, APPEND_ONLY],
    )
    return list(cursor.fetchall())


def finish(tables: Sequence[type[models.Model]]) -> None:
    """Sequences behind the keys that were given, and what the planner has to know."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (ANALYZE)")
        else:
            cursor.execute("ANALYZE")
