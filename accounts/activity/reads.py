"""Who of the platform's staff looked at whose personal data."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.activity.log import record
from core.actors import Actor
from core.events import Event, event

ONCE_IN = 900  # seconds


@event
@dataclass(frozen=True, kw_only=True)
class PersonalDataRead(Event):
    """Somebody of the platform's staff opened a page that shows personal data. `page` is its URL name."""

    kind = "activity.personal_data_read"
    label = _("Seen by staff of the platform")
    page: str


def note_read(subject: models.Model, *, page: str, actor: Actor) -> None:
    """Write into the log of the subject's merchant that it was looked at.

    The same person looking at the same thing again is noted once in a quarter of an hour, so that paging to and fro
    costs one row.
    """
    key = f"read:{actor.kind}:{actor.id}:{subject._meta.label_lower}:{subject.pk}"
    if cache.add(key, True, timeout=ONCE_IN):
        record(PersonalDataRead(page=page), actor=actor, subject=subject)
