"""Writing very many rows: COPY on PostgreSQL, one prepared statement on SQLite.

`bulk_create` sends at most 999 values a statement on SQLite, which is twenty orders; this is about four times as quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.utils import timezone

from core.tenancy import TenantModel, WrongTenant, current_tenant_id, tenant_or_none

M = TypeVar("M", bound=models.Model)

_AS_THEY_ARE = {int, str, bool, type(None)}


def bulk_insert(rows: Iterable[M]) -> list[M]:
    """Insert the rows, all of one model, in one transaction, and give each its primary key.

    Tenant rows are guarded as in `save()`. Foreign keys must point at rows that have their key. No signals.
    """
    objects = list(rows)
    if not objects:
        return objects
    meta = objects[0]._meta
    for row in objects:
        if isinstance(row, TenantModel):
            row.adopt_tenant()
    fields = list(meta.concrete_fields)
    connection = connections[DEFAULT_DB_ALIAS]
    with transaction.atomic(), connection.cursor() as cursor:
        for row, key in zip(objects, _keys(connection, cursor, meta, len(objects)), strict=True):
            row.pk = key
            row._state.adding = False
            row._state.db = connection.alias
        take = [_preparer(field, connection) for field in fields]
        prepared = ([value(row) for value in take] for row in objects)
        quote = connection.ops.quote_name
        columns = ", ".join(quote(field.column or field.name) for field in fields)
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN") as copy:
                for values in prepared:
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({marks})", prepared)  # type: ignore[arg-type]  # noqa: S608
    return objects


def fresh_keys(model: type[models.Model], count: int) -> list[int]:
    """`count` primary keys for rows that are to be inserted in the same transaction, which must be open already."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("keys are taken in the transaction that uses them")
    with connection.cursor() as cursor:
        return list(_keys(connection, cursor, model._meta, count))


def insert_columns(model: type[models.Model], columns: Mapping[str, Sequence[Any]], **same: Any) -> None:
    """Insert rows that are given column by column (by `attname`), without an object for each; keys are not given back.

    `same` are the values that all rows share; a column in neither has its default. Tenant rows belong to the merchant
    in scope. Values must be what the fields hold: no foreign object, no checks. Keys that others point at are taken
    with `fresh_keys` first and given as a column.
    """
    if len({len(values) for values in columns.values()}) != 1:
        raise ValueError("columns of different length are not rows")
    if issubclass(model, TenantModel):
        same = {**same, "merchant_id": current_tenant_id()}
    connection = connections[DEFAULT_DB_ALIAS]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.attname in columns]
    prepared: list[Iterable[Any]] = []
    for field in fields:
        if field.attname in columns:
            prepared.append(_converted(field, columns[field.attname], connection))
        else:
            value = same[field.attname] if field.attname in same else _unsaid(field)
            prepared.append(repeat(field.get_db_prep_save(value, connection)))
    rows = zip(*prepared, strict=False)  # those that are the same for all have no end
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column or field.name) for field in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", rows)  # type: ignore[arg-type]  # noqa: S608


def insert_missing(model: type[models.Model], columns: Mapping[str, Sequence[Any]], **same: Any) -> None:
    """As insert_columns(), but a row that the table has already by one of its unique constraints is left out.

    If keys are given as a column, those that are found afterwards tell which rows were new. Tenant rows may be given
    their `merchant_id` as a column: that of the merchant in scope, or of any inside every_tenant().
    """
    if issubclass(model, TenantModel):
        scope = tenant_or_none()
        rows: Any = model.objects.all()
        rows._guard_write()
        if "merchant_id" not in columns:
            same = {**same, "merchant_id": current_tenant_id()}
        elif scope is not None and set(columns["merchant_id"]) - {scope}:
            raise WrongTenant(f"{model._meta.label} of other merchants written for {scope}")
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields: list[Any] = [field for field in model._meta.concrete_fields if field.attname in columns]
    rest: list[Any] = [field for field in model._meta.concrete_fields if field not in fields and not field.primary_key]
    values = [list(_converted(field, columns[field.attname], connection)) for field in fields]
    shared = [
        field.get_db_prep_save(same[field.attname] if field.attname in same else _unsaid(field), connection)
        for field in rest
    ]
    into = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in [*fields, *rest])})"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = [field.cast_db_type(connection) for field in [*fields, *rest]]
            lists = ", ".join(f"%s::{kind}[]" for kind in types[: len(fields)])
            names = ", ".join(f"c{place}" for place in range(len(fields)))
            constants = "".join(f", %s::{kind}" for kind in types[len(fields) :])
            cursor.execute(
                f"INSERT INTO {into} SELECT {names}{constants} FROM unnest({lists}) AS given({names})"  # noqa: S608
                " ON CONFLICT DO NOTHING",
                [*shared, *values],
            )
        else:
            marks = ", ".join(["%s"] * (len(fields) + len(rest)))
            lines = ((*row, *shared) for row in zip(*values, strict=True))
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks}) ON CONFLICT DO NOTHING", lines)  # type: ignore[arg-type]  # noqa: S608


def _unsaid(field: Any) -> Any:
    return timezone.now() if getattr(field, "auto_now", False) else field.get_default()


def _converted(field: Any, values: Iterable[Any], connection: Any) -> Iterable[Any]:
    """The values as the driver takes them; numbers and the like need no call each."""
    if connection.vendor == "postgresql" and isinstance(field, models.DecimalField | models.DateField):
        return values
    if isinstance(field, models.BinaryField | models.JSONField | models.DecimalField | models.DateField):
        return (field.get_db_prep_save(value, connection) for value in values)
    return values


def _preparer(field: Any, connection: Any) -> Callable[[models.Model], Any]:
    """How to take a field's value from a row in the form the driver wants, with as few calls as its kind allows."""
    name, convert = field.attname, field.get_db_prep_save
    if getattr(field, "auto_now", False) or isinstance(field, models.JSONField):
        return lambda row: convert(field.pre_save(row, True), connection)
    if isinstance(field, models.DecimalField):
        adapt, digits, places = connection.ops.adapt_decimalfield_value, field.max_digits, field.decimal_places

        def decimal(row: models.Model) -> Any:
            value = getattr(row, name)
            return adapt(value, digits, places) if type(value) is Decimal else convert(value, connection)

        return decimal
    if isinstance(field, models.DateTimeField):
        adapt_time = connection.ops.adapt_datetimefield_value

        def moment(row: models.Model) -> Any:
            value = getattr(row, name)
            if type(value) is datetime and value.tzinfo is not None:
                return adapt_time(value)
            return convert(value, connection)

        return moment

    def other(row: models.Model) -> Any:
        value = getattr(row, name)
        return value if type(value) in _AS_THEY_ARE else convert(value, connection)

    return other


def _keys(connection: Any, cursor: Any, meta: Any, count: int) -> Iterable[int]:
    """`count` fresh primary keys. On SQLite the surrounding IMMEDIATE transaction keeps other writers out."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]
    table, column = connection.ops.quote_name(meta.db_table), connection.ops.quote_name(meta.pk.column)
    cursor.execute("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)", [meta.db_table])
    row = cursor.fetchone()
    cursor.execute(f"SELECT COALESCE(MAX({column}), 0) FROM {table}")  # noqa: S608 - names of our own tables
    highest = max(row[0] if row else 0, cursor.fetchone()[0])
    return range(highest + 1, highest + count + 1)
