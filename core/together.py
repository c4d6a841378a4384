"""Rows of many queries in one statement, for pages that show a little of much.

    found = together(lines=order.lines.all(), tags=order.tags.all())

gives what `list()` of each would, in its order: objects with their `select_related` and annotations, or the rows of
`values()` and `values_list()`. Each query is an aggregate of its rows as JSON, so ten of them cost one way to the
database and back. It is meant for parts of some hundred rows, not for lists without an end.

What is not among READ (core.statements) has no place in it: a column of another kind raises TypeError, here and not in
production alone, for the kinds are the same on both databases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects
from django.utils.functional import cached_property

from core.statements import Statement, built_by, is_plain, statement_of, statement_of_relation
from core.tenancy import tenant, tenant_or_none


@dataclass
class Counted:
    """In place of a query: how many rows it has, but no more than `most`. What its rows carry is not worked out.

    `narrow`, a function of a module, takes those of `rows` that count, and hangs on nothing but them: not on the time,
    not on who asks. With rows that are built once a shop (core.statements) the SQL is then remembered.
    """

    rows: QuerySet[Any]
    most: int
    narrow: Callable[[Any], Any] | None = None

    @cached_property
    def compiled(self) -> tuple[str, tuple[Any, ...]]:
        """SQL of the count and its parameters; EmptyResultSet where there can be no row."""
        if self.narrow is None:
            return _count(self.rows, self.most)
        built = built_by(self.rows)
        return (
            _count(self.narrow(self.rows), self.most) if built is None else _known_count(*built, self.narrow, self.most)
        )


def _count(rows: QuerySet[Any], most: int) -> tuple[str, tuple[Any, ...]]:
    sql, params = rows.order_by().values("pk")[:most].query.sql_with_params()
    return f"(SELECT COUNT(*) FROM ({sql}) c)", params  # noqa: S608 - made by the ORM


@lru_cache(maxsize=4096)
def _known_count(
    build: Callable[[], QuerySet[Any]], merchant_id: int, narrow: Callable[[Any], Any], most: int
) -> tuple[str, tuple[Any, ...]]:
    with tenant(merchant_id):
        return _count(narrow(build()), most)


def together(**parts: QuerySet[Any] | Statement | Counted) -> dict[str, Any]:
    """The rows of each query by its name, all of them read by one statement, so all as of one moment."""
    found: dict[str, Any] = {name: 0 if isinstance(part, Counted) else [] for name, part in parts.items()}
    asked: dict[str, Statement | None] = {}
    columns: list[str] = []
    params: list[Any] = []
    using = ""
    for name, part in parts.items():
        if isinstance(part, Counted):
            try:
                sql, values = part.compiled
            except EmptyResultSet:
                continue
            using, asked[name] = using or part.rows.db, None
        else:
            statement = part if isinstance(part, Statement) else statement_of(part)
            if statement is None:
                continue
            using, asked[name] = using or statement.using, statement
            sql, values = statement.sql, statement.params
        columns.append(sql)
        params += values
    if not asked:
        return found
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}", params)
        answers = cursor.fetchone()
    for (name, statement), answer in zip(asked.items(), answers, strict=True):
        found[name] = answer if statement is None else statement.rows(answer)
    return found


def fill(
    parents: Model | Sequence[Model], *relations: str | Prefetch[Any], **beside: QuerySet[Any] | Statement | Counted
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
    rows: dict[str, QuerySet[Any] | Statement] = {}
    backs: dict[str, str] = {}
    keys = [parent.pk for parent in every]
    for path, one in paths.items():
        last, back = _way_back(type(every[0]), path)
        wanted = None if isinstance(one, str) else one.queryset
        backs[path] = back[0]
        if wanted is not None:
            rows[path] = wanted.filter(**{"__".join([*back, "in"]): keys})
        elif statement := statement_of_relation(last._default_manager, "__".join(back), keys):
            rows[path] = statement
    found = together(**rows, **beside)
    holders: dict[str, list[Model]] = {"": every}
    for path in paths:
        above, _, name = path.rpartition("__")
        holders[path] = found.pop(path, [])
        hold_each(holders[above], name, backs[path], holders[path])
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


def hold_each(holders: list[Model], name: str, back: str, rows: list[Model]) -> None:
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
    every = _relation(holder, name)
    every._result_cache, every._prefetch_done = rows, True
    holder.__dict__.setdefault("_prefetched_objects_cache", {})[name] = every


def _relation(holder: Any, name: str) -> Any:
    """The query of the relation, worked out only if somebody asks further than for its rows, for that costs more than
    to make them. It needs no condition on the merchant where the holder is of the one in scope.
    """
    manager, scope = getattr(holder, name), tenant_or_none()
    if scope is None or scope != getattr(holder, "merchant_id", None) or not is_plain(manager.model._default_manager):
        return manager.get_queryset()
    return manager._apply_rel_filters(manager._queryset_class(manager.model))
