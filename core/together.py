"""Rows of many queries in one statement, for pages that show a little of much.

    found = together(lines=order.lines.all(), tags=order.tags.all())

gives what `list()` of each would, in its order: objects with their `select_related` and annotations, or the rows of
`values()` and `values_list()`. Each query is an aggregate of its rows as JSON, so ten of them cost one way to the
database and back. It is meant for parts of some hundred rows, not for lists without an end.

What is not among READ has no place in it: a column of another kind raises TypeError, here and not in production alone,
for the kinds are the same on both databases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects
from django.utils.functional import cached_property

MOST_COLUMNS = 100  # arguments of a function of PostgreSQL

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


@dataclass
class Counted:
    """In place of a query: how many rows it has, but no more than `most`. What its rows carry is not worked out."""

    rows: QuerySet[Any]
    most: int

    @cached_property
    def compiled(self) -> tuple[str, tuple[Any, ...]]:
        """SQL of the count and its parameters; EmptyResultSet where there can be no row."""
        sql, params = self.rows.order_by().values("pk")[: self.most].query.sql_with_params()
        return f"(SELECT COUNT(*) FROM ({sql}) c)", params  # noqa: S608 - made by the ORM


def together(**parts: QuerySet[Any] | Counted) -> dict[str, Any]:
    """The rows of each query by its name, all of them read by one statement, so all as of one moment."""
    asked: dict[str, tuple[Any, str, tuple[Any, ...]]] = {}
    found: dict[str, Any] = {name: 0 if isinstance(part, Counted) else [] for name, part in parts.items()}
    using = ""
    for name, part in parts.items():
        compiler = None
        try:
            if isinstance(part, Counted):
                using = using or part.rows.db
                sql, params = part.compiled
            else:
                using = using or part.db
                compiler = part.query.get_compiler(using)
                sql, params = compiler.as_sql()
                sql = _as_json(compiler, sql, using)
        except EmptyResultSet:
            continue
        asked[name] = compiler, sql, params
    if not asked:
        return found
    with connections[using].cursor() as cursor:
        columns = ", ".join(sql for _, sql, _ in asked.values())
        cursor.execute(f"SELECT {columns}", [value for _, _, params in asked.values() for value in params])
        answers = cursor.fetchone()
    for (name, (compiler, _, _)), answer in zip(asked.items(), answers, strict=True):
        found[name] = answer if compiler is None else _made(parts[name], compiler, _read(compiler, answer, using))
    return found


def fill(
    parents: Model | Sequence[Model], *relations: str | Prefetch[Any], **beside: QuerySet[Any] | Counted
) -> dict[str, Any]:
    """Read the relations of one object or many as `prefetch_related` does, but all in one statement: `.all()` of them
    asks no more.

    A relation is one of many rows that point here, or of rows that point at such rows ("shipments__lines"). What is
    asked for `beside` is read along and returned.
    """
    every = [parents] if isinstance(parents, Model) else list(parents)
    if not every:
        return together(**beside)
    paths: dict[str, str | Prefetch[Any]] = {}
    for relation in relations:
        names = _path(relation).split("__")
        for depth in range(1, len(names)):
            paths.setdefault("__".join(names[:depth]), "__".join(names[:depth]))
        paths["__".join(names)] = relation
    rows: dict[str, QuerySet[Any]] = {}
    backs: dict[str, str] = {}
    for path, one in paths.items():
        last, back = _way_back(type(every[0]), path)
        wanted = None if isinstance(one, str) else one.queryset
        known = {"__".join([*back, "in"]): [parent.pk for parent in every]}
        rows[path] = (last._default_manager.all() if wanted is None else wanted).filter(**known)
        backs[path] = back[0]
    found = together(**rows, **beside)
    holders: dict[str, list[Model]] = {"": every}
    for path in paths:
        above, _, name = path.rpartition("__")
        holders[path] = found.pop(path)
        _hold(holders[above], name, backs[path], holders[path])
    return found


def read(rows: QuerySet[Any]) -> list[Any]:
    """The rows with what they prefetch: two queries, however much that is.

    What is prefetched in another way than fill() can is asked for as Django does.
    """
    bare, mine, others = apart(rows)
    every = list(bare)
    if mine:
        fill(every, *mine)
    prefetch_related_objects(every, *others)
    return every


def apart(rows: QuerySet[Any]) -> tuple[QuerySet[Any], list[str | Prefetch[Any]], list[str | Prefetch[Any]]]:
    """A query without what it prefetches, and that: what fill() can read, and the rest."""
    lookups: tuple[str | Prefetch[Any], ...] = rows._prefetch_related_lookups  # type: ignore[attr-defined]
    mine = [one for one in lookups if _can_be_filled(rows.model, one)]
    return rows.prefetch_related(None) if lookups else rows, mine, [one for one in lookups if one not in mine]


def _path(relation: str | Prefetch[Any]) -> str:
    return relation if isinstance(relation, str) else relation.prefetch_to


def _can_be_filled(model: Any, relation: str | Prefetch[Any]) -> bool:
    if isinstance(relation, Prefetch) and relation.to_attr:
        return False
    for name in _path(relation).split("__"):
        field = model._meta.get_field(name)
        if not field.one_to_many:
            return False
        model = field.related_model
    return True


def _way_back(model: Any, path: str) -> tuple[Any, list[str]]:
    """The model at the end of a path of relations, and the names of the fields that lead from it back to the start."""
    back: list[str] = []
    for name in path.split("__"):
        relation = model._meta.get_field(name)
        if not relation.one_to_many:
            raise TypeError(f"{model.__name__}.{name} is not a relation of many rows that point at one")
        back.insert(0, relation.field.name)
        model = relation.related_model
    return model, back


def _hold(holders: list[Model], name: str, back: str, rows: list[Model]) -> None:
    """Give each holder its rows of the relation, and each row its holder."""
    of: dict[Any, list[Model]] = {holder.pk: [] for holder in holders}
    known = {holder.pk: holder for holder in holders}
    for row in rows:
        key = row.__dict__[row._meta.get_field(back).attname]  # type: ignore[union-attr]
        of[key].append(row)
        setattr(row, back, known[key])
    for holder in holders:
        hold(holder, name, of[holder.pk])


def hold(holder: Model, name: str, rows: list[Any]) -> None:
    """Let `.all()` of the relation give these rows, as after `prefetch_related`."""
    every = getattr(holder, name).get_queryset()
    every._result_cache, every._prefetch_done = rows, True
    holder.__dict__.setdefault("_prefetched_objects_cache", {})[name] = every


def _as_json(compiler: Any, sql: str, using: str) -> str:
    """A scalar query that gives the rows of `sql` as a JSON array of arrays."""
    kinds = [_kind(expression) for expression, *_ in compiler.select]
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


def _read(compiler: Any, answer: str | None, using: str) -> list[list[Any]]:
    rows: list[list[Any]] = []
    if answer is None:
        return rows
    if connections[using].vendor != "postgresql":
        rows = json.loads(answer)
        return rows
    rows = json.loads(answer, parse_float=Decimal)
    readers = [(at, read) for at, (one, *_) in enumerate(compiler.select) if (read := READ[_kind(one)]) is not None]
    for row in rows:
        for at, read in readers:
            if row[at] is not None:
                row[at] = read(row[at])
    return rows


def _made(queryset: Any, compiler: Any, rows: list[list[Any]]) -> list[Any]:
    """What the queryset makes of rows that are read already."""
    given = queryset.all()
    compiler.execute_sql = lambda *args, **kwargs: [rows]
    given.query.get_compiler = lambda *args, **kwargs: compiler
    made: list[Any] = list(given)
    return made
