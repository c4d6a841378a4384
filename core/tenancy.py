"""The tenant boundary. Every row a merchant owns is read and written through here.

Outside `tenant(merchant)` a tenant query refuses to run: it raises NoTenant, it never returns everybody's rows.
Inside, the filter on the merchant is already on it, and writing another merchant's row raises WrongTenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, Self, TypeVar

from django.db import models
from django.db.models import sql

_EVERY = "every tenant"
_scope: ContextVar[int | str | None] = ContextVar("tenant", default=None)


class NoTenant(RuntimeError):
    """A tenant query ran outside tenant()."""


class WrongTenant(RuntimeError):
    """A row of one merchant was written while another merchant was in scope."""


@contextmanager
def tenant(merchant: Any) -> Iterator[None]:
    """Set the merchant (an object or its id) whose rows may be seen and written inside the block."""
    token = _scope.set(getattr(merchant, "pk", merchant))
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def every_tenant(why: str) -> Iterator[None]:
    """Work across merchants. `why` is for the reader of the code; grep finds every use."""
    assert why
    token = _scope.set(_EVERY)
    try:
        yield
    finally:
        _scope.reset(token)


def current_tenant_id() -> int:
    """The id of the merchant in scope. Raises NoTenant where there is none."""
    scope = _scope.get()
    if not isinstance(scope, int):
        raise NoTenant("no merchant is in scope")
    return scope


def tenant_or_none() -> int | None:
    """The id of the merchant in scope, or None outside any."""
    scope = _scope.get()
    return scope if isinstance(scope, int) else None


class SealedQuery(sql.Query):
    """A query that may be built, passed and chained, but not run."""

    def get_compiler(self, *args: Any, **kwargs: Any) -> NoReturn:
        assert self.model is not None
        raise NoTenant(f"{self.model._meta.label} was queried outside tenant()")

    def chain(self, klass: Any = None) -> Any:
        if klass is not None:
            self.get_compiler()
        return super().chain()


M = TypeVar("M", bound="TenantModel")


class TenantQuerySet(models.QuerySet[M]):
    def _guard_write(self, objs: Iterable[Any] = ()) -> None:
        if _scope.get() is None:
            raise NoTenant(f"{self.model._meta.label} was written outside tenant()")
        for obj in objs:
            obj.adopt_tenant()

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        objs = list(objs)
        self._guard_write(objs)
        return super().bulk_create(objs, *args, **kwargs)

    def none(self) -> Self:
        queryset = super().none()
        queryset.query.__class__ = sql.Query  # an empty query touches no row, so it is safe to run
        return queryset

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NoTenant("raw SQL is not scoped: write it in queries.py with an explicit merchant parameter")

    def update(self, **kwargs: Any) -> int:
        if {"merchant", "merchant_id"} & kwargs.keys():
            raise WrongTenant("a row does not change merchant")
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def _raw_delete(self, using: str | None) -> int:
        if isinstance(self.query, SealedQuery):
            self.query.get_compiler()
        deleted: int = super()._raw_delete(using)
        return deleted


class TenantManager(models.Manager[M]):
    """Hands out querysets that are sealed, scoped to the merchant, or (inside every_tenant) open."""

    _queryset_class = TenantQuerySet

    def get_queryset(self) -> TenantQuerySet[M]:
        queryset: TenantQuerySet[M] = super().get_queryset()  # type: ignore[assignment]
        scope = _scope.get()
        if scope == _EVERY:
            return queryset
        if scope is None:
            queryset.query = SealedQuery(self.model)
            return queryset
        return queryset.filter(merchant_id=scope)


class TenantModel(models.Model):
    """A row that belongs to one merchant. A queryset of its own goes through TenantManager.from_queryset()."""

    merchant = models.ForeignKey("accounts.Merchant", on_delete=models.CASCADE, related_name="+", editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.adopt_tenant()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.adopt_tenant()
        return super().delete(*args, **kwargs)

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> str:
        """The words for a choice, as Django's own, which translates and hashes every choice of the field at each call:
        a sixth of the time of a list page."""
        value = getattr(self, field.attname)
        return str(next((label for key, label in field.flatchoices if key == value), value))

    def adopt_tenant(self) -> None:
        """Take the merchant in scope, or raise NoTenant or WrongTenant."""
        scope = _scope.get()
        if scope is None:
            raise NoTenant(f"{self._meta.label} was written outside tenant()")
        if scope == _EVERY:
            return
        if self.merchant_id is None:
            self.merchant_id = scope
        elif self.merchant_id != scope:
            raise WrongTenant(f"{self._meta.label} of merchant {self.merchant_id} written for {scope}")
