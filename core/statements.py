"""Queries as one scalar statement each, so that many of them can be read by one (core.together).

To work out a statement takes Django longer than the database needs to answer. So that of a relation is worked out once
(for the next object only the keys and the merchant in it change), as is that of a `Shaped` query, and a list's query is
built `once_a_shop`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache, wraps
from threading import get_ident
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import QuerySet

from core.tenancy import TenantManager, current_tenant_id, every_tenant, tenant, tenant_or_none

MOST_COLUMNS = 100  # arguments of a function of PostgreSQL
MOST_KEYS = 100  # objects whose relations are read by a remembered statement
MERCHANT = -(10**9)  # stand for values in a statement that is worked out before they are known
KEYS = tuple(MERCHANT - number for number in range(1, MOST_KEYS + 1))
MOMENTS = tuple(datetime(1, 1, day, tzinfo=UTC) for day in range(2, 12))

Reader = Callable[[Any], Any]
# How PostgreSQL's JSON becomes what the driver would give. SQLite has numbers and texts in columns as in JSON.
READ: dict[str, Reader | None] = {
    **dict.fromkeys(("AutoField", "BigAutoField", "SmallAutoField", "ForeignKey", "OneToOneField"), None),
    **dict.fromkeys(("IntegerField", "BigIntegerField", "SmallIntegerField", "BooleanField", "JSONField"), None),
    **dict.fromkeys(("PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"), None),
    **dict.fromkeys(("CharField", "TextField", "EmailField", "SlugField", "URLField", "FileField"), None),
    "FloatField": float,
    "DecimalField": Decimal,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
}


@dataclass(frozen=True)
class Statement:
    """SQL that gives the rows of `queryset` as a JSON array of arrays, its parameters, and what makes the rows: the
    compiler, and what reads a column, by its place, where JSON has it in another form.
    """

    queryset: QuerySet[Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    using: str
    readers: Sequence[tuple[int, Reader]]

    def filled(self, values: Mapping[Any, Any]) -> Statement:
        """The same with these values in place of the parameters that stand for them."""
        stand_ins = int, str, datetime
        params = tuple(values.get(param, param) if isinstance(param, stand_ins) else param for param in self.params)
        return replace(self, params=params)

    def rows(self, answer: str | None) -> list[Any]:
        """What the queryset would give: objects or values."""
        read = self._read(answer)
        if not read:
            return []
        given = self.queryset.all()
        compiler = copy.copy(self.compiler)
        compiler.execute_sql = lambda *args, **kwargs: [read]
        given.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        return list(given)

    def _read(self, answer: str | None) -> list[list[Any]]:
        rows: list[list[Any]] = []
        if answer is None:
            return rows
        if connections[self.using].vendor != "postgresql":
            rows = json.loads(answer)
            return rows
        rows = json.loads(answer, parse_float=Decimal)
        for row in rows:
            for at, read in self.readers:
                if row[at] is not None:
                    row[at] = read(row[at])
        return rows


def statement_of(rows: QuerySet[Any]) -> Statement | None:
    """The statement of any query; None where it can have no row."""
    compiler = rows.query.get_compiler(rows.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    kinds = [_kind(expression) for expression, *_ in compiler.select]
    readers = [(at, read) for at, kind in enumerate(kinds) if (read := READ[kind]) is not None]
    return Statement(rows, compiler, _as_json(kinds, sql, rows.db), tuple(params), rows.db, readers)


def statement_of_relation(manager: Any, back: str, keys: Sequence[Any]) -> Statement | None:
    """The statement of the manager's rows whose field `back` leads to one of `keys`, in the merchant in scope."""
    if not is_plain(manager) or not 0 < len(keys) <= MOST_KEYS or not all(isinstance(key, int) for key in keys):
        return statement_of(manager.all().filter(**{f"{back}__in": keys}))
    scope = tenant_or_none()
    if isinstance(manager, TenantManager) and scope is None:  # sealed, or every merchant's
        return statement_of(manager.all().filter(**{f"{back}__in": keys}))
    known = _known(manager.model, manager.name, back, len(keys), manager.db)
    values = dict(zip(KEYS, keys, strict=False))
    if isinstance(manager, TenantManager):
        values[MERCHANT] = current_tenant_id()
    return known.filled(values)


@lru_cache(maxsize=512)
def _known(model: Any, manager: str, back: str, many: int, using: str) -> Statement:
    with tenant(MERCHANT):
        rows = getattr(model, manager).using(using).filter(**{f"{back}__in": KEYS[:many]})
        found = statement_of(rows)
    assert found is not None
    return found


class Shaped:
    """A query by ids and moments, in the merchant in scope, whose statement is worked out once for each shape.

    `BESIDE.statement(order.placed_at, order.pk)` is that of `build(order.placed_at, order.pk)`, and `rows` what it
    gives. What it looks like may hang on nothing but which of the values are None. With `across`, which says why, it
    belongs to no merchant: it is built and run across all of them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *, across: str = "") -> None:
        self.build, self.across = build, across
        self._known: dict[tuple[type, ...], Statement] = {}

    def statement(self, *values: int | datetime | None) -> Statement:
        """To be read together with others. Raises what build() does; EmptyResultSet where there can be no row."""
        numbers, moments = iter(KEYS), iter(MOMENTS)
        stand_ins: list[Any] = [
            None if value is None else next(moments) if isinstance(value, datetime) else next(numbers)
            for value in values
        ]
        shape = tuple(type(value) for value in values)
        known = self._known.get(shape)
        if known is None:
            with every_tenant(self.across) if self.across else tenant(MERCHANT):
                known = statement_of(self.build(*stand_ins))
            if known is None:
                raise EmptyResultSet
            self._known[shape] = known
        adapted = connections[known.using].ops.adapt_datetimefield_value
        given: dict[Any, Any] = {} if self.across else {MERCHANT: current_tenant_id()}
        for stand_in, value in zip(stand_ins, values, strict=True):
            if isinstance(value, datetime):
                given[adapted(stand_in)] = adapted(value)
            elif value is not None:
                given[stand_in] = value
        return known.filled(given)

    def rows(self, *values: int | datetime | None) -> list[Any]:
        """What the query gives."""
        asked = self.statement(*values)
        with connections[asked.using].cursor() as cursor:
            cursor.execute(f"SELECT {asked.sql}", asked.params)
            (answer,) = cursor.fetchone()
        return asked.rows(answer)


Q = TypeVar("Q", bound="QuerySet[Any]")


def once_a_shop(build: Callable[[], Q]) -> Callable[[], Q]:
    """Let a function that gives a query, and hangs on nothing but the merchant in scope, build it once for each.

    And once a thread, for to work out SQL changes what parts of a query count about themselves.
    """

    @lru_cache(maxsize=1000)
    def known(merchant_id: int, thread: int) -> Q:
        return build()

    @wraps(build)
    def given() -> Q:
        scope = tenant_or_none()
        if scope is None:
            return build()
        rows: Q = known(scope, get_ident()).all()
        rows.__dict__["built_by"] = (build, scope)  # a query made of this one does not carry it on
        return rows

    return given


def built_by(rows: QuerySet[Any]) -> tuple[Callable[[], QuerySet[Any]], int] | None:
    """The function and the merchant that a query is built once for; None where it is another query, or made of it."""
    found: tuple[Callable[[], QuerySet[Any]], int] | None = rows.__dict__.get("built_by")
    return found


def is_plain(manager: Any) -> bool:
    """Whether all that a manager's rows depend on is the merchant in scope."""
    return type(manager).get_queryset in (TenantManager.get_queryset, models.Manager.get_queryset)


def _as_json(kinds: Sequence[str], sql: str, using: str) -> str:
    """A scalar query that gives the rows of `sql`, of columns of these kinds, as a JSON array of arrays."""
    if len(kinds) > MOST_COLUMNS:
        raise TypeError(f"{len(kinds)} columns are more than {MOST_COLUMNS}: name those that are needed by only()")
    names = [f"c{at}" for at in range(len(kinds))]
    head = f"(WITH t({', '.join(names)}) AS ({sql}) SELECT"
    if connections[using].vendor != "postgresql":
        return f"{head} json_group_array(json_array({', '.join(names)})) FROM t)"
    # the driver gives JSON as text too
    plain = [f"{name}::text" if kind == "JSONField" else name for name, kind in zip(names, kinds, strict=True)]
    return f"{head} json_agg(json_build_array({', '.join(plain)}))::text FROM t)"


def _kind(expression: Any) -> str:
    kind: str = expression.output_field.get_internal_type()
    if kind not in READ:
        raise TypeError(f"{expression} is a {kind}, which is not read together with others")
    return kind
