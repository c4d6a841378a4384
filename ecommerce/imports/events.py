"""What imports announce."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class ImportStarted(Event):
    kind = "imports.started"
    label = _("Import started")
    run_id: int
    file_name: str


@event
@dataclass(frozen=True, kw_only=True)
class ImportFinished(Event):
    """A file `of` "orders" or "prices" came in as far as its rows were good, or failed as a whole (`failed`)."""

    kind = "imports.finished"
    label = _("Import finished")
    run_id: int
    file_name: str
    created: int
    updated: int
    unchanged: int
    bad_rows: int
    failed: bool = False
    of: str = "orders"
