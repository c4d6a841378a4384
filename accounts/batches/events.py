"""What batches announce about themselves; what they do to each row is announced by the feature whose row it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class BatchStarted(Event):
    """`step` is the key of the kind of batch, such as "orders.pack"."""

    kind = "batches.started"
    label = _("Bulk action started")
    sentence = _("Bulk action started on %(total)s rows")
    batch_id: int
    step: str
    total: int


@event
@dataclass(frozen=True, kw_only=True)
class BatchFinished(Event):
    kind = "batches.finished"
    label = _("Bulk action finished")
    sentence = _("Bulk action finished: %(done)s done, %(skipped)s skipped, %(refused)s refused")
    batch_id: int
    step: str
    done: int
    skipped: int
    refused: int


@event
@dataclass(frozen=True, kw_only=True)
class BatchStopped(Event):
    """A person stopped it; `left` rows were not looked at."""

    kind = "batches.stopped"
    label = _("Bulk action stopped")
    sentence = _("Bulk action stopped with %(left)s rows left")
    batch_id: int
    step: str
    left: int
