"""Saving views of lists, and choosing columns."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.saved.actions import change_view, delete_view, restore_view, save_view, set_preference
from accounts.saved.forms import ViewForm
from accounts.saved.lists import SavedList, list_at
from accounts.saved.models import SavedView
from accounts.saved.showing import preference
from core.access import MerchantRequest, member_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import back, done

MANAGE = "shop.edit"


def _list(request: MerchantRequest, key: str) -> SavedList:
    """A list whose page the person may see."""
    found = list_at(key)
    if found is None:
        raise Http404
    if not request.membership.may(found.word):
        raise PermissionDenied(found.word)
    return found


def _page_of(request: MerchantRequest, of: SavedList) -> str:
    return reverse(of.url, args=[request.merchant.slug])


def _view(request: MerchantRequest, pk: int, *, deleted: bool = False) -> tuple[SavedView, SavedList]:
    """A view that the person may change: their own, or a shared one where they run the shop."""
    views = SavedView.objects.filter(deleted_at__isnull=not deleted)
    view = get_object_or_404(views, pk=pk)
    of = _list(request, view.list_key)
    if view.owner_id != request.user.pk:
        if not view.is_shared:
            raise Http404
        if not request.membership.may(MANAGE):
            raise PermissionDenied(MANAGE)
    return view, of


@member_view
@require_safe
def manage(request: MerchantRequest, section: str) -> HttpResponse:
    """The views of one list: rename, share, order, delete, and with which one the list opens."""
    return _manage(request, _list(request, section))


def _manage(request: MerchantRequest, of: SavedList, wrong: dict[int, ViewForm] | None = None) -> HttpResponse:
    views = SavedView.objects.filter(list_key=of.key).seen_by(request.user).select_related("owner")
    rows: list[dict[str, Any]] = []
    for view in views:
        first = {"name": view.name, "is_shared": view.is_shared, "position": view.position}
        may = view.owner_id == request.user.pk or request.membership.may(MANAGE)
        form = (wrong or {}).get(view.pk) or ViewForm(initial=first, auto_id=f"id_{view.pk}_%s")
        rows.append({"view": view, "may": may, "form": form})
    context = {
        "of": of,
        "rows": rows,
        "default": preference(request, of).get("default"),
        "list_url": _page_of(request, of),
    }
    return render(request, "accounts/saved/manage.html", context, status=422 if wrong else 200)


@member_view
@require_POST
def save(request: MerchantRequest, section: str) -> HttpResponse:
    """Keep the address of the list under a name; with the columns as they are, if that is wished."""
    of = _list(request, section)
    mine = preference(request, of).get("columns", []) if request.POST.get("columns") else []
    view = save_view(
        of, name=request.POST.get("name", ""), query=request.POST.get("query", ""), columns=mine,
        is_shared=bool(request.POST.get("is_shared")), owner=request.user, actor=request.actor,
    )  # fmt: skip
    return done(request, f"{_page_of(request, of)}{view.link}", _("View “%(name)s” saved.") % {"name": view.name})


@member_view
@require_POST
def change(request: MerchantRequest, pk: int) -> HttpResponse:
    """Rename, share or move a view; or, with a `query`, have it show what the list shows now."""
    view, of = _view(request, pk)
    if "query" in request.POST:
        view = change_view(view, query=request.POST["query"], actor=request.actor)
        return done(request, f"{_page_of(request, of)}{view.link}", _("View “%(name)s” saved.") % {"name": view.name})
    form = ViewForm(request.POST, auto_id=f"id_{view.pk}_%s")
    if form.is_valid():
        try:
            change_view(view, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("View “%(name)s” saved.") % {"name": view.name}
            return done(request, reverse("view-manage", args=[request.merchant.slug, of.key]), say)
    return _manage(request, of, {view.pk: form})


@member_view
@require_POST
def delete(request: MerchantRequest, pk: int) -> HttpResponse:
    """Delete a view; the word that says so can take it back."""
    view, of = _view(request, pk)
    delete_view(view, actor=request.actor)
    undo = reverse("view-restore", args=[request.merchant.slug, view.pk])
    to = reverse("view-manage", args=[request.merchant.slug, of.key])
    return done(request, to, _("View “%(name)s” deleted.") % {"name": view.name}, undo=undo)


@member_view
@require_POST
def restore(request: MerchantRequest, pk: int) -> HttpResponse:
    """Bring a deleted view back."""
    view, of = _view(request, pk, deleted=True)
    view = restore_view(view, actor=request.actor)
    return done(request, f"{_page_of(request, of)}{view.link}", _("View “%(name)s” is back.") % {"name": view.name})


@member_view
@require_POST
def default(request: MerchantRequest, section: str) -> HttpResponse:
    """Have the list open with a view, or with none (no `view`)."""
    of = _list(request, section)
    asked = request.POST.get("view", "")
    view = None
    if asked:
        if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
            raise Http404
        view = get_object_or_404(SavedView.objects.filter(list_key=of.key).seen_by(request.user), pk=asked)
    set_preference(request.membership, of, default=view.pk if view else None)
    say = _("The list opens with “%(name)s”.") % {"name": view.name} if view else _("The list opens with all rows.")
    return done(request, reverse("view-manage", args=[request.merchant.slug, of.key]), say)


@member_view
@require_POST
def columns(request: MerchantRequest, section: str) -> HttpResponse:
    """Choose the columns of the list and their order: `column` for each one shown, `place_<key>` for its place."""
    of = _list(request, section)
    asked = [] if request.POST.get("usual") else request.POST.getlist("column")

    def place(column: str) -> int:
        text = request.POST.get(f"place_{column}", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 999

    chosen = sorted((column for column in asked if column in of.known), key=place)
    set_preference(request.membership, of, columns=chosen if chosen != of.usual else [])
    return redirect(back(request, _page_of(request, of)))
