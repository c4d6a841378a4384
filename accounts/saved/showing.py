"""What the page of a list shows of saved views and chosen columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.saved.lists import Column, SavedList
from accounts.saved.models import SavedView
from accounts.saved.rules import canonical, chosen_columns
from core.access import MerchantRequest


@dataclass
class Saved:
    """`current` is the view the address names, `is_changed` whether its filters are others by now."""

    of: SavedList
    views: list[SavedView]
    current: SavedView | None = None
    query: str = ""
    is_changed: bool = False
    default: int | None = None
    columns: list[str] = field(default_factory=list)
    template: str = "accounts/saved/bar.html"

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """The columns as the chooser offers them: those shown in their order, then the others."""
        by_key = {column.key: column for column in self.of.columns}
        hidden = [key for key in by_key if key not in self.columns]
        return [(by_key[key], True) for key in self.columns] + [(by_key[key], False) for key in hidden]


def preference(request: MerchantRequest, of: SavedList) -> dict[str, Any]:
    found = request.membership.lists.get(of.key, {})
    return found if isinstance(found, dict) else {}


def saved_for(request: MerchantRequest, of: SavedList) -> dict[str, Any]:
    """Context for the page of a list: `saved` for its bar, `columns` for its table. One query."""
    mine = preference(request, of)
    views = list(SavedView.objects.filter(list_key=of.key).seen_by(request.user))
    asked = request.GET.get("view", "")
    current = next((view for view in views if str(view.pk) == asked), None)
    query = canonical(request.GET)
    columns = chosen_columns(of.known, (current.columns if current else []) or mine.get("columns", [])) or of.usual
    saved = Saved(
        of, views, current, query, current is not None and current.query != query, mine.get("default"), columns
    )
    return {"saved": saved, "columns": columns}


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
