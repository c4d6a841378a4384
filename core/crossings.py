"""Rows that point at another merchant's rows: there must be none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import F

from core.tenancy import every_tenant


@dataclass(frozen=True)
class Crossing:
    """`pks` are the first rows of `model` whose `column` points at a row of another merchant; `count` is of all."""

    model: type[models.Model]
    column: str
    count: int
    pks: list[object]

    def __str__(self) -> str:
        rows = ", ".join(str(pk) for pk in self.pks)
        more = " and more" if self.count > len(self.pks) else ""
        return f"{self.model._meta.label}.{self.column}: {self.count} cross merchants (rows {rows}{more})"


def _owned(model: type[models.Model]) -> bool:
    return any(column.name == "merchant" for column in model._meta.concrete_fields)


def pairs() -> Iterator[tuple[type[models.Model], str]]:
    """Every model and foreign key between rows that both name their merchant."""
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            target = column.related_model
            if target is not None and _owned(model) and _owned(target):
                yield model, column.name


def crossings(shown: int = 10) -> list[Crossing]:
    """Ask the database, one query for each such key, over all merchants. A row without a merchant crosses none."""
    found = []
    with every_tenant("look for rows that point across merchants"):
        for model, column in pairs():
            both = {"merchant__isnull": False, f"{column}__merchant__isnull": False}
            wrong = model._default_manager.filter(**both).exclude(merchant_id=F(f"{column}__merchant_id"))
            if count := wrong.count():
                pks = list(wrong.order_by("pk").values_list("pk", flat=True)[:shown])
                found.append(Crossing(model, column, count, pks))
    return found
