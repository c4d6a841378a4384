"""What happens to saved views."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ViewSaved(Event):
    kind = "saved.view_saved"
    label = _("View of a list saved")
    view_id: int
    list_key: str


@event
@dataclass(frozen=True, kw_only=True)
class ViewChanged(Event):
    kind = "saved.view_changed"
    label = _("Saved view changed")
    view_id: int
    list_key: str


@event
@dataclass(frozen=True, kw_only=True)
class ViewDeleted(Event):
    kind = "saved.view_deleted"
    label = _("Saved view deleted")
    view_id: int
    list_key: str


@event
@dataclass(frozen=True, kw_only=True)
class ViewRestored(Event):
    kind = "saved.view_restored"
    label = _("Saved view restored")
    view_id: int
    list_key: str
