"""What the page of a list shows of saved views and chosen columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from accounts.saved.lists import Column, SavedList
from accounts.saved.models import SavedView
from accounts.saved.rules import canonical, chosen_columns
from core.access import MerchantRequest
from core.lists import ListPage
from core.statements import Shaped

VIEWS = "saved views"


@dataclass
class Saved:
    """`current` is the view the address names, `is_changed` whether its filters are others by now."""

    of: SavedList
    request: MerchantRequest
    page: ListPage
    template: str = "accounts/saved/bar.html"

    @property
    def views(self) -> list[SavedView]:
        return self.page.read(VIEWS)

    @cached_property
    def current(self) -> SavedView | None:
        asked = self.request.GET.get("view", "")
        return next((view for view in self.views if str(view.pk) == asked), None) if asked else None

    @cached_property
    def query(self) -> str:
        return canonical(self.request.GET)

    @property
    def is_changed(self) -> bool:
        return self.current is not None and self.current.query != self.query

    @cached_property
    def columns(self) -> list[str]:
        of_view = self.current.columns if self.current else []
        mine = preference(self.request, self.of).get("columns", [])
        return chosen_columns(self.of.known, of_view or mine) or self.of.usual

    @property
    def key(self) -> tuple[Any, ...]:
        """All that the bar shows of it, but for the address."""
        current = self.current
        named = (current.pk, current.name, self.is_changed) if current else ()
        return self.request.merchant.slug, self.of.key, named, tuple(self.columns)

    @property
    def columns_key(self) -> tuple[str, ...]:
        """All that the cells of a row hang on."""
        return tuple(self.columns)

    @property
    def head_key(self) -> tuple[Any, ...]:
        """All that the heads of the columns hang on, but for where they lead."""
        return self.page.sort.key, self.page.descending, *self.columns

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """The columns as the chooser offers them: those shown in their order, then the others."""
        by_key = {column.key: column for column in self.of.columns}
        hidden = [key for key in by_key if key not in self.columns]
        return [(by_key[key], True) for key in self.columns] + [(by_key[key], False) for key in hidden]


def preference(request: MerchantRequest, of: SavedList) -> dict[str, Any]:
    found = request.membership.lists.get(of.key, {})
    return found if isinstance(found, dict) else {}


def saved_for(request: MerchantRequest, of: SavedList, page: ListPage) -> Saved:
    """The bar, the tabs of views and the columns that the page of a list shows as `saved`; read with its counts."""
    page.beside[VIEWS] = _views_of(of.key).statement(request.user.pk)
    return Saved(of, request, page)


@cache
def _views_of(list_key: str) -> Shaped:
    return Shaped(lambda user_id: SavedView.objects.filter(list_key=list_key).seen_by(user_id))


def columns_for(request: MerchantRequest, of: SavedList) -> list[str] | None:
    """The columns the person has chosen, None where the usual ones are shown: what an export keeps to."""
    asked = request.GET.get("view", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        view = SavedView.objects.filter(list_key=of.key, pk=asked).seen_by(request.user).first()
        if view is not None and view.columns:
            return chosen_columns(of.known, view.columns)
    return chosen_columns(of.known, preference(request, of).get("columns", [])) or None


def default_view(request: MerchantRequest, of: SavedList) -> HttpResponse | None:
    """Where a bare address of the list leads a person who has chosen a view to begin with."""
    default = preference(request, of).get("default")
    if request.GET or not default:
        return None
    view = SavedView.objects.filter(list_key=of.key, pk=default).seen_by(request.user).first()
    return redirect(f"{request.path}{view.link}") if view is not None else None
