"""Keeping views of lists, and what a person wants to see in them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.members.models import Membership
from accounts.people.models import User
from accounts.saved.events import ViewChanged, ViewDeleted, ViewRestored, ViewSaved
from accounts.saved.lists import SavedList
from accounts.saved.models import SavedView
from accounts.saved.rules import LONGEST, canonical, chosen_columns
from core.actors import Actor
from core.errors import Refused

MOST = 50


@transaction.atomic
def save_view(
    of: SavedList, *, name: str, query: str, columns: list[str], is_shared: bool, owner: User, actor: Actor
) -> SavedView:
    """Keep an address of the list under a name. Refuses a name one has already, and the 51st view of a list."""
    query = canonical(query)
    if len(query) > LONGEST:
        raise Refused("view_too_long", _("There is too much in this view to keep it."))
    theirs = SavedView.objects.filter(list_key=of.key, owner=owner, deleted_at=None)
    if theirs.count() >= MOST:
        raise Refused("too_many_views", _("You have 50 views of this list. Delete one first."))
    view = SavedView(
        list_key=of.key, name=_clean(name), query=query, columns=chosen_columns(of.known, columns), owner=owner,
        is_shared=is_shared, position=theirs.count() + 1,
    )  # fmt: skip
    _write(view)
    record(ViewSaved(view_id=view.pk, list_key=of.key), actor=actor, subject=view)
    return view


@transaction.atomic
def change_view(view: SavedView, *, actor: Actor, **fields: Any) -> SavedView:
    """Change name, is_shared, position, query or columns."""
    if "name" in fields:
        fields["name"] = _clean(fields["name"])
    if "query" in fields:
        fields["query"] = canonical(fields["query"])[:LONGEST]
    old = {name: getattr(view, name) for name in fields}
    for name, value in fields.items():
        setattr(view, name, value)
    _write(view)
    changes = {name: (old[name], value) for name, value in fields.items() if old[name] != value and name != "query"}
    record(ViewChanged(view_id=view.pk, list_key=view.list_key), actor=actor, subject=view, changes=changes)
    return view


@transaction.atomic
def delete_view(view: SavedView, *, actor: Actor) -> None:
    """Take it off the list; restore_view() brings it back."""
    SavedView.objects.filter(pk=view.pk).update(deleted_at=timezone.now())
    record(ViewDeleted(view_id=view.pk, list_key=view.list_key), actor=actor, subject=view)


@transaction.atomic
def restore_view(view: SavedView, *, actor: Actor) -> SavedView:
    """Bring a deleted view back. Refuses while another one has its name."""
    view.deleted_at = None
    _write(view)
    record(ViewRestored(view_id=view.pk, list_key=view.list_key), actor=actor, subject=view)
    return view


@transaction.atomic
def set_preference(membership: Membership, of: SavedList, **wishes: Any) -> None:
    """What this person wants of a list: `columns` (keys in their order; empty: the usual ones), `default` (the id of
    the view it opens with, None for none)."""
    row = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    mine = {**row.lists.get(of.key, {}), **wishes}
    row.lists = {**row.lists, of.key: {name: value for name, value in mine.items() if value}}
    Membership.objects.filter(pk=row.pk).update(lists=row.lists)
    membership.lists = row.lists


def _clean(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60 or not name.isprintable():
        sentence = _("Enter a name of 1 to 60 characters.")
        raise Refused("bad_name", sentence, name=sentence)
    return name


def _write(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        sentence = _("You have a view “%(name)s” of this list already.") % {"name": view.name}
        raise Refused("name_taken", sentence, name=sentence) from None
